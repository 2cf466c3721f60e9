import { describe, expect, it } from 'vitest';
import {
  channelCount,
  PreprocessError,
  type RgbaImage,
  type SampleOptions,
  sampleImage,
} from '../src/preprocess/index.ts';

const plain: SampleOptions = {
  format: 'RGB',
  mean: [0, 0, 0],
  normal: [1, 1, 1],
  width: 2,
  height: 2,
  centerCropHeight: 1,
  centerCropWidth: 1,
};

function image(width: number, height: number, pixel: (x: number, y: number) => number[]): RgbaImage {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(pixel(x, y), (y * width + x) * 4);
  return { data, width, height };
}

describe('sampleImage', () => {
  const corners = image(2, 2, (x, y) => [10 * x, 100 * y, 50, 255]);

  it('keeps pixels when the sizes are equal, channels first', () => {
    expect([...sampleImage(corners, plain, 'NCHW')]).toEqual([0, 10, 0, 10, 0, 0, 100, 100, 50, 50, 50, 50]);
  });

  it('orders channels as the format and the layout say', () => {
    const bgr = sampleImage(corners, { ...plain, format: 'BGR' }, 'NHWC');
    expect([...bgr.slice(0, 6)]).toEqual([50, 0, 0, 50, 0, 10]);
  });

  it('subtracts the mean, then multiplies', () => {
    const [first] = sampleImage(corners, { ...plain, mean: [2], normal: [0.5] }, 'NCHW');
    expect(first).toBe(-1);
  });

  it('weighs gray as 19, 38 and 7 of 64', () => {
    const [value] = sampleImage(
      image(1, 1, () => [64, 128, 32, 255]),
      { ...plain, format: 'GRAY', width: 1, height: 1 },
      'NCHW',
    );
    expect(value).toBe((19 * 64 + 38 * 128 + 7 * 32) >> 6);
  });

  it('aligns corners and cuts fractions: 3 pixels out of 0 and 255', () => {
    const ramp = image(2, 1, (x) => [255 * x, 0, 0, 255]);
    const [a, b, c] = sampleImage(ramp, { ...plain, width: 3, height: 2 }, 'NCHW');
    expect([a, b, c]).toEqual([0, 127, 255]);
  });

  it('repeats the pixel of a 1x1 image', () => {
    const values = sampleImage(
      image(1, 1, () => [9, 8, 7, 255]),
      { ...plain, width: 3, height: 2 },
      'NCHW',
    );
    expect([...values]).toEqual([...Array(6).fill(9), ...Array(6).fill(8), ...Array(6).fill(7)]);
  });

  it('crops around the centre', () => {
    const wide = image(4, 4, (x, y) => [x, y, 0, 255]);
    const values = sampleImage(wide, { ...plain, centerCropHeight: 0.5, centerCropWidth: 0.5 }, 'NHWC');
    expect([...values]).toEqual([1, 1, 0, 2, 1, 0, 1, 2, 0, 2, 2, 0]);
  });

  it.each(['RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY'] as const)(
    '%s has the same values in both layouts',
    (format) => {
      const noise = image(9, 7, (x, y) => [x * 28, y * 36, (x * y * 5) % 256, 255 - x]);
      const options = {
        ...plain,
        format,
        width: 5,
        height: 4,
        mean: [9, 8, 7, 6],
        normal: [0.1, 0.2, 0.3, 0.4],
      };
      const [planes, pixels] = [sampleImage(noise, options, 'NCHW'), sampleImage(noise, options, 'NHWC')];
      const channels = channelCount(format);
      expect(planes).toHaveLength(channels * 20);
      for (let i = 0; i < 20; i++) {
        for (let c = 0; c < channels; c++) expect(planes[c * 20 + i]).toBe(pixels[i * channels + c]);
      }
    },
  );

  it('gives one pixel of one pixel, and fills a target of one row or column', () => {
    const dot = image(1, 1, () => [9, 8, 7, 6]);
    const one = { ...plain, format: 'RGBA', width: 1, height: 1 } as const;
    expect([...sampleImage(dot, one, 'NHWC')]).toEqual([9, 8, 7, 6]);
    const column = image(1, 3, (_, y) => [10 * y, 0, 0, 255]);
    const values = sampleImage(column, { ...plain, width: 2, height: 5 }, 'NCHW').subarray(0, 10);
    expect([...values]).toEqual([0, 0, 5, 5, 10, 10, 15, 15, 20, 20]);
  });

  it('takes the first pixel of the crop for a target of one pixel', () => {
    const numbered = image(5, 4, (x, y) => [10 * x, 10 * y, 3, 255]);
    const one = { ...plain, width: 1, height: 1 };
    expect([...sampleImage(numbered, one, 'NCHW')]).toEqual([0, 0, 3]);
    const cropped = { ...one, centerCropWidth: 0.6, centerCropHeight: 0.5 };
    expect([...sampleImage(numbered, cropped, 'NCHW')]).toEqual([10, 10, 3]);
  });

  it('refuses a target without pixels', () => {
    expect(() => sampleImage(corners, { ...plain, width: 0 }, 'NCHW')).toThrow(/at least 1x1 pixel, got 0x2/);
    expect(() => sampleImage(corners, { ...plain, height: Number.NaN }, 'NCHW')).toThrow(PreprocessError);
  });

  it('refuses a crop that leaves nothing and data of the wrong length', () => {
    expect(() => sampleImage(corners, { ...plain, centerCropWidth: 0.1 }, 'NCHW')).toThrow(PreprocessError);
    expect(() => sampleImage({ ...corners, width: 3 }, plain, 'NCHW')).toThrow(/expected 3x2 pixels/);
  });
});
