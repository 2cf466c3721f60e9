import { createPlan, elementCount, type GraphNode, OPS, Program, type TensorDesc } from '@mnnquant/graph';
import { conformanceCases, smallNetwork } from '@mnnquant/graph/conformance';
import { BinaryOpOperation } from '@mnnquant/mnn-format';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGpuBackend, type GpuBackend } from '../src/node.ts';
import { GPU_JS } from '../src/vendor.ts';
import { hasNodeWebGpu } from './support/available.ts';

const FLOATS: TensorDesc = { shape: [2, 3], dtype: 'float32', layout: 'NCHW' };

describe.skipIf(!hasNodeWebGpu())('WebGPU in Node', () => {
  let backend: GpuBackend;
  beforeEach(async () => {
    backend = await createGpuBackend({ mode: 'webgpu' });
  });
  afterEach(() => backend.dispose());

  test('every type comes back as it was', async () => {
    for (const [dtype, data] of [
      ['float32', Float32Array.of(1, -2.5, 3e38, Number.NaN, -0, 1e-45)],
      ['int32', Int32Array.of(1, -2, 2 ** 31 - 1, -(2 ** 31), 0, 7)],
      ['int8', Int8Array.of(1, -2, 127, -128, 0, 7)],
      ['uint8', Uint8Array.of(1, 2, 127, 128, 0, 255)],
    ] as const) {
      const tensor = backend.allocate({ ...FLOATS, dtype });
      const source = data.slice();
      backend.upload(tensor, source);
      source.fill(0);
      const copy = await backend.download(tensor);
      expect(copy).toEqual(data);
      copy.fill(0);
      expect(await backend.download(tensor)).toEqual(data);
      backend.free(tensor);
    }
    await settled();
    expect(backend.memoryUse.used).toBe(0);
  });

  test('content that went to the device comes back with its bits', async () => {
    const data = Float32Array.of(1, -2.5, 3e38, -3e-39, -0, Number.POSITIVE_INFINITY);
    const tensor = backend.allocate(FLOATS);
    backend.upload(tensor, data);
    await backend.range(tensor);
    const back = (await backend.download(tensor)) as Float32Array;
    expect(new Uint32Array(back.buffer)).toEqual(new Uint32Array(data.buffer));
  });

  test('misuse is named', async () => {
    const tensor = backend.allocate(FLOATS);
    expect(() => backend.upload(tensor, new Float32Array(5))).toThrow(
      /expected 6 elements for .*\[2, 3\], got 5/,
    );
    await expect(backend.download(tensor)).rejects.toThrow(/before it was computed, or after it was freed/);
    await expect(backend.range(FLOATS)).rejects.toThrow(/got one of another/);
    await backend.dispose();
    expect(() => backend.allocate(FLOATS)).toThrow(/disposed/);
    await backend.dispose();
  });

  test('a tensor is looked at as it was when asked for, also if it is freed or rounded right after', async () => {
    const tensor = backend.allocate(FLOATS);
    backend.upload(tensor, Float32Array.of(1, 2, 3, 4, 5, 6.25));
    const counts = new Float64Array(8);
    let tell = (_max: number): void => {};
    const max = new Promise<number>((resolve) => {
      tell = resolve;
    });
    const counted = backend.histogramLater(tensor, { bins: 8, skipBelow: 0 }, max, counts);
    const before = backend.range(tensor);
    const rounded = backend.fakeQuantize(tensor, { scale: 1, zeroPoint: 0, min: -4, max: 4 });
    const after = backend.range(tensor);
    backend.free(tensor);
    expect(await before).toMatchObject({ min: 1, max: 6.25 });
    await rounded;
    expect(await after).toMatchObject({ min: 1, max: 4 });
    tell(8);
    await counted;
    expect([...counts]).toEqual([0, 1, 1, 1, 1, 1, 1, 0]);
    await settled();
    expect(backend.memoryUse.used).toBe(0);
  });

  test('memory stays the same over 1000 samples', async () => {
    const shape = [1, 3, 12, 12];
    const program = new Program(createPlan(smallNetwork(), new Map([['x', shape]])), backend, {
      strict: true,
    });
    const sample = new Map([['x', new Float32Array(elementCount(shape)).map((_, i) => Math.sin(i))]]);
    const [first] = await program.run([sample]);
    await settled();
    const before = backend.memoryUse;
    for (let i = 0; i < 25; i++) await program.run(Array.from({ length: 40 }, () => sample));
    await settled();
    expect(backend.memoryUse.used).toBe(before.used);
    // Of 40 samples at once, of which the widest layer's tensors are kept for the next.
    expect(backend.memoryUse.spare).toBeLessThan(2 ** 21);
    const spare = backend.memoryUse.spare;
    for (let i = 0; i < 3; i++) await program.run(Array.from({ length: 40 }, () => sample));
    await settled();
    expect(backend.memoryUse.spare).toBe(spare);
    expect(await program.run([sample])).toEqual([first]);
    program.dispose();
  });

  test('whole numbers are computed on the host, in their turn', async () => {
    const whole: TensorDesc = { shape: [3], dtype: 'int32', layout: 'NCHW' };
    const definition = OPS.find(({ name }) => name === 'BinaryOp')!;
    const source = { type: definition.opTypes[0] } as GraphNode['source'];
    const attributes = { operation: BinaryOpOperation.ADD, relu: false };
    const node = { index: 0, name: 'sum', definition, attributes, inputs: [0, 1], outputs: [2], source };
    const add = backend.bind(node, [whole, whole], [whole])!;
    const [a, b, c] = [0, 1, 2].map(() => backend.allocate(whole));
    backend.upload(a, Int32Array.of(1, 2, 2 ** 31 - 2));
    const first = add([a, a], [b]);
    const second = add([b, a], [c]);
    backend.free(a);
    expect(await backend.download(c)).toEqual(Int32Array.of(3, 6, 2 ** 31 - 6));
    await Promise.all([first, second]);
  });

  test('an error of the device ends what comes after it', async () => {
    const tensor = backend.allocate(FLOATS);
    backend.upload(tensor, new Float32Array(6).fill(2));
    await backend.range(tensor);
    const { device } = await GPU_JS.WebGPUContext.acquire();
    const log = console.error;
    console.error = () => {};
    const told = new Promise((resolve) =>
      device.addEventListener('uncapturederror', resolve, { once: true }),
    );
    device.createBuffer({ size: 4, usage: 0xffff });
    await told;
    console.error = log;
    await expect(backend.range(tensor)).rejects.toThrow(/tensor-gpu: WebGPU: /);
  });

  test('a device that goes away while something is looked at is said to be lost', async () => {
    const tensor = backend.allocate(FLOATS);
    backend.upload(tensor, new Float32Array(6).fill(2));
    await backend.range(tensor);
    const { device } = await GPU_JS.WebGPUContext.acquire();
    const looks = [backend.range(tensor), backend.download(tensor), backend.compare(tensor, tensor)];
    device.destroy();
    for (const look of looks)
      await expect(look).rejects.toThrow(/^tensor-gpu: the (WebGPU device|GPU) was lost/);
  });

  /** Frees take effect in the queue. */
  async function settled(): Promise<void> {
    const tensor = backend.allocate({ ...FLOATS, dtype: 'int8' });
    backend.upload(tensor, new Int8Array(6));
    await backend.download(tensor);
  }
});

test('the suite has something to run', () => {
  expect(conformanceCases().length).toBeGreaterThan(500);
});
