import { createPlan, type DeviceTensor, Program, type RunVisitor, type TensorDesc } from '@mnnquant/graph';
import { conformanceCases, smallNetwork, statisticsCases, usualSizeCases } from '@mnnquant/graph/conformance';
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

/**
 * Runs a network over some samples and looks at every tensor's range.
 *
 * @param when the event at which it looks
 * @param failsAt the event at which the visitor throws
 */
async function visited(when: 'onTensor' | 'onSample' | 'beforeRead', failsAt?: number, callFailsAt?: number) {
  const shape = [1, 3, 12, 12];
  let events = 0;
  const left = await leftBehind(
    async (backend) => {
      const look = (value: DeviceTensor): Promise<unknown> => {
        if (events++ === failsAt) throw new Error('test: the visitor fails');
        return backend.range(value);
      };
      const visitor: RunVisitor = {
        [when]: async ({ value, values = [value] }: { value: DeviceTensor; values?: DeviceTensor[] }) => {
          await Promise.all(values.map(look));
        },
      };
      const program = new Program(createPlan(smallNetwork(), new Map([['x', shape]])), backend);
      try {
        const sample = new Map([['x', new Float32Array(3 * 12 * 12)]]);
        await program.run([sample, sample, sample, sample, sample], visitor);
      } finally {
        program.dispose();
      }
    },
    true,
    callFailsAt,
  );
  return { events, left };
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

  test.each(['onTensor', 'onSample', 'beforeRead'] as const)(
    'where %s ends the run of a network',
    async (when) => {
      const { events, left } = await visited(when);
      expect(events).toBeGreaterThan(10);
      expect(left.live).toBe(0);
      for (let failsAt = 0; failsAt < events; failsAt++) {
        const { live, error } = (await visited(when, failsAt)).left;
        expect({ failsAt, live }).toEqual({ failsAt, live: 0 });
        expect(String(error)).toMatch(/the visitor fails/);
      }
    },
  );

  test('where a call of the device ends the run of a network', async () => {
    const { left } = await visited('onSample');
    for (let failsAt = 0; failsAt < left.calls; failsAt++) {
      const { live, error } = (await visited('onSample', undefined, failsAt)).left;
      expect({ failsAt, live }).toEqual({ failsAt, live: 0 });
      expect(error).toBeDefined();
    }
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
  device.isSlow = true;
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

test.each([true, false])('a network that is forgotten leaves no weights: %s', async (forget) => {
  const device = new CountingDevice();
  const backend = new GpuBackend(device);
  const sample = new Map([['x', new Float32Array(3 * 12 * 12)]]);
  const use = async (): Promise<number> => {
    const program = new Program(createPlan(smallNetwork(), new Map([['x', [1, 3, 12, 12]]])), backend);
    await program.run([sample, sample]);
    program.dispose({ forget });
    // In its turn: when this is done, that is.
    const tensor = backend.allocate(FLOATS);
    backend.upload(tensor, new Float32Array(6));
    await backend.download(tensor);
    return device.live;
  };
  const first = await use();
  expect((await use()) - first).toBe(forget ? 0 : first);
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
