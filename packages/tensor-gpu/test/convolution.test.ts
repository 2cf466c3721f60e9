import {
  around,
  type ConformanceResult,
  convolutionCase,
  deconvolutionCase,
  poolCase,
  usualSizeCases,
} from '@mnnquant/graph/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GpuDevice } from '../src/device/gpu-device.ts';
import { createWebGpuDevice } from '../src/device/webgpu-device.ts';
import { GpuBackend } from '../src/gpu-backend.ts';
import { createGpuBackend } from '../src/node.ts';
import { GPU_JS } from '../src/vendor.ts';
import { hasNodeWebGpu } from './support/available.ts';
import { LimitedDevice } from './support/limited-device.ts';
import { errorOf } from './support/op-run.ts';
import { TOLERANCE } from './support/tolerance.ts';

/** The programs that a convolution takes on a device that is wide, and those that it takes otherwise. */
const PROGRAMS: Readonly<Record<string, readonly [wide: string, narrow: string]>> = {
  '3x3, stride 2, rows of 7': ['convolution-wide, convolution-sum', 'convolution'],
  '3x3, stride 2, rows of 13, batch 3': ['convolution-wide, convolution-sum', 'convolution'],
  '3x3, rows of 28': ['convolution-sliding', 'convolution'],
  '3x3, few outputs, channels divided among threads': [
    'convolution-sliding, convolution-sum',
    'convolution, convolution-sum',
  ],
  '1x1, 49 pixels': ['pointwise-wide, convolution-sum', 'pointwise'],
  '1x1, 196 pixels': ['pointwise-wide', 'pointwise'],
  '1x1, channels divided among threads': ['pointwise-wide, convolution-sum', 'pointwise, convolution-sum'],
  'depthwise 5x5, dilation 2': ['convolution-wide', 'convolution'],
  'depthwise 3x3, rows of 7': ['convolution', 'convolution'],
  'depthwise 7x7 on as large an image': ['convolution', 'convolution'],
  'four groups': ['convolution-sliding', 'convolution'],
  'fully connected': ['inner-product-wide, inner-product-sum', 'inner-product, inner-product-sum'],
  'fully connected, 25088 inputs': ['inner-product, inner-product-sum', 'inner-product, inner-product-sum'],
};

function expectRight(result: ConformanceResult | undefined, title: string): void {
  expect(result?.exactWhereNeeded, title).toBe(true);
  expect(result?.relativeError, title).toBeLessThan(TOLERANCE);
}

describe.skipIf(!hasNodeWebGpu())('WebGPU in Node: what multiplies and adds, in usual sizes', () => {
  const backends: GpuBackend[] = [];
  let device: GpuDevice;
  beforeAll(async () => {
    // Brings WebGPU into Node.
    backends.push(await createGpuBackend({ mode: 'webgpu' }));
    device = await createWebGpuDevice(GPU_JS);
  });
  afterAll(async () => {
    for (const backend of backends) await backend.dispose();
  });

  /** A backend on a device with other limits, and the device. */
  function limited(limits: ConstructorParameters<typeof LimitedDevice>[1]): [GpuBackend, LimitedDevice] {
    const own = new LimitedDevice(device, limits);
    return [new GpuBackend(own), own];
  }

  test.each(Object.entries(PROGRAMS))('%s', async (title, [wide, narrow]) => {
    const item = usualSizeCases().find((one) => one.title === title)!;
    for (const [isWide, programs] of [
      [true, wide],
      [false, narrow],
    ] as const) {
      const [backend, own] = limited({ wide: isWide });
      expectRight(await item.run(backend), title);
      expect(own.programs.join(', ')).toBe(programs);
    }
  });

  test.each([true, false])('other sizes, four results per thread: %s', async (wide) => {
    const [backend] = limited({ wide });
    for (const { title, run } of usualSizeCases().filter(({ title }) => !(title in PROGRAMS)))
      expectRight(await run(backend), title);
  });

  test.each([
    [convolutionCase({ input: [2, 600, 1, 1], output: 30, kernel: [1, 1] }), 20_000, 4],
    [convolutionCase({ input: [2, 112, 5, 5], output: 43, pads: around(1), relu: true }), 23_000, 11],
    [
      convolutionCase({ input: [2, 48, 4, 4], output: 90, group: 3, kernel: [5, 5], pads: around(2) }),
      20_000,
      8,
    ],
    [deconvolutionCase([2, 16, 5, 6], 20), 19_500, 2],
    [deconvolutionCase([1, 18, 4, 3], 21, { group: 3, relu6: true }), 4_100, 3],
  ])('weights larger than an array are uploaded in parts, once: %#', async (run, maxArrayBytes, parts) => {
    const [backend, own] = limited({ maxArrayBytes });
    expect(await errorOf(backend, run, 2)).toBeLessThan(TOLERANCE);
    expect(own.programs.filter((name) => name.startsWith('join ')).length).toBeGreaterThan(0);
    // Weights and bias of each part, and the input.
    expect(own.uploads).toBe(2 * parts + 1);
  });

  test('sums are divided into as many parts as fit into an array', async () => {
    const [backend, own] = limited({ maxArrayBytes: 161_000 });
    const run = convolutionCase({ input: [200, 129, 1, 1], output: 200, kernel: [1, 1] });
    expect(await errorOf(backend, run)).toBeLessThan(TOLERANCE);
    expect(own.programs).toEqual(['inner-product-wide', 'inner-product-sum']);
  });

  test.each([
    [
      'a window',
      convolutionCase({ input: [1, 2, 1000, 1001], output: 2, depthwise: true, group: 2, pads: around(1) }),
    ],
    ['single pixels', convolutionCase({ input: [1, 2, 1001, 1001], output: 2, kernel: [1, 1] })],
    ['rows that are cut', convolutionCase({ input: [1, 4, 750, 751], output: 2, pads: around(1) })],
    ['a deconvolution', deconvolutionCase([1, 2, 501, 503], 2, { kernel: [2, 2], pads: [0, 0, 0, 0] })],
    ['pooling', poolCase([1, 2, 801, 803], { kernel: [2, 2], stride: [1, 1] })],
  ])('planes larger than threads can be started along x: %s', async (_, run) => {
    const [backend] = limited({});
    expect(await errorOf(backend, run)).toBeLessThan(TOLERANCE);
  });

  test('a constant matrix that lies the other way is turned once', async () => {
    const [backend, own] = limited({});
    const attributes = { transposeA: false, transposeB: true };
    const inputs = [{ shape: [2, 600] }, { shape: [48, 600] }, { shape: [48] }];
    const run = { op: 'MatMul', attributes, inputs };
    expect(await errorOf(backend, run, 3)).toBeLessThan(TOLERANCE);
    expect(new Set(own.programs)).toEqual(new Set(['inner-product-wide', 'inner-product-sum']));
    expect(own.uploads).toBe(inputs.length + 1);
  });

  test('what is computed on the way is freed', async () => {
    const [backend] = limited({ maxArrayBytes: 40_000 });
    const run = convolutionCase({ input: [2, 24, 10, 10], output: 43, pads: around(1) });
    await errorOf(backend, run);
    const before = device.memoryUse.used;
    await errorOf(backend, run, 3);
    const weights = device.memoryUse.used - before;
    await errorOf(backend, run, 10);
    expect(device.memoryUse.used - before).toBe(2 * weights);
  });
});
