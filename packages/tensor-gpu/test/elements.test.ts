import { OPS, type TensorDesc } from '@mnnquant/graph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuBackend, type GpuBackend, type GpuMode } from '../src/node.ts';
import { hasHeadlessGl, hasNodeWebGpu } from './support/available.ts';
import { elementCases, largeElementCases } from './support/element-cases.ts';
import { TOLERANCE } from './support/tolerance.ts';

const MODES: readonly GpuMode[] = [
  ...(hasNodeWebGpu() ? (['webgpu'] as const) : []),
  ...(hasHeadlessGl() ? (['headlessgl'] as const) : []),
];

describe.each(MODES)('%s: element-wise ops, reductions and normalizations', (mode) => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await createGpuBackend({ mode });
  });
  afterAll(() => backend?.dispose());

  test.each([...elementCases(), ...largeElementCases()])('$op: $title', async (item) => {
    const result = await item.run(backend);
    expect(result).toMatchObject({ exactWhereNeeded: true });
    expect(result!.relativeError).toBeLessThan(TOLERANCE);
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

  test('what a kernel needs on the way is freed', async () => {
    const before = backend.memoryUse.used;
    for (const item of elementCases().filter(({ op }) => op !== 'UnaryOp' && op !== 'BinaryOp'))
      await item.run(backend);
    // Waits for what is queued.
    await backend.download(backend.allocate(floats([0])));
    // All but constants of layers, three of 256 bytes and more for each of the LayerNorms.
    expect(backend.memoryUse.used - before).toBeLessThan(64 * 1024);
  });
});

test.skipIf(MODES.length > 0)('no GPU mode is there to test', () => {});
