import {
  type ConvolutionAttributes,
  createReferenceBackend,
  type DeviceTensor,
  type TensorBackend,
  type TensorDesc,
} from '@mnnquant/graph';
import { PadMode } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import type { Layer } from '../../src/learned-rounding/layer.ts';
import { type LayerMoments, Moments } from '../../src/learned-rounding/moments.ts';
import { numbers } from './numbers.ts';

const [CHANNELS, TAPS] = [6, 6];

/** 3x2 windows, strided, dilated and padded. */
function layerOf(groups: number, parts: number): Layer {
  const size = (CHANNELS / groups / parts) * TAPS;
  const attributes: ConvolutionAttributes = {
    depthwise: false,
    group: groups,
    outputChannels: groups,
    inputChannels: CHANNELS,
    kernel: [3, 2],
    stride: [2, 1],
    dilation: [1, 2],
    padMode: PadMode.CAFFE,
    pads: [1, 0, 1, 1],
    relu: false,
    relu6: false,
    weight: new Float32Array(CHANNELS * TAPS),
    bias: undefined,
  };
  return { index: 3, name: 'conv', tensor: 0, attributes, groups, parts, size };
}

function descOf(height: number, width: number, layout: 'NCHW' | 'NHWC' = 'NCHW'): TensorDesc {
  const shape = layout === 'NCHW' ? [1, CHANNELS, height, width] : [1, height, width, CHANNELS];
  return { shape, layout, dtype: 'float32' };
}

function sampleOf(seed: number, { shape }: TensorDesc): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, numbers(seed));
}

/** [groups * parts, size + 1, size + 1] around `origin`, window after window, as the convolution is defined. */
function plainSums(
  layer: Layer,
  samples: readonly { desc: TensorDesc; data: Float32Array }[],
  origin: Float32Array,
): Float64Array {
  const row = layer.size + 1;
  const pieces = layer.groups * layer.parts;
  const sums = new Float64Array(pieces * row * row);
  for (const { desc, data } of samples) {
    const nhwc = desc.layout === 'NHWC';
    const [height, width] = nhwc ? desc.shape.slice(1) : desc.shape.slice(2);
    const at = (c: number, y: number, x: number): number => {
      if (y < 0 || y >= height! || x < 0 || x >= width!) return 0;
      return data[nhwc ? (y * width! + x) * CHANNELS + c : (c * height! + y) * width! + x]!;
    };
    for (let top = -1; top + 2 <= height!; top += 2)
      for (let left = 0; left + 2 <= width!; left++)
        for (let piece = 0; piece < pieces; piece++) {
          const own = Array.from({ length: layer.size }, (_, k) => {
            const channel = (piece * layer.size) / TAPS + Math.floor(k / TAPS);
            const input = at(channel, top + Math.floor((k % TAPS) / 2), left + 2 * (k % 2));
            return input - origin[piece * layer.size + k]!;
          });
          own.push(1);
          for (let i = 0; i < row; i++)
            for (let j = 0; j < row; j++) sums[(piece * row + i) * row + j]! += own[i]! * own[j]!;
        }
  }
  return sums;
}

/** @param chunks how many samples are given at a time */
async function sumsOf(
  layer: Layer,
  samples: readonly { desc: TensorDesc; data: Float32Array }[],
  chunks: number,
  backend: TensorBackend = createReferenceBackend(),
): Promise<LayerMoments> {
  const moments = new Moments(backend, samples.length);
  for (let at = 0; at < samples.length; at += chunks) {
    const chunk = samples.slice(at, at + chunks);
    const values: DeviceTensor[] = chunk.map(({ desc, data }, i) => {
      const value = backend.allocate(desc, at + i);
      backend.upload(value, data);
      return value;
    });
    await moments.add(layer, chunk[0]!.desc, values);
  }
  return moments.take(layer);
}

const cases: readonly [string, TensorDesc][] = [
  ['few windows, multiplied together with those of other samples', descOf(4, 3)],
  ['more windows than weights', descOf(9, 8)],
  ['channels behind each other', descOf(5, 4, 'NHWC')],
];

