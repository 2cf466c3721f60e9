import type { ConvolutionAttributes } from '@mnnquant/graph';
import { PadMode } from '@mnnquant/mnn-format';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GpuDevice } from '../src/device/gpu-device.ts';
import { createWebGpuDevice } from '../src/device/webgpu-device.ts';
import { GpuBackend } from '../src/gpu-backend.ts';
import { createGpuBackend } from '../src/node.ts';
import { GPU_JS } from '../src/vendor.ts';
import { hasNodeWebGpu } from './support/available.ts';
import { LimitedDevice } from './support/limited-device.ts';
import { errorOf, noise, noiseTensor, type OpRun } from './support/op-run.ts';
import { TOLERANCE } from './support/tolerance.ts';

interface Shape extends Partial<Omit<ConvolutionAttributes, 'weight' | 'bias'>> {
  /** N, C, H, W. */
  readonly input: readonly number[];
  readonly output: number;
}

function convolutionRun({ input, output, ...rest }: Shape): OpRun {
  const kernel = rest.kernel ?? [3, 3];
  const group = Math.max(1, rest.group ?? 1);
  const attributes: ConvolutionAttributes = {
    depthwise: false,
    outputChannels: output,
    inputChannels: input[1],
    stride: [1, 1],
    dilation: [1, 1],
    padMode: PadMode.CAFFE,
    pads: [0, 0, 0, 0],
    relu: false,
    relu6: false,
    ...rest,
    kernel,
    group: rest.group ?? 0,
    weight: noise((output * input[1] * kernel[0] * kernel[1]) / group, 7),
    bias: noise(output, 11),
  };
  const op = rest.depthwise ? 'ConvolutionDepthwise' : 'Convolution';
  return { op, attributes, inputs: [noiseTensor(input, 3)] };
}

const around = (pad: number) => [pad, pad, pad, pad] as const;

/** Each with the programs a wide device takes, and with those it takes otherwise. */
const SHAPES: readonly (readonly [title: string, wide: string, narrow: string, shape: Shape])[] = [
  [
    '3x3, stride 2, rows of 7',
    'convolution-wide, convolution-sum',
    'convolution',
    { input: [1, 16, 13, 13], output: 24, stride: [2, 2], pads: around(1) },
  ],
  [
    '3x3, stride 2, rows of 13, batch 3',
    'convolution-wide, convolution-sum',
    'convolution',
    { input: [3, 8, 26, 26], output: 12, stride: [2, 2], padMode: PadMode.SAME, relu: true },
  ],
  [
    '3x3, rows of 28',
    'convolution-sliding',
    'convolution',
    { input: [1, 16, 28, 28], output: 20, pads: around(1), relu6: true },
  ],
  [
    '3x3, few outputs, channels divided among threads',
    'convolution-sliding, convolution-sum',
    'convolution, convolution-sum',
    { input: [2, 256, 7, 8], output: 12, pads: around(1), relu: true },
  ],
  [
    '1x1, 49 pixels',
    'pointwise-wide, convolution-sum',
    'pointwise',
    { input: [1, 48, 7, 7], output: 40, kernel: [1, 1] },
  ],
  ['1x1, 196 pixels', 'pointwise-wide', 'pointwise', { input: [2, 40, 14, 14], output: 33, kernel: [1, 1] }],
  [
    '1x1, channels divided among threads',
    'pointwise-wide, convolution-sum',
    'pointwise, convolution-sum',
    { input: [3, 1024, 5, 5], output: 20, kernel: [1, 1], group: 2, relu6: true },
  ],
  [
    'depthwise 5x5, dilation 2',
    'convolution-wide',
    'convolution',
    {
      input: [2, 20, 24, 24],
      output: 20,
      depthwise: true,
      group: 20,
      kernel: [5, 5],
      dilation: [2, 2],
      pads: around(4),
    },
  ],
  [
    'depthwise 3x3, rows of 7',
    'convolution',
    'convolution',
    { input: [1, 64, 7, 7], output: 64, depthwise: true, group: 64, pads: around(1) },
  ],
  [
    'four groups',
    'convolution-sliding',
    'convolution',
    { input: [2, 32, 12, 12], output: 24, group: 4, pads: around(1) },
  ],
  [
    'fully connected',
    'inner-product-wide, inner-product-sum',
    'inner-product, inner-product-sum',
    { input: [3, 1280, 1, 1], output: 1000, kernel: [1, 1] },
  ],
  [
    'fully connected, 25088 inputs',
    'inner-product, inner-product-sum',
    'inner-product, inner-product-sum',
    { input: [1, 512, 7, 7], output: 61, kernel: [7, 7], relu: true },
  ],
];

describe.skipIf(!hasNodeWebGpu())('WebGPU in Node: convolutions of usual sizes', () => {
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

  test.each(SHAPES)('%s', async (_, wide, narrow, shape) => {
    for (const [isWide, programs] of [
      [true, wide],
      [false, narrow],
    ] as const) {
      const [backend, own] = limited({ wide: isWide });
      expect(await errorOf(backend, convolutionRun(shape))).toBeLessThan(TOLERANCE);
      expect(own.programs.join(', ')).toBe(programs);
    }
  });

  test('weights larger than an array are uploaded in parts, once', async () => {
    for (const [shape, maxArrayBytes, parts] of [
      [{ input: [2, 600, 1, 1], output: 30, kernel: [1, 1] }, 20_000, 4],
      [{ input: [2, 112, 5, 5], output: 43, pads: around(1), relu: true }, 23_000, 11],
      [{ input: [2, 48, 4, 4], output: 90, group: 3, kernel: [5, 5], pads: around(2) }, 20_000, 8],
    ] as const) {
      const [backend, own] = limited({ maxArrayBytes });
      expect(await errorOf(backend, convolutionRun(shape), 2)).toBeLessThan(TOLERANCE);
      expect(own.programs.filter((name) => name.startsWith('join-')).length).toBeGreaterThan(0);
      // Weights and bias of each part, and the input.
      expect(own.uploads).toBe(2 * parts + 1);
    }
  });

  test('what is computed on the way is freed', async () => {
    const [backend] = limited({ maxArrayBytes: 40_000 });
    const run = convolutionRun({ input: [2, 24, 10, 10], output: 43, pads: around(1) });
    await errorOf(backend, run);
    const before = device.memoryUse.used;
    await errorOf(backend, run, 3);
    const weights = device.memoryUse.used - before;
    await errorOf(backend, run, 30);
    expect(device.memoryUse.used - before).toBe(2 * weights);
  });
});
