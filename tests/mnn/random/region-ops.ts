import { CropAndResizeMethod, createTable, PoolType } from '@mnnquant/mnn-format';
import { type GoldenInput, ints, main } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';

function volume(
  draw: Draw,
  channels: number,
  kernels: readonly number[],
  dilates: readonly number[],
): GoldenInput {
  const least = kernels.map((kernel, i) => (kernel - 1) * dilates[i] + 1);
  return {
    shape: [draw.int(1, 2), channels, ...least.map((extent) => draw.int(extent, extent + 3))],
    layout: 'NC4HW4',
  };
}

function convolution3d(draw: Draw): RandomCase {
  const [inputCount, outputCount] = draw.list(2, 1, 4);
  const kernels = draw.list(3, 1, 3);
  const dilates = kernels.map((kernel) => (kernel === 1 ? 1 : draw.int(1, 2)));
  const common = createTable('Convolution3DCommon', {
    kernels: Int32Array.from(kernels),
    strides: Int32Array.from(draw.list(3, 1, 2)),
    dilates: Int32Array.from(dilates),
    pads: Int32Array.from(kernels, (kernel) => draw.int(0, Math.min(1, kernel - 1))),
    inputCount,
    outputCount,
    group: 1,
    ...draw.pick({}, { relu: true }, { relu6: true }),
  });
  const weight = draw.floats(inputCount * outputCount * kernels.reduce((a, b) => a * b, 1));
  return {
    type: 'Convolution3D',
    main: main('Convolution3D', { common, weight, bias: draw.floats(outputCount) }),
    inputs: [volume(draw, inputCount, kernels, dilates)],
  };
}

function convTranspose3d(draw: Draw): RandomCase {
  const [inputCount, outputCount] = draw.list(2, 1, 4);
  const kernels = draw.list(3, 1, 3);
  const strides = draw.list(3, 1, 2);
  const common = createTable('Convolution3DCommon', {
    kernels: Int32Array.from(kernels),
    strides: Int32Array.from(strides),
    dilates: Int32Array.from(draw.list(3, 1, 2)),
    pads: Int32Array.from(kernels, (kernel) => draw.int(0, Math.min(1, kernel - 1))),
    ...(draw.bool() && { outPads: Int32Array.from(strides, (stride) => draw.int(0, stride - 1)) }),
    inputCount,
    outputCount,
    group: 1,
    ...draw.pick({}, { relu: true }, { relu6: true }),
  });
  const weight = draw.floats(inputCount * outputCount * kernels.reduce((a, b) => a * b, 1));
  return {
    type: 'ConvTranspose3D',
    main: main('Convolution3D', { common, weight, bias: draw.floats(outputCount) }),
    inputs: [{ shape: [draw.int(1, 2), inputCount, ...draw.list(3, 2, 4)], layout: 'NC4HW4' }],
  };
}

function pooling3d(draw: Draw): RandomCase {
  const kernels = draw.list(3, 1, 3);
  const isGlobal = draw.int(0, 3) === 0;
  return {
    type: 'Pooling3D',
    main: main('Pool3D', {
      isGlobal,
      kernels: Int32Array.from(kernels),
      strides: Int32Array.from(draw.list(3, 1, 2)),
      pads: Int32Array.from(kernels, (kernel) => draw.int(0, kernel >> 1)),
      type: draw.pick(PoolType.MAXPOOL, PoolType.AVEPOOL),
    }),
    inputs: [volume(draw, draw.int(1, 5), kernels, [1, 1, 1])],
  };
}

/** Rows of image, left, top, right, bottom. */
function regions(draw: Draw, count: number): GoldenInput {
  const rows = Array.from({ length: count }, () => {
    const [left, top] = [draw.number(-2, 8), draw.number(-2, 8)];
    // Not empty: the mean of no sample is NaN in MNN.
    return [draw.int(0, 1), left, top, left + draw.number(0.5, 9), top + draw.number(0.5, 9)];
  });
  return { shape: [count, 5], data: rows.flat() };
}

function regionPooling(type: 'ROIPooling' | 'ROIAlign'): Generator {
  return (draw) => ({
    type,
    main: main('RoiParameters', {
      pooledHeight: draw.int(1, 3),
      pooledWidth: draw.int(1, 3),
      spatialScale: draw.pick(0.25, 0.5, 1),
      ...(type === 'ROIAlign' && {
        samplingRatio: draw.int(0, 3),
        aligned: draw.bool(),
        poolType: draw.pick(PoolType.MAXPOOL, PoolType.AVEPOOL),
      }),
    }),
    inputs: [{ shape: [2, draw.int(1, 5), 6, 7], layout: 'NC4HW4' }, regions(draw, draw.int(1, 4))],
  });
}