describe.each(cases)('moments of samples with %s', (_, desc) => {
  it.each([
    [1, 1],
    [1, 2],
    [3, 1],
  ])('in %i groups and %i parts are the sums of products', async (groups, parts) => {
    const layer = layerOf(groups, parts);
    const samples = Array.from({ length: 12 }, (_, i) => ({ desc, data: sampleOf(i, desc) }));
    const { sums: own, origin } = await sumsOf(layer, samples, 5);
    const expected = plainSums(layer, samples, origin);
    expect(own).toHaveLength(expected.length);
    for (const [i, sum] of own.entries()) expect(sum).toBeCloseTo(expected[i]!, 3);
  });

  it('are the same to the bit however many are given, or worked on, at a time', async () => {
    const layer = layerOf(1, 1);
    const samples = Array.from({ length: 12 }, (_, i) => ({ desc, data: sampleOf(i, desc) }));
    const one = await sumsOf(layer, samples, 1);
    expect(await sumsOf(layer, samples, 7)).toEqual(one);
    const backend = Object.assign(createReferenceBackend(), { concurrency: 3 });
    expect(await sumsOf(layer, samples, 12, backend)).toEqual(one);
  });
});

describe('moments', () => {
  it('of samples of several sizes are the sums over all', async () => {
    const layer = layerOf(1, 1);
    const samples = [descOf(4, 3), descOf(4, 3), descOf(7, 5), descOf(4, 3)].map((desc, i) => ({
      desc,
      data: sampleOf(i, desc),
    }));
    const { sums, origin } = await sumsOf(layer, samples, 1);
    const expected = plainSums(layer, samples, origin);
    for (const [i, sum] of sums.entries()) expect(sum).toBeCloseTo(expected[i]!, 3);
  });

  it('of nothing are zeros', async () => {
    const own = await sumsOf(layerOf(1, 1), [], 1);
    expect(own).toEqual({ origin: new Float32Array(36), sums: new Float64Array(37 * 37), leftOut: 0 });
  });

  it.each([
    [1, 1],
    [1, 2],
    [3, 1],
  ])(
    'leave out windows with values that are not finite, in %i groups and %i parts',
    async (groups, parts) => {
      const given = layerOf(groups, parts);
      const layer = { ...given, attributes: { ...given.attributes, pads: [0, 0, 0, 0] as const } };
      // One window of each sample; all of a group's parts are without it.
      const desc = descOf(3, 3);
      const samples = Array.from({ length: 12 }, (_, i) => ({ desc, data: sampleOf(i, desc) }));
      const finite = await sumsOf(layer, samples.slice(4), 1);
      for (const [i, value] of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].entries())
        for (let group = 0; group < groups; group++) {
          const channel = (group * CHANNELS) / groups;
          samples[i]!.data[channel * 9] = value;
        }
      for (let channel = 0; channel < CHANNELS; channel += CHANNELS / groups)
        samples[3]!.data[(channel + CHANNELS / groups - 1) * 9 + 8] = Number.NaN;
      const { sums, origin, leftOut } = await sumsOf(layer, samples, 1);
      expect(leftOut).toBe(4 * groups);
      expect(origin.every(Number.isFinite)).toBe(true);
      const [row, pieces] = [layer.size + 1, groups * parts];
      for (let piece = 0; piece < pieces; piece++) {
        const at = piece * row * row;
        expect(sums[at + row * row - 1]).toBe(8);
        // Around other origins: the covariances are the same.
        for (let j = 0; j < layer.size; j++)
          for (let k = 0; k < layer.size; k++) {
            const [own, other] = [sums, finite.sums].map(
              (of) =>
                of[at + j * row + k]! - (of[at + j * row + layer.size]! * of[at + k * row + layer.size]!) / 8,
            );
            expect(own).toBeCloseTo(other!, 3);
          }
      }
    },
  );

  it('keep what inputs vary by, where that is little beside their mean', async () => {
    const given = layerOf(1, 1);
    const layer = { ...given, attributes: { ...given.attributes, pads: [0, 0, 0, 0] as const } };
    // One window, which is the first and the last column.
    const desc = descOf(3, 3);
    const samples = Array.from({ length: 12 }, (_, i) => ({
      desc,
      data: sampleOf(i, desc).map((one) => 1000 + one / 16),
    }));
    const { sums } = await sumsOf(layer, samples, 1);
    for (let k = 0; k < 36; k++) {
      const at = Math.floor(k / 2) * 3 + 2 * (k % 2);
      const seen = samples.map(({ data }) => data[at]!);
      const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
      const expected = seen.reduce((sum, one) => sum + (one - mean) ** 2, 0);
      const own = sums[k * 37 + k]! - sums[k * 37 + 36]! ** 2 / samples.length;
      expect(Math.abs(own / expected - 1)).toBeLessThan(1e-4);
    }
  });
});
