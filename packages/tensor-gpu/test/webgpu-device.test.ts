import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flat } from '../src/device/gpu-array.ts';
import type { GpuDevice } from '../src/device/gpu-device.ts';
import type { GpuJs, GpuJsSettings } from '../src/device/gpu-js.ts';
import { program } from '../src/device/program.ts';
import { createWebGpuDevice } from '../src/device/webgpu-device.ts';
import { createGpuBackend } from '../src/node.ts';
import { GPU_JS } from '../src/vendor.ts';
import { hasNodeWebGpu } from './support/available.ts';

const SCALED = program({
  name: 'scaled',
  rank: 1,
  parameters: { x: 'array', factor: 'number' },
  body: 'return x[this.thread.x] * factor;',
});

const BROKEN = program({
  name: 'broken',
  rank: 1,
  parameters: { x: 'array' },
  body: 'return x[this.thread.x] + nobody;',
});

describe.skipIf(!hasNodeWebGpu())('WebGPU in Node', () => {
  let device: GpuDevice;
  let built: string[];
  beforeEach(async () => {
    // Brings WebGPU into Node.
    await (await createGpuBackend({ mode: 'webgpu' })).dispose();
    built = [];
    device = await createWebGpuDevice(watched(built));
  });
  afterEach(() => device.dispose());

  test('a program that is run again before it was built is built once, and every run has its own result', async () => {
    const x = await device.upload(Float32Array.of(1, 2, 3));
    const factors = [1, 10, 100, 1000];
    const results = await Promise.all(
      factors.map((factor) => device.run(SCALED, { x: flat(x), factor }, [3])),
    );
    const data = await Promise.all(results.map((result) => device.download(result)));
    expect(data.map((values) => [...values])).toEqual(
      factors.map((factor) => [factor, 2 * factor, 3 * factor]),
    );
    expect(built.length).toBe(1);
  });

  test('a program that cannot be compiled is named each time, and takes no memory', async () => {
    const x = await device.upload(Float32Array.of(1, 2, 3));
    const { used } = device.memoryUse;
    for (let i = 0; i < 2; i++)
      await expect(device.run(BROKEN, { x: flat(x) }, [3])).rejects.toThrow(/broken: cannot be compiled/);
    expect(device.memoryUse.used).toBe(used);
  });

  test('a run that fails, and an array too large for a buffer, take no memory', async () => {
    const x = await device.upload(Float32Array.of(1, 2, 3));
    const other = { ...x, storage: undefined, count: 3 } as unknown as typeof x;
    const { used } = device.memoryUse;
    await device.run(SCALED, { x: flat(x), factor: 1 }, [3]).then((result) => result.release());
    await expect(device.run(SCALED, { x: flat(other), factor: 1 }, [3])).rejects.toThrow();
    const tooMany = device.maxArrayBytes / 4 + 1;
    await expect(device.run(SCALED, { x: flat(x), factor: 1 }, [tooMany])).rejects.toThrow(/holds at most/);
    expect(device.memoryUse.used).toBe(used);
  });

  test('arrays may be released after everything was freed, and calls say so', async () => {
    const x = await device.upload(Float32Array.of(1, 2, 3));
    await device.dispose();
    x.release();
    expect(device.memoryUse).toEqual({ used: 0, spare: 0 });
    await expect(device.upload(Float32Array.of(1))).rejects.toThrow(/disposed/);
  });
});

/** gpu.js, noting the programs that are built. */
function watched(built: string[]): GpuJs {
  class Watched extends (GPU_JS.GPU as new (settings: {
    readonly mode: string;
  }) => InstanceType<GpuJs['GPU']>) {
    override createKernel(source: string, settings: GpuJsSettings) {
      built.push(source);
      return super.createKernel(source, settings);
    }
  }
  return { ...GPU_JS, GPU: Watched };
}
