import { OPS, type TensorDesc } from '@mnnquant/graph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuBackend, type GpuBackend } from '../src/node.ts';
import { hasNodeWebGpu } from './support/available.ts';
import { elementCases } from './support/element-cases.ts';
import { TOLERANCE } from './support/tolerance.ts';

describe.skipIf(!hasNodeWebGpu())('element-wise ops, reductions and normalizations', () => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await createGpuBackend({ mode: 'webgpu' });
  });
  afterAll(() => backend?.dispose());

  test.each(elementCases())('$op: $title', async (item) => {
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
