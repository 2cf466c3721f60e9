import { expect } from 'vitest';
import { type Effect, type KeyResult, plain, RED, runWith, WIDEST } from './key-job.ts';
import { netOf, netWithOffset } from './key-nets.ts';
import { smallNet } from './scratch.ts';

/** A bright frame around one dark pixel. */
const framed = { 'framed.bmp': (x: number, y: number) => (x === 2 && y === 1 ? 0x640000 : 0xff0000) };

const SHAPES = JSON.stringify({ inputs: [{ name: 'image', shape: [1, 3, 6, 8] }] });

/** A picture of few colours gets that threshold: what arrived at the network can be read from its scale. */
const largest = ({ quant }: KeyResult): number => (quant('image').scale * 127) / WIDEST;

/** Keys that say what the network is fed with. */
export const sampleEffects: readonly Effect[] = [
  [
    'path',
    'is the folder that images are taken from',
    async () => {
      const both = { images: RED, ...plain };
      expect((await runWith({ ...plain, path: 'colours' }, both)).outcome.images.used).toEqual(['red.bmp']);
      expect((await runWith({ ...plain, path: 'photos' }, both)).outcome.images.used).toHaveLength(3);
    },
  ],
  ...['used_image_num', 'used_sample_num'].map(
    (key): Effect => [
      key,
      'takes the first by name, 0 all',
      async () => {
        expect((await runWith({ [key]: 2 })).outcome.images.used).toEqual(['a.bmp', 'b.bmp']);
        expect((await runWith({ [key]: 0 })).outcome.images.used).toHaveLength(3);
        const { outcome } = await runWith({ [key]: 5 });
        expect(outcome.warnings).toEqual([expect.stringMatching(/5 .*3/)]);
      },
    ],
  ),
  [
    'format',
    'orders the channels',
    async () => {
      const config = { mean: [0, 0, 0], normal: [1, 0.5, 0.25] };
      expect(largest(await runWith({ ...config, format: 'RGB' }, { images: RED }))).toBeCloseTo(255, 4);
      expect(largest(await runWith({ ...config, format: 'BGR' }, { images: RED }))).toBeCloseTo(63.75, 4);
      const four = { mean: [0, 0, 0, 0], normal: [1, 0.5, 0.25, 0] };
      const given = { images: RED, net: netOf(4) };
      expect(largest(await runWith({ ...four, format: 'RGBA' }, given))).toBeCloseTo(255, 4);
      expect(largest(await runWith({ ...four, format: 'BGRA' }, given))).toBeCloseTo(63.75, 4);
      const alpha = { ...four, normal: [0, 0, 0, 0.5], format: 'BGRA' };
      expect(largest(await runWith(alpha, given))).toBeCloseTo(127.5, 4);
    },
  ],
  [
    'format',
    'GRAY has the integer weights of MNN',
    async () => {
      const grey = { format: 'GRAY', mean: [0], normal: [1] };
      // (19 * 255) >> 6
      expect(largest(await runWith(grey, { images: RED, net: netOf(1) }))).toBeCloseTo(75, 4);
    },
  ],
  [
    'mean',
    'is subtracted',
    async () => {
      expect(largest(await runWith({ ...plain, mean: [55, 0, 0] }, { images: RED }))).toBeCloseTo(200, 4);
      expect(largest(await runWith({ ...plain, mean: undefined }, { images: RED }))).toBeCloseTo(255, 4);
    },
  ],
  [
    'normal',
    'is multiplied with',
    async () => {
      expect(largest(await runWith({ ...plain, normal: [0.5, 1, 1] }, { images: RED }))).toBeCloseTo(
        127.5,
        4,
      );
      expect(largest(await runWith({ ...plain, normal: undefined }, { images: RED }))).toBeCloseTo(255, 4);
    },
  ],
  ...['width', 'height'].map(
    (key): Effect => [
      key,
      'is the size of a dynamic input',
      async () => {
        const work = async (size: number) =>
          (await runWith({ [key]: size }, { net: smallNet(-1, -1) })).outcome.prediction.multiplyAdds.total;
        expect((await work(12)) / (await work(4))).toBe(3);
      },
    ],
  ),
  [
    'center_crop_h',
    'leaves rows out above and below',
    async () => {
      const rows = { 'rows.bmp': (_: number, y: number) => (y === 1 ? 0x640000 : 0xff0000) };
      expect(largest(await runWith({ ...plain, center_crop_h: 0.34 }, { images: rows }))).toBeCloseTo(100, 4);
      expect(largest(await runWith(plain, { images: rows }))).toBeCloseTo(255, 4);
    },
  ],
  [
    'center_crop_w',
    'leaves columns out left and right',
    async () => {
      const crop = { ...plain, center_crop_w: 0.2, center_crop_h: 0.34 };
      expect(largest(await runWith(crop, { images: framed }))).toBeCloseTo(100, 4);
      expect(largest(await runWith({ ...crop, center_crop_w: 1 }, { images: framed }))).toBeCloseTo(255, 4);
    },
  ],
  [
    'input_type',
    'sequence takes numbers from files, as they are',
    async () => {
      const files = { 'numbers/1/image.txt': '7 '.repeat(144), 'numbers/1/input.json': SHAPES };
      const config = { path: 'numbers', input_type: 'sequence', mean: undefined, normal: undefined };
      const result = await runWith(config, { files });
      expect(largest(result)).toBeCloseTo(7, 4);
      expect(result.outcome.images.used).toEqual(['1']);
      expect(result.outcome.warnings).toEqual([]);
      // A mean that is not subtracted is told.
      const { outcome } = await runWith({ ...config, ...plain }, { files });
      expect(outcome.warnings).toEqual([expect.stringContaining('used as they are: "mean", "normal"')]);
    },
  ],
  [
    'inputs',
    'gives a dynamic input its shape',
    async () => {
      const work = async (width: number) => {
        const files = { 'numbers/1.txt': '1 '.repeat(3 * 4 * width) };
        const inputs = [{ name: 'image', shape: [1, 3, 4, width] }];
        const config = {
          path: 'numbers',
          input_type: 'sequence',
          inputs,
          width: undefined,
          height: undefined,
        };
        const job = { files, net: smallNet(-1, -1) };
        const sequence = { ...config, mean: undefined, normal: undefined };
        return (await runWith(sequence, job)).outcome.prediction.multiplyAdds.total;
      };
      expect((await work(12)) / (await work(4))).toBe(3);
    },
  ],
  [
    'inputs',
    'gives an input a value, and the image to the other',
    async () => {
      const sum = async (value: number) => {
        const inputs = [{ name: 'offset', value }];
        const { quant } = await runWith({ ...plain, inputs }, { images: RED, net: netWithOffset() });
        return (quant('sum').scale * 127) / WIDEST;
      };
      expect(await sum(100)).toBeCloseTo(355, 3);
      expect(await sum(0)).toBeCloseTo(255, 3);
    },
  ],
];
