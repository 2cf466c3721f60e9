import { createReferenceBackend, type TensorBackend } from '@mnnquant/graph';
import { describe, expect, test } from 'vitest';
import type { GpuBackend } from '../src/gpu-backend.ts';
import { createGpuBackend, findGpuBackend, type GpuMode } from '../src/node.ts';
import { findBackend } from '../src/probe.ts';
import { hasNodeWebGpu } from './support/available.ts';

/** What stands in for a GPU: it computes by the reference. */
function adapter(isSoftware: boolean | undefined, change: Partial<TensorBackend> = {}) {
  const state = { disposed: false };
  const backend = Object.assign(createReferenceBackend(), {
    description: 'some card',
    isSoftware,
    dispose: async () => {
      state.disposed = true;
    },
    ...change,
  });
  return { backend: backend as unknown as GpuBackend, state };
}

const MODES: readonly GpuMode[] = ['webgpu', 'webgl2'];

/** Modes that are not named cannot be had. */
function search(adapters: Partial<Record<GpuMode, { backend: GpuBackend }>>, allowSoftware = false) {
  const create = async (mode: GpuMode) => {
    const found = adapters[mode];
    if (found === undefined) throw new Error(`${mode} is not there`);
    return found.backend;
  };
  return findBackend(create, { modes: MODES, allowSoftware });
}

describe('the search for a GPU', () => {
  test('takes the first mode that does, and looks no further', async () => {
    const webgpu = adapter(false);
    const found = await search({ webgpu, webgl2: adapter(false) });
    expect(found.backend).toBe(webgpu.backend);
    expect(found.findings).toEqual([{ mode: 'webgpu', device: 'some card', isSoftware: false }]);
    expect(webgpu.state.disposed).toBe(false);
  });

  test('goes on to the next where one cannot be had', async () => {
    const webgl2 = adapter(false);
    const found = await search({ webgl2 });
    expect(found.backend).toBe(webgl2.backend);
    expect(found.findings).toEqual([
      { mode: 'webgpu', problem: 'webgpu is not there' },
      { mode: 'webgl2', device: 'some card', isSoftware: false },
    ]);
  });

  test('takes software, or what may be, only where that is allowed', async () => {
    for (const [isSoftware, problem] of [
      [true, 'computed in software'],
      [undefined, 'does not tell whether it is computed in software'],
    ] as const) {
      const refused = adapter(isSoftware);
      const found = await search({ webgpu: refused });
      expect(found.backend).toBeUndefined();
      expect(found.findings[0]).toMatchObject({ mode: 'webgpu', device: 'some card', problem });
      expect(refused.state.disposed).toBe(true);
      const taken = adapter(isSoftware);
      expect((await search({ webgpu: taken }, true)).backend).toBe(taken.backend);
    }
  });

  test('never takes what computes wrong, or fails in the self-check', async () => {
    const wrong = adapter(false, { bind: () => undefined });
    const lost = adapter(true, { range: () => Promise.reject(new Error('the device was lost')) });
    const found = await search({ webgpu: wrong, webgl2: lost }, true);
    expect(found.backend).toBeUndefined();
    expect(found.findings.map(({ problem }) => problem)).toEqual([
      'does not compute right: it has no kernel for a 3x3 convolution',
      'the self-check failed: the device was lost',
    ]);
    expect([wrong.state.disposed, lost.state.disposed]).toEqual([true, true]);
  });
});

describe('a mode that cannot be had', () => {
  test('is said to be for browsers only, where it is', async () => {
    await expect(createGpuBackend({ mode: 'webgl2' })).rejects.toThrow(
      /^WebGL2 is not there: it is in browsers only/,
    );
    const { backend, findings } = await findGpuBackend({ modes: ['webgl2'], allowSoftware: true });
    expect(backend).toBeUndefined();
    expect(findings[0].problem).toMatch(/^WebGL2 is not there/);
  });

  test.each([
    [{ mode: 'gpu' }, 'gpu'],
    [{}, 'undefined'],
    [undefined, 'undefined'],
  ])('is refused with those that there are where it is none: %j', async (options, got) => {
    await expect(createGpuBackend(options as never)).rejects.toThrow(
      `tensor-gpu: mode: expected one of webgpu, webgl2, headlessgl, got ${got}`,
    );
  });
});

describe.skipIf(!hasNodeWebGpu())('in Node', () => {
  test('an adapter in software is given only to who allows it', async () => {
    const allowed = await findGpuBackend({ modes: ['webgpu'], allowSoftware: true });
    expect(allowed.backend?.name).toBe('gpu:webgpu');
    const { isSoftware } = allowed.backend!;
    expect(allowed.findings).toEqual([{ mode: 'webgpu', device: expect.anything(), isSoftware }]);
    await allowed.backend?.dispose();
    const { backend, findings } = await findGpuBackend({ quiet: true });
    expect(backend === undefined).toBe(isSoftware);
    expect(findings[0].problem).toBe(isSoftware ? 'computed in software' : undefined);
    await backend?.dispose();
  });
});