function cropAndResize(draw: Draw): RandomCase {
  const count = draw.int(1, 4);
  const boxes = Array.from({ length: count * 4 }, () => draw.number(-0.25, 1.25));
  return {
    type: 'CropAndResize',
    main: main('CropAndResize', {
      method: draw.pick(CropAndResizeMethod.BILINEAR, CropAndResizeMethod.NEAREST),
      extrapolationValue: draw.number(-1, 1),
    }),
    inputs: [
      { shape: [2, draw.int(1, 5), draw.int(1, 6), 3], layout: 'NHWC' },
      { shape: [count, 4], data: boxes },
      draw.whole([count], 0, 1),
      ints(draw.int(1, 5), draw.int(1, 5)),
    ],
  };
}

function priorBox(draw: Draw): RandomCase {
  const min = draw.list(draw.int(1, 2), 10, 40);
  return {
    type: 'PriorBox',
    main: main('PriorBox', {
      minSizes: Float32Array.from(min),
      ...(draw.bool() && { maxSizes: Float32Array.from(min, (size) => size + draw.int(5, 30)) }),
      aspectRatios: Float32Array.from(draw.some([1, 2, 3])),
      variances: draw.pick(Float32Array.of(0.1, 0.1, 0.2, 0.25), Float32Array.of(0.1, 0.2, 0.3, 0.4)),
      flip: draw.bool(),
      clip: draw.bool(),
      offset: draw.pick(0, 0.25, 0.5),
      ...(draw.bool() && {
        imageWidth: 64,
        imageHeight: 48,
        stepWidth: draw.int(8, 20),
        stepHeight: draw.int(8, 20),
      }),
    }),
    inputs: [
      { shape: [1, 8, draw.int(1, 4), draw.int(1, 4)], layout: 'NC4HW4' },
      { shape: [1, 3, draw.int(8, 20), draw.int(8, 20)], layout: 'NC4HW4' },
    ],
  };
}

/** Boxes on a grid, so that none lies exactly on the limit of another. */
function detectionOutput(draw: Draw): RandomCase {
  const [count, classCount] = [draw.int(4, 12), draw.int(2, 4)];
  const fixed = (shape: number[], data: number[]): GoldenInput => ({ shape, layout: 'NC4HW4', data });
  const priors = Array.from({ length: count }, (_, i) => {
    const [x, y] = [(i % 4) / 5, Math.floor(i / 4) / 4];
    return [x, y, x + 0.35, y + 0.4];
  }).flat();
  const variances = priors.map((_, i) => (i % 4 < 2 ? 0.1 : 0.2));
  const scores = draw.shuffled(
    Array.from({ length: count * classCount }, (_, i) => (i + 1) / (count * classCount + 2)),
  );
  return {
    type: 'DetectionOutput',
    main: main('DetectionOutput', {
      classCount,
      keepTopK: draw.int(1, 9),
      nmsThresholdold: draw.number(0.15, 0.75),
      confidenceThreshold: draw.number(0.1, 0.5),
    }),
    inputs: [
      fixed([1, count * 4], Array.from(draw.floats(count * 4))),
      fixed([1, count * classCount], scores),
      fixed([1, 2, count * 4, 1], [...priors, ...variances]),
    ],
  };
}

function innerProduct(draw: Draw): RandomCase {
  const [channels, outputCount] = draw.list(2, 1, 8);
  return {
    type: 'InnerProduct',
    main: main('InnerProduct', {
      outputCount,
      weight: draw.floats(channels * outputCount),
      bias: draw.floats(outputCount),
      axis: 1,
    }),
    // One row: MNN reads bias values past the end for more.
    inputs: [{ shape: [1, channels] }],
  };
}

export const REGION_OPS: Readonly<Record<string, Generator>> = {
  Convolution3D: convolution3d,
  ConvTranspose3D: convTranspose3d,
  Pooling3D: pooling3d,
  ROIPooling: regionPooling('ROIPooling'),
  ROIAlign: regionPooling('ROIAlign'),
  CropAndResize: cropAndResize,
  PriorBox: priorBox,
  DetectionOutput: detectionOutput,
  InnerProduct: innerProduct,
};
