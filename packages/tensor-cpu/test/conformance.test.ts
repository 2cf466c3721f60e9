import { conformanceCases, statisticsCases, usualSizeCases } from '@mnnquant/graph/conformance';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CpuBackend, createCpuBackend, loadKernels } from '../src/node.ts';
import { loadFast } from './support/fast-kernels.ts';

/** float32 sums against float64, relative to the largest value of the output. */
const TOLERANCE = 2e-6;

/** Of thousands of products, some by Winograd. */
const LONG_SUM_TOLERANCE = 1e-5;

/** By Winograd, errors of twice that size; ReLU6 cuts the largest value they are measured by to a tenth. */
const TOLERANCES: ReadonlyMap<string, number> = new Map([['Convolution: ReLU6', 1e-5]]);

describe.each([
  ['ordinary kernels', loadKernels],
  ['fast kernels', loadFast],
] as const)('every case of every op that has a kernel: %s', (_title, load) => {
  let backend: CpuBackend;
  beforeAll(async () => {
    backend = await createCpuBackend({ wasm: await load() });
  });
  const covered = new Set<string>();

  for (const item of conformanceCases()) {
    test(`${item.op}: ${item.title}`, async () => {
      const result = await item.run(backend);
      if (result === undefined) return;
      covered.add(item.op);
      expect(result.exactWhereNeeded).toBe(true);
      if (item.exact) expect(result.relativeError).toBe(0);
      expect(result.relativeError).toBeLessThan(TOLERANCES.get(`${item.op}: ${item.title}`) ?? TOLERANCE);
    });
  }

  for (const item of usualSizeCases()) {
    test(`${item.op}: ${item.title}`, async () => {
      const result = await item.run(backend);
      expect(result?.exactWhereNeeded).toBe(true);
      expect(result?.relativeError).toBeLessThan(LONG_SUM_TOLERANCE);
    });
  }

  for (const item of statisticsCases()) {
    test(item.title, async () => {
      const { exactWhereNeeded, relativeError } = await item.run(backend);
      expect(exactWhereNeeded).toBe(true);
      expect(relativeError).toBeLessThan(1e-12);
    });
  }

  test('the ops with a kernel are those of the table', () => {
    expect([...covered].sort()).toEqual([
      'BatchNorm',
      'BatchToSpaceND',
      'BinaryOp',
      'BroadcastTo',
      'Cast',
      'Concat',
      'ConvertTensor',
      'Convolution',
      'ConvolutionDepthwise',
      'Crop',
      'Deconvolution',
      'DeconvolutionDepthwise',
      'DepthToSpace',
      'Eltwise',
      'Flatten',
      'FloatToInt8',
      'GatherV2',
      'Identity',
      'Int8BinaryOp',
      'Int8Convolution',
      'Int8ConvolutionDepthwise',
      'Int8PReLU',
      'Int8Pooling',
      'Int8ReLU',
      'Int8Scale',
      'Int8ToFloat',
      'Int8UnaryOp',
      'Interp',
      'LRN',
      'LayerNorm',
      'MatMul',
      'PReLU',
      'Pack',
      'Padding',
      'Permute',
      'Pooling',
      'Pooling3D',
      'ReLU',
      'ReLU6',
      'Reduction',
      'Reshape',
      'Scale',
      'ScatterNd',
      'Select',
      'Sigmoid',
      'Slice',
      'SliceTf',
      'Softmax',
      'SpaceToBatchND',
      'SpaceToDepth',
      'Squeeze',
      'StridedSlice',
      'TanH',
      'Tile',
      'UnaryOp',
      'Unpack',
      'Unsqueeze',
    ]);
  });
});
