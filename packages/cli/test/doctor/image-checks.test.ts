import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/commands/doctor/checks/index.ts';
import { isAlike } from '../../src/commands/doctor/checks/near-identical.ts';
import { stretch } from '../../src/commands/doctor/checks/stretched.ts';
import { facts, found, image, images, thumbnail } from './facts.ts';

describe('alike images', () => {
  it('are copies where the bytes are the same', () => {
    const used = [...images(15), image(20, { digest: 'digest 3' })];
    expect(found('duplicates', facts({ images: used }))).toEqual([
      'warning: 1 of 16 images (6 %) are copies of others: 3.jpg = 20.jpg',
    ]);
    expect(found('near-identical', facts({ images: used }))).toEqual([]);
  });

  it('are near where their thumbnails are', () => {
    const frame = (seed: number) =>
      image(seed, { thumbnail: thumbnail(1).map((value, i) => value + ((i + seed) % 2)) });
    const video = Array.from({ length: 20 }, (_, seed) => frame(seed));
    expect(found('near-identical', facts({ images: video }))[0]).toMatch(
      /^warning: 19 of 20 images \(95 %\) show nearly the same as others: 1\.jpg ~ 0\.jpg, .*; 1 differ$/,
    );
    expect(found('near-identical', facts({ images: [...images(18), frame(1)] }))).toEqual([]);
  });

  it('are not those that are dark alone', () => {
    const dark = (seed: number) => thumbnail(seed).map((value) => value / 40);
    expect(isAlike(dark(1), dark(2))).toBe(false);
    expect(isAlike(dark(1), dark(1))).toBe(true);
  });

  it('are flat ones of one brightness', () => {
    const flat = (value: number) => new Uint8Array(768).fill(value);
    expect([isAlike(flat(3), flat(4)), isAlike(flat(3), flat(30)), isAlike(flat(128), thumbnail(1))]).toEqual(
      [true, false, false],
    );
  });
});

describe('stretched', () => {
  const square = {
    image: { name: 'input', width: 224, height: 224, layout: 'NCHW' as const, shape: [1, 3, 224, 224] },
  };
  const check = CHECKS.find(({ name }) => name === 'stretched')!;

  it('is a warning where 4:3 becomes a square, with the crop that helps', () => {
    const [one] = check.find(facts({ model: square }));
    expect(one).toMatchObject({
      level: 'warning',
      text: '20 of 20 images (100 %) are stretched to 224x224; most of all 0.jpg, 640x480, by 1.33',
    });
    expect(one!.advice).toContain('"center_crop_w": 0.75 cuts off');
    expect(check.find(facts({ model: square, config: { center_crop_w: 0.75 } }))).toEqual([]);
    const tall = check.find(facts({ model: square, images: images(3, { width: 480, height: 640 }) }));
    expect(tall[0]!.advice).toContain('"center_crop_h": 0.75');
  });

  it('is a note where few images are', () => {
    const used = [...images(12), ...images(3, { width: 600, height: 300 })];
    expect(check.find(facts({ images: used }))[0]).toMatchObject({ level: 'note' });
  });

  it('is nothing where nobody sees it', () => {
    expect(check.find(facts({ images: images(12, { width: 640, height: 500 }) }))).toEqual([]);
  });

  it('has its factor by hand', () => {
    const all = { center_crop_h: 1, center_crop_w: 1 };
    expect(stretch({ width: 200, height: 100 }, all, { width: 100, height: 100 })).toBe(2);
    expect(stretch({ width: 100, height: 200 }, all, { width: 100, height: 100 })).toBe(2);
    expect(
      stretch({ width: 200, height: 100 }, { ...all, center_crop_w: 0.5 }, { width: 9, height: 9 }),
    ).toBe(1);
  });
});

describe('what images are like', () => {
  it('upscaled: small ones', () => {
    expect(found('upscaled', facts({ images: images(12, { width: 160, height: 120 }) }))).toEqual([]);
    expect(found('upscaled', facts({ images: images(12, { width: 150, height: 110 }) }))[0]).toMatch(
      /^warning: 12 of 12 images \(100 %\) are enlarged more than 2 times; most of all 0\.jpg, 150x110, 2\.1 times$/,
    );
    expect(
      found('upscaled', facts({ images: [...images(12), image(50, { width: 20, height: 20 })] }))[0],
    ).toMatch(/^note: 1 of 13/);
  });

  it('greyscale: grey ones for a network that sees colours', () => {
    const grey = images(12, { grey: true });
    expect(found('greyscale', facts({ images: grey }))[0]).toMatch(/^warning: 12 of 12/);
    expect(found('greyscale', facts({ images: grey, config: { format: 'GRAY' } }))).toEqual([]);
    expect(found('greyscale', facts({ images: [...images(8), ...grey.slice(0, 4)] }))[0]).toMatch(
      /^note: 4 of 12/,
    );
    expect(found('greyscale', facts({ images: [...images(11), grey[0]!] }))).toEqual([]);
  });

  it('alpha: transparent pixels, or no alpha where the network takes it', () => {
    const used = [...images(11), image(11, { alpha: true, transparent: true }), image(12, { alpha: true })];
    expect(found('alpha', facts({ images: used }))).toEqual([
      'warning: 1 of 13 images (8 %) have transparent pixels, whose hidden colours are used: 11.jpg',
    ]);
    expect(found('alpha', facts({ images: used, config: { format: 'RGBA' } }))[0]).toMatch(/^note: 11 of 13/);
  });

  it('exif-rotation: turned ones', () => {
    expect(found('exif-rotation', facts({ images: images(12, { orientation: 1 }) }))).toEqual([]);
    expect(found('exif-rotation', facts({ images: [...images(11), image(11, { orientation: 6 })] }))).toEqual(
      ['warning: 1 of 12 images (8 %) are turned by their EXIF data only, which is not read: 11.jpg'],
    );
  });
});
