import { readdirSync, readFileSync } from 'node:fs';
import { createPlan, elementCount, OPS, Program, type TensorDesc } from '@mnnquant/graph';
import { smallNetwork } from '@mnnquant/graph/conformance';
import { describe, expect, test } from 'vitest';
import { createCpuBackend as createFromModule } from '../src/index.ts';
import { createCpuBackend, loadKernels } from '../src/node.ts';
import { randomFloats } from './support/random.ts';

const FLOATS: TensorDesc = { shape: [2, 3], dtype: 'float32', layout: 'NCHW' };

describe('tensors', () => {
  test('every type comes back as it was', async () => {
    const backend = await createCpuBackend();
    for (const [dtype, data] of [
      ['float32', Float32Array.of(1, -2.5, 3e38, Number.NaN, -0, 1e-45)],
      ['int32', Int32Array.of(1, -2, 2 ** 31 - 1, -(2 ** 31), 0, 7)],
      ['int8', Int8Array.of(1, -2, 127, -128, 0, 7)],
      ['uint8', Uint8Array.of(1, 2, 127, 128, 0, 255)],
    ] as const) {
      const tensor = backend.allocate({ ...FLOATS, dtype });
      backend.upload(tensor, data);
      const copy = await backend.download(tensor);
      expect(copy).toEqual(data);
      copy.fill(0);
      expect(await backend.download(tensor)).toEqual(data);
      backend.free(tensor);
    }
    expect(backend.memoryUse.used).toBe(0);
  });

  test('misuse is named', async () => {
    const backend = await createCpuBackend();
    const tensor = backend.allocate(FLOATS);
    expect(() => backend.upload(tensor, new Float32Array(5))).toThrow(
      /expected 6 elements for \[2, 3\], got 5/,
    );
    backend.free(tensor);
    expect(() => backend.free(tensor)).toThrow(/was freed/);
    await expect(backend.download(tensor)).rejects.toThrow(/was freed/);
    await expect(backend.range(FLOATS)).rejects.toThrow(/another backend/);
    const integers = backend.allocate({ ...FLOATS, dtype: 'int32' });
    await expect(backend.range(integers)).rejects.toThrow(/range needs a float32 tensor, got int32/);
    await backend.dispose();
    expect(() => backend.allocate(FLOATS)).toThrow(/disposed/);
  });

  test('content survives that the memory grows', async () => {
    const backend = await createCpuBackend();
    const tensor = backend.allocate(FLOATS);
    const data = randomFloats(6, 3);
    backend.upload(tensor, data);
    const big = backend.allocate({ ...FLOATS, shape: [100, 1024, 1024] });
    expect(await backend.download(tensor)).toEqual(data);
    backend.free(big);
  });

  test('a tensor beyond the budget is refused with the numbers', async () => {
    const backend = await createCpuBackend({ maxMemoryBytes: 2 ** 20 });
    expect(() => backend.allocate({ ...FLOATS, shape: [1024, 1024] })).toThrow(/4\.0 MiB more needed/);
  });
});

describe('a network', () => {
  test('leaves no tensor behind and does not grow over 1000 runs', async () => {
    const backend = await createCpuBackend();
    const program = new Program(createPlan(smallNetwork(), new Map([['x', [1, 3, 12, 12]]])), backend, {
      strict: true,
    });
    const sample = new Map([['x', randomFloats(elementCount([1, 3, 12, 12]), 1)]]);
    const first = await program.run([sample]);
    const before = backend.memoryUse;
    for (let i = 0; i < 999; i++) await program.run([sample]);
    expect(backend.memoryUse).toEqual(before);
    expect(await program.run([sample])).toEqual(first);
    program.dispose();
    await backend.dispose();
  });

  test('packs weights once per node, not per shape', async () => {
    const backend = await createCpuBackend();
    const graph = smallNetwork();
    const use = (height: number) => {
      new Program(createPlan(graph, new Map([['x', [1, 3, height, height]]])), backend).dispose();
      return backend.memoryUse.used;
    };
    // The largest shape first: it needs the most working memory.
    const first = use(20);
    expect(first).toBeGreaterThan(4 * (10 * 27 + 10 * 9 + 7 * 10));
    // New are only the descriptions of the windows, and one divisor.
    expect(use(16) - first).toBeLessThan(1024);
    expect(use(20)).toBe(use(16));
    await backend.dispose();
  });
});

describe('entry points', () => {
  test('the common one takes the kernels as module or bytes', async () => {
    const module = await loadKernels();
    const backend = await createFromModule({ wasm: module });
    expect(backend.name).toBe('cpu');
    expect(OPS.length).toBeGreaterThan(0);
    await backend.dispose();
  });

  test('the common one says where to find the other in Node', async () => {
    await expect(createFromModule()).rejects.toThrow(/tensor-cpu\/node/);
  });

  test('only the one for Node uses modules of Node', () => {
    const folder = new URL('../src/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const users = files.filter((name) => /from 'node:/.test(readFileSync(new URL(name, folder), 'utf8')));
    expect(users.sort()).toEqual(['node.ts', 'pool-worker.ts', 'worker-channel.ts']);
  });
});
