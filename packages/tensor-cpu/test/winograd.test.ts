import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KernelContext } from '../src/context.ts';
import type { ConvolutionJob } from '../src/kernels/convolution-job.ts';
import { bindDenseConvolution } from '../src/kernels/dense-convolution.ts';
import { bindWinogradConvolution, winogradPays } from '../src/kernels/winograd-convolution.ts';
import { makeContext, runKernel } from './support/harness.ts';
import { naiveConvolution } from './support/naive-convolution.ts';
import { random, randomFloats } from './support/random.ts';

/** Of the largest sum of absolute products: an error spreads over its tile. */
const TOLERANCE = 2e-6;

let context: KernelContext;
beforeAll(async () => {
  context = await makeContext();
});

interface Shape {
  batch: number;
  channels: number;
  outputs: number;
  height: number;
  width: number;
  /** top, left, bottom, right */
  pad: readonly [number, number, number, number];
  activation: 'none' | 'relu' | 'relu6';
  bias: boolean;
}

/** `undefined` when no window fits. */
function jobOf(s: Shape, weight: Float32Array): ConvolutionJob | undefined {
  const outHeight = s.height + s.pad[0] + s.pad[2] - 2;
  const outWidth = s.width + s.pad[1] + s.pad[3] - 2;
  if (outHeight < 1 || outWidth < 1) return undefined;
  return {
    owner: {},
    window: {
      channels: s.channels,
      height: s.height,
      width: s.width,
      outHeight,
      outWidth,
      kernelHeight: 3,
      kernelWidth: 3,
      strideY: 1,
      strideX: 1,
      dilationY: 1,
      dilationX: 1,
      padTop: s.pad[0],
      padLeft: s.pad[1],
    },
    batch: s.batch,
    group: 1,
    outputChannels: s.outputs,
    weight: () => weight,
    bias: s.bias ? randomFloats(s.outputs, 3) : undefined,
    lo: s.activation === 'none' ? Number.NEGATIVE_INFINITY : 0,
    hi: s.activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY,
  };
}

function run(bind: typeof bindDenseConvolution, job: ConvolutionJob, data: Float32Array): Float32Array {
  const { window: w, batch, outputChannels } = job;
  return runKernel(
    context,
    bind(context, { ...job, owner: {} }),
    [{ shape: [batch, w.channels, w.height, w.width], data }],
    [batch, outputChannels, w.outHeight, w.outWidth],
  );
}

function inputOf({ batch, channels, height, width }: Shape): number {
  return batch * channels * height * width;
}

/** Largest error against float64, relative to the largest sum of absolute products in a whole tile. */
function errorOf(job: ConvolutionJob, data: Float32Array): number {
  const actual = run(bindWinogradConvolution, job, data);
  const { y } = naiveConvolution(job, data);
  const outHeight = Math.ceil(job.window.outHeight / 4) * 4;
  const outWidth = Math.ceil(job.window.outWidth / 4) * 4;
  const { magnitude } = naiveConvolution({ ...job, window: { ...job.window, outHeight, outWidth } }, data);
  // 0 where every window lies in the padding.
  const largest = magnitude.reduce((a, b) => Math.max(a, b), 1e-30);
  return actual.reduce((worst, value, i) => {
    const error = Math.abs(value - y[i]) / largest;
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }, 0);
}

const side = fc.integer({ min: 1, max: 23 });
const pad = fc.integer({ min: -2, max: 3 });
const shapes = fc.record<Shape>({
  batch: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 19 }),
  outputs: fc.integer({ min: 1, max: 21 }),
  height: side,
  width: side,
  pad: fc.tuple(pad, pad, pad, pad),
  activation: fc.constantFrom('none', 'relu', 'relu6'),
  bias: fc.boolean(),
});

/** 24 channels to 20, 21x18: several groups of tiles, incomplete in every direction. */
const LAYER: Shape = {
  batch: 1,
  channels: 24,
  outputs: 20,
  height: 21,
  width: 18,
  pad: [1, 1, 1, 1],
  activation: 'none',
  bias: true,
};

