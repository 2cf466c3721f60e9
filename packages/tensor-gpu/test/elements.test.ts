import { OPS, type TensorDesc } from '@mnnquant/graph';
import type { UntitledCase } from '@mnnquant/graph/conformance';
import { BinaryOpOperation, ReductionType } from '@mnnquant/mnn-format';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuBackend, type GpuBackend, type GpuMode } from '../src/node.ts';
import { hasHeadlessGl, hasNodeWebGpu } from './support/available.ts';
import { errorOf } from './support/op-run.ts';
import { TOLERANCE } from './support/tolerance.ts';

const MODES: readonly GpuMode[] = [
  ...(hasNodeWebGpu() ? (['webgpu'] as const) : []),
  ...(hasHeadlessGl() ? (['headlessgl'] as const) : []),
];

/** More rows, or longer ones, than a program can have threads in a line. */
const LARGE: readonly (readonly [string, UntitledCase])[] = [
  ['more rows than threads', binary(BinaryOpOperation.ADD, [600_002, 2], [2])],
  ['longer rows than threads', binary(BinaryOpOperation.MUL, [2, 600_000], [2, 1])],
  ['many blocks', reduction(ReductionType.MEAN, [40_000, 50, 2])],
  ['more results than threads', reduction(ReductionType.MAXIMUM, [600_002, 3])],
];

function binary(operation: number, ...shapes: readonly (readonly number[])[]): UntitledCase {
  return {
    op: 'BinaryOp',
    attributes: { operation, relu: false },
    inputs: shapes.map((shape) => ({ shape })),
  };
}

function reduction(operation: number, shape: readonly number[]): UntitledCase {
  return { op: 'Reduction', attributes: { operation, axes: [1], keepDims: false }, inputs: [{ shape }] };
}

describe.each(MODES)('%s: element-wise ops and reductions', (mode) => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await createGpuBackend({ mode });
  });
  afterAll(() => backend?.dispose());

  test.each(LARGE)('%s', async (_, run) => {
    expect(await errorOf(backend, run)).toBeLessThan(TOLERANCE);
  });

  const floats = (shape: readonly number[]): TensorDesc => ({ shape, dtype: 'float32', layout: 'NCHW' });

  test('Select with a condition that is known', async () => {
    const definition = OPS.find(({ name }) => name === 'Select')!;
    const value = Int32Array.of(1, 0, -2);
    const condition: TensorDesc = { shape: [3], dtype: 'int32', layout: 'NCHW', value };
    const node = { definition, attributes: undefined, name: 'mask' } as never;
    const select = backend.bind(node, [condition, floats([2, 3]), floats([])], [floats([2, 3])])!;
    const tensors = [condition, floats([2, 3]), floats([]), floats([2, 3])].map((desc) =>
      backend.allocate(desc),
    );
    const [flags, a, b, y] = tensors;
    backend.upload(flags, value);
    backend.upload(a, Float32Array.of(1, 2, 3, 4, 5, 6));
    backend.upload(b, Float32Array.of(Number.NEGATIVE_INFINITY));
    await select([flags, a, b], [y]);
    expect([...(await backend.download(y))]).toEqual([1, -Infinity, 3, 4, -Infinity, 6]);
    for (const tensor of tensors) backend.free(tensor);
  });
});

test.skipIf(MODES.length > 0)('no GPU mode is there to test', () => {});
