import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { withoutExif } from '../src/browser/without-exif.ts';
import { pngFiles } from './png-files.ts';

const upright = () =>
  sharp(
    Uint8Array.from({ length: 12 * 8 * 3 }, (_, i) => (i * 7) & 255),
    { raw: { width: 12, height: 8, channels: 3 } },
  );

describe('withoutExif', () => {
  it.each(['png', 'jpeg'] as const)('%s: takes the orientation out, and nothing else', async (format) => {
    const bytes = new Uint8Array(
      await upright().toFormat(format).withMetadata({ orientation: 6 }).toBuffer(),
    );
    const before = bytes.slice();
    const stripped = withoutExif(bytes);
    expect((await sharp(bytes).metadata()).orientation).toBe(6);
    expect((await sharp(stripped).metadata()).orientation).toBeUndefined();
    const pixels = (file: Uint8Array) => sharp(file, { failOn: 'warning' }).raw().toBuffer();
    expect(await pixels(stripped)).toEqual(await pixels(bytes));
    expect(bytes).toEqual(before);
  });

  it('leaves files without it, cut ones and others as they are', async () => {
    const [{ bytes }] = await pngFiles();
    const jpeg = new Uint8Array(await upright().jpeg().toBuffer());
    for (const file of [
      bytes,
      jpeg,
      bytes.slice(0, 30),
      jpeg.slice(0, 9),
      Uint8Array.of(1, 2, 3),
      new Uint8Array(0),
    ])
      expect(withoutExif(file)).toEqual(file);
  });
});
