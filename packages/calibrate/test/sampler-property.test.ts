import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PixelImage, type SampleOptions, sampleImage } from '../src/preprocess/index.ts';
import { plainSample } from './plain-sampler.ts';

const FORMATS = ['RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY'] as const;

/** Noise, or few colours in large areas: there a sum is a whole number give or take its rounding. */
function paint(width: number, height: number, channels: 3 | 4, seed: number, levels: number): PixelImage {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const data = Uint8Array.from({ length: width * height * channels }, () =>
    levels === 1 ? 200 + (seed % 56) : Math.floor(next() * levels) * Math.floor(255 / (levels - 1)),
  );
  return { data, width, height, channels };
}

function expectSame(image: PixelImage, options: SampleOptions): void {
  const actual = sampleImage(image, options, 'NHWC');
  const expected = plainSample(image, options);
  expect(Buffer.from(actual.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
}

describe('sampleImage has the bits of its plain definition', () => {
  const size = (largest: number) => fc.integer({ min: 1, max: largest });
  const share = fc.oneof(fc.constant(1), fc.double({ min: 0.5, max: 1, noNaN: true }));
  const options = fc.record({
    format: fc.constantFrom(...FORMATS),
    mean: fc.array(fc.double({ min: 0, max: 255, noNaN: true }), { maxLength: 4 }),
    normal: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
    width: size(60),
    height: size(60),
    centerCropHeight: share,
    centerCropWidth: share,
  });
  const image = fc
    .tuple(fc.integer({ min: 2, max: 90 }), fc.integer({ min: 2, max: 90 }))
    .chain(([width, height]) =>
      fc
        .tuple(fc.constantFrom(3, 4), fc.integer({ min: 1 }), fc.constantFrom(1, 2, 3, 256))
        .map(([channels, seed, levels]) => paint(width, height, channels as 3 | 4, seed, levels)),
    );

  it('for any size, crop, format and number of channels', () => {
    fc.assert(fc.property(image, options, expectSame), { numRuns: 400 });
  });

  it.each([
    [1300, 9, 1100, 7],
    [500, 375, 224, 224],
    [40, 30, 700, 3],
  ])('%ix%i to %ix%i, cropped and not', (width, height, toWidth, toHeight) => {
    for (const crop of [1, 0.875, 0.51]) {
      expectSame(paint(width, height, 3, 7, 256), {
        format: 'RGB',
        mean: [127.5, 127.5, 127.5],
        normal: [0.0078, 0.0078, 0.0078],
        width: toWidth,
        height: toHeight,
        centerCropHeight: crop,
        centerCropWidth: crop,
      });
    }
  });
});

it('three channels are four with an alpha of 255', () => {
  const image = paint(13, 9, 3, 3, 256);
  const rgba = Uint8Array.from({ length: 13 * 9 * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : image.data[(i >> 2) * 3 + (i % 4)],
  );
  for (const format of FORMATS) {
    const options = {
      format,
      mean: [],
      normal: [],
      width: 7,
      height: 8,
      centerCropHeight: 1,
      centerCropWidth: 1,
    };
    expect(sampleImage(image, options, 'NCHW')).toEqual(
      sampleImage({ data: rgba, width: 13, height: 9 }, options, 'NCHW'),
    );
  }
});
