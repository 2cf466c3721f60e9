import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KernelContext } from '../src/context.ts';
import type { ConvolutionJob } from '../src/kernels/convolution-job.ts';
import { bindDenseConvolution } from '../src/kernels/dense-convolution.ts';
import { bindDepthwiseConvolution } from '../src/kernels/depthwise-convolution.ts';
import { makeContext, runKernel } from './support/harness.ts';
import { naiveConvolution } from './support/naive-convolution.ts';
import { randomFloats } from './support/random.ts';

/** Per unit of the sum of absolute products; rounding each of n sums once grows about as sqrt(n) * 6e-8. */
const TOLERANCE = 2e-6;

let context: KernelContext;
beforeAll(async () => {
  context = await makeContext();
});

interface Shape {
  batch: number;
  group: number;
  inPerGroup: number;
  outPerGroup: number;
  height: number;
  width: number;
  kernel: readonly [number, number];
  stride: readonly [number, number];
  dilation: readonly [number, number];
  /** top, left, bottom, right */
  pad: readonly [number, number, number, number];
  activation: 'none' | 'relu' | 'relu6';
  bias: boolean;
}

/** `undefined` when no window fits. */
function jobOf(s: Shape, seed: number): ConvolutionJob | undefined {
  const outHeight =
    Math.floor((s.height + s.pad[0] + s.pad[2] - (s.kernel[0] - 1) * s.dilation[0] - 1) / s.stride[0]) + 1;
  const outWidth =
    Math.floor((s.width + s.pad[1] + s.pad[3] - (s.kernel[1] - 1) * s.dilation[1] - 1) / s.stride[1]) + 1;
  if (outHeight < 1 || outWidth < 1) return undefined;
  const outputChannels = s.group * s.outPerGroup;
  const weight = randomFloats(outputChannels * s.inPerGroup * s.kernel[0] * s.kernel[1], seed);
  return {
    owner: weight,
    window: {
      channels: s.inPerGroup,
      height: s.height,
      width: s.width,
      outHeight,
      outWidth,
      kernelHeight: s.kernel[0],
      kernelWidth: s.kernel[1],
      strideY: s.stride[0],
      strideX: s.stride[1],
      dilationY: s.dilation[0],
      dilationX: s.dilation[1],
      padTop: s.pad[0],
      padLeft: s.pad[1],
    },
    batch: s.batch,
    group: s.group,
    outputChannels,
    weight: () => weight,
    bias: s.bias ? randomFloats(outputChannels, seed + 1) : undefined,
    lo: s.activation === 'none' ? Number.NEGATIVE_INFINITY : 0,
    hi: s.activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY,
  };
}

function check(job: ConvolutionJob, seed: number): void {
  const { window: w, batch, group, outputChannels } = job;
  const shape = [batch, group * w.channels, w.height, w.width];
  const data = randomFloats(batch * group * w.channels * w.height * w.width, seed + 2);
  const outputShape = [batch, outputChannels, w.outHeight, w.outWidth];
  const { y: expected, rounded, magnitude } = naiveConvolution(job, data);
  const depthwise = w.channels === 1 && outputChannels === group;
  for (const bind of depthwise ? [bindDepthwiseConvolution, bindDenseConvolution] : [bindDenseConvolution]) {
    const actual = runKernel(context, bind(context, { ...job, owner: {} }), [{ shape, data }], outputShape);
    let worst = 0;
    for (let i = 0; i < expected.length; i++) {
      worst = Math.max(worst, Math.abs(actual[i] - expected[i]) / magnitude[i] || 0);
      if (Number.isNaN(actual[i])) worst = Number.POSITIVE_INFINITY;
    }
    expect(worst).toBeLessThan(TOLERANCE);
    // The bits do not depend on the machine or on the path taken.
    expect(actual.map((v) => v + 0)).toEqual(rounded);
  }
}

const side = fc.integer({ min: 1, max: 19 });
const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
const pad = fc.integer({ min: -2, max: 3 });
const shapes = fc.record<Shape>({
  batch: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  inPerGroup: fc.integer({ min: 1, max: 9 }),
  outPerGroup: fc.integer({ min: 1, max: 18 }),
  height: side,
  width: side,
  kernel: pair(5),
  stride: pair(4),
  dilation: pair(3),
  pad: fc.tuple(pad, pad, pad, pad),
  activation: fc.constantFrom('none', 'relu', 'relu6'),
  bias: fc.boolean(),
});

describe('convolution kernels against float64', () => {
  test('any shape, stride, dilation, padding and group', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 1e6 }), (shape, seed) => {
        const job = jobOf(shape, seed);
        if (job) check(job, seed);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  test('depthwise, any shape', () => {
    const depthwise = shapes.map((s) => ({ ...s, group: s.outPerGroup, inPerGroup: 1, outPerGroup: 1 }));
    fc.assert(
      fc.property(depthwise, fc.integer({ min: 1, max: 1e6 }), (shape, seed) => {
        const job = jobOf(shape, seed);
        if (job) check(job, seed);
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  test('3x3 depthwise with both fast strides', () => {
    const fast = shapes.map((s) => ({
      ...s,
      group: s.outPerGroup,
      inPerGroup: 1,
      outPerGroup: 1,
      kernel: [3, 3] as const,
      dilation: [1, 1] as const,
      stride: (s.batch === 1 ? [1, 1] : [2, 2]) as readonly [number, number],
    }));
    fc.assert(
      fc.property(fast, fc.integer({ min: 1, max: 1e6 }), (shape, seed) => {
        const job = jobOf(shape, seed);
        if (job) check(job, seed);
      }),
      { numRuns: 200, seed: 13 },
    );
  });

  test('1x1, and a window as large as the image', () => {
    const base = {
      batch: 2,
      group: 1,
      dilation: [1, 1],
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      bias: true,
    } as const;
    for (const [inPerGroup, outPerGroup, height, width] of [
      [40, 19, 7, 7],
      [130, 33, 3, 5],
      [3, 4, 1, 1],
      [300, 50, 1, 1],
      [64, 16, 17, 31],
      // So many pages that the pixels are copied into panels, in several tiles; too few rows for that.
      [100, 17, 33, 37],
      [400, 18, 17, 15],
      [100, 15, 33, 37],
    ]) {
      const common = { ...base, inPerGroup, outPerGroup, height, width, activation: 'none' as const };
      check(jobOf({ ...common, kernel: [1, 1] }, 5)!, 5);
      check(jobOf({ ...common, kernel: [height, width] }, 6)!, 6);
    }
  });

  test('depthwise windows of five and seven, eight columns at a time', () => {
    const base = { batch: 1, group: 3, inPerGroup: 1, outPerGroup: 1, dilation: [1, 1], bias: true } as const;
    const common = { ...base, height: 13, width: 29, pad: [2, 2, 3, 3], activation: 'relu6' } as const;
    for (const kernel of [
      [5, 5],
      [7, 3],
    ] as const) {
      for (const stride of [
        [1, 1],
        [2, 2],
        [1, 3],
      ] as const)
        check(jobOf({ ...common, kernel, stride }, 7)!, 7);
    }
  });

  test('many tiles of columns', () => {
    check(
      jobOf(
        {
          batch: 1,
          group: 1,
          inPerGroup: 40,
          outPerGroup: 5,
          height: 37,
          width: 41,
          kernel: [3, 3],
          stride: [1, 1],
          dilation: [1, 1],
          pad: [1, 1, 1, 1],
          activation: 'relu',
          bias: true,
        },
        9,
      )!,
      9,
    );
  });
});
