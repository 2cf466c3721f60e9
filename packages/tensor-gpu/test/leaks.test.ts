import type { DeviceTensor, TensorDesc } from '@mnnquant/graph';
import { conformanceCases, statisticsCases, usualSizeCases } from '@mnnquant/graph/conformance';
import { describe, expect, test } from 'vitest';
import { GpuBackend } from '../src/gpu-backend.ts';
import { CountingDevice } from './support/counting-device.ts';

const FLOATS: TensorDesc = { shape: [2, 3], dtype: 'float32', layout: 'NCHW' };

/** Every case of every op, and of what is asked of tensors. */
const CASES = [
  ...[...conformanceCases(), ...usualSizeCases()].map(
    ({ op, title, run }) => [`${op}: ${title}`, run] as const,
  ),
  ...statisticsCases().map(({ title, run }) => [title, run] as const),
];

/** What is alive after a case when all constants are let go too; the call of this number fails. */
async function leftBehind(
  run: (backend: GpuBackend) => Promise<unknown>,
  wide: boolean,
  failsAt?: number,
): Promise<{ readonly live: number; readonly calls: number; readonly error: unknown }> {
  const device = new CountingDevice(wide);
  device.failsAt = failsAt;
  const backend = new GpuBackend(device);
  const error = await run(backend).then(
    () => undefined,
    (reason) => reason,
  );
  const { calls } = device;
  await backend.dispose();
  return { live: device.live, calls, error };
}

describe('no array is left alive', () => {
  test.each([true, false])('after any case, four results per thread: %s', async (wide) => {
    const leaks: string[] = [];
    let computed = 0;
    for (const [title, run] of CASES) {
      const { live, error, calls } = await leftBehind(run, wide);
      if (calls > 0) computed++;
      if (live > 0 || error !== undefined) leaks.push(`${title}: ${live} arrays, ${error ?? 'no error'}`);
    }
    expect(leaks).toEqual([]);
    expect(computed).toBeGreaterThan(CASES.length / 2);
  });

  test('where any call of the device fails', async () => {
    const leaks: string[] = [];
    for (const [title, run] of CASES) {
      const { calls } = await leftBehind(run, true);
      for (let failsAt = 0; failsAt < calls; failsAt++) {
        const { live, error } = await leftBehind(run, true, failsAt);
        const isOwn = /^Error: test: .* fails$/.test(String(error));
        if (live > 0 || !isOwn) leaks.push(`${title}, call ${failsAt} of ${calls}: ${live} arrays, ${error}`);
      }
    }
    expect(leaks).toEqual([]);
  });

  test('after a tensor was freed twice, used after that, and after the backend was disposed twice', async () => {
    const device = new CountingDevice();
    const backend = new GpuBackend(device);
    const [a, b] = [backend.allocate(FLOATS), backend.allocate(FLOATS)];
    for (const tensor of [a, b]) backend.upload(tensor, new Float32Array(6));
    await backend.range(a);
    const compared = backend.compare(a, b);
    backend.free(a);
    backend.free(a);
    await compared;
    await expect(backend.range(a)).rejects.toThrow(/after it was freed/);
    await expect(backend.compare(b, a)).rejects.toThrow(/after it was freed/);
    backend.free(b);
    await Promise.all([backend.dispose(), backend.dispose()]);
    expect(device.live).toBe(0);
  });
});

test('a backend is disposed when what was asked for before is done, and nothing is done afterwards', async () => {
  const device = new CountingDevice();
  const backend = new GpuBackend(device);
  const tensor = backend.allocate(FLOATS);
  backend.upload(tensor, new Float32Array(6));
  const looks = Array.from({ length: 20 }, () => backend.range(tensor));
  const disposed = backend.dispose().then(() => device.calls);
  await Promise.all(looks);
  expect(await disposed).toBe(device.calls);
  await expect(backend.fakeQuantize(tensor, { scale: 1, zeroPoint: 0, min: -1, max: 1 })).rejects.toThrow(
    /disposed/,
  );
  backend.free(tensor);
  await expect(async () => backend.allocate(FLOATS)).rejects.toThrow(/disposed/);
});

test('a failed upload does not spoil what is asked for later', async () => {
  const device = new CountingDevice();
  const backend = new GpuBackend(device);
  const tensor: DeviceTensor = backend.allocate(FLOATS);
  backend.upload(tensor, new Float32Array(6));
  device.failsAt = 0;
  await expect(backend.range(tensor)).rejects.toThrow(/upload fails/);
  expect(await backend.range(tensor)).toMatchObject({ count: 6 });
});