describe('Winograd against float64', () => {
  test('any shape and padding', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 1e6 }), (shape, seed) => {
        const weight = randomFloats(shape.outputs * shape.channels * 9, seed);
        const job = jobOf(shape, weight);
        if (job) expect(errorOf(job, randomFloats(inputOf(shape), seed + 1))).toBeLessThan(TOLERANCE);
      }),
      { numRuns: 300, seed: 17 },
    );
  });

  test('several bands of tiles and chunks of output channels', () => {
    const shape = { ...LAYER, channels: 60, outputs: 18, height: 50, width: 47 };
    const job = jobOf(shape, randomFloats(18 * 60 * 9, 1))!;
    expect(errorOf(job, randomFloats(inputOf(shape), 2))).toBeLessThan(TOLERANCE);
  });

  test.each([
    ['weights of very different size in one sum', 6, 0, 0],
    ['pixels of very different size', 0, 6, 0],
    ['both', 4, 4, 0],
    ['pixels far from zero', 0, 0, 100],
  ])('%s', (_title, weightDecades, pixelDecades, offset) => {
    const next = random(5);
    const spread = (decades: number) => next() * 10 ** (next() * decades);
    const weight = Float32Array.from({ length: 20 * 24 * 9 }, () => spread(weightDecades));
    const data = Float32Array.from({ length: inputOf(LAYER) }, () => offset + spread(pixelDecades));
    expect(errorOf(jobOf(LAYER, weight)!, data)).toBeLessThan(TOLERANCE);
  });

  test('each output channel is as exact as its own weights are large', () => {
    const factors = Array.from({ length: 20 }, (_, o) => 10 ** (o - 10));
    const plain = randomFloats(20 * 24 * 9, 8);
    const weight = plain.map((w, i) => w * factors[Math.floor(i / (24 * 9))]);
    const job = { ...jobOf(LAYER, weight)!, bias: undefined };
    const data = randomFloats(inputOf(LAYER), 9);
    const { y, magnitude } = naiveConvolution(job, data);
    const actual = run(bindWinogradConvolution, job, data);
    const plane = y.length / 20;
    for (let o = 0; o < 20; o++) {
      const largest = magnitude.subarray(o * plane, (o + 1) * plane).reduce((a, b) => Math.max(a, b));
      for (let i = o * plane; i < (o + 1) * plane; i++) {
        expect(Math.abs(actual[i] - y[i]) / largest).toBeLessThan(TOLERANCE);
      }
    }
  });
});

describe('values that are not finite', () => {
  const weight = randomFloats(20 * 24 * 9, 21);
  const job = jobOf({ ...LAYER, batch: 3 }, weight)!;
  const data = randomFloats(3 * inputOf(LAYER), 22);
  const sample = data.length / 3;

  test.each([
    ['NaN', Number.NaN],
    ['an infinity', Number.NEGATIVE_INFINITY],
    ['a number whose products overflow', 3e38],
  ])('%s gives what sums in order give', (_title, value) => {
    for (const place of [0, 17, 18 * 20, sample - 1, 5 * 18 * 21 + 3 * 18 + 9]) {
      const spoiled = data.slice();
      spoiled[sample + place] = value;
      const inOrder = run(bindDenseConvolution, job, spoiled);
      const byTiles = run(bindWinogradConvolution, job, spoiled);
      const length = inOrder.length / 3;
      expect(byTiles.subarray(length, 2 * length)).toEqual(inOrder.subarray(length, 2 * length));
      // The other samples do not feel it.
      const clean = run(bindWinogradConvolution, job, data);
      expect(byTiles.subarray(0, length)).toEqual(clean.subarray(0, length));
      expect(byTiles.subarray(2 * length)).toEqual(clean.subarray(2 * length));
    }
  });

  test('what a clamp would hide is seen', () => {
    const clamped = { ...job, lo: 0, hi: 6 };
    const spoiled = data.slice();
    spoiled[4000] = Number.POSITIVE_INFINITY;
    const length = 20 * 21 * 18;
    expect(run(bindWinogradConvolution, clamped, spoiled).subarray(0, length)).toEqual(
      run(bindDenseConvolution, clamped, spoiled).subarray(0, length),
    );
  });
});

describe('where it is chosen', () => {
  const weight = new Float32Array();
  const layer = (change: Partial<Shape>) =>
    jobOf({ ...LAYER, channels: 64, outputs: 64, ...change }, weight)!;

  test('for large layers, not for a few pixels', () => {
    expect(winogradPays(layer({ height: 56, width: 56 }))).toBe(true);
    expect(winogradPays(layer({ height: 13, width: 13 }))).toBe(true);
    expect(winogradPays(layer({ height: 4, width: 4 }))).toBe(false);
    expect(winogradPays(layer({ height: 1, width: 1 }))).toBe(false);
    expect(winogradPays(layer({ channels: 1, height: 56, width: 56 }))).toBe(false);
    expect(winogradPays(layer({ batch: 0, outputs: 0 }))).toBe(false);
  });

  test('not for other windows', () => {
    const job = layer({ height: 56, width: 56 });
    const other = (change: object) => ({ ...job, window: { ...job.window, ...change } });
    for (const change of [
      { kernelHeight: 1 },
      { kernelWidth: 5 },
      { strideX: 2 },
      { strideY: 2 },
      { dilationX: 2 },
      { dilationY: 3 },
    ]) {
      expect(winogradPays(other(change))).toBe(false);
    }
    expect(winogradPays({ ...job, group: 2 })).toBe(false);
  });
});
