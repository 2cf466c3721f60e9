import { existsSync } from 'node:fs';
import { buildGraph, createPlan, createReferenceBackend, type ExecutionPlan } from '@mnnquant/graph';
import { readModel, writeModel } from '@mnnquant/mnn-format';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startBackend } from '../src/backend/choose.ts';
import * as gpuPackage from '../src/backend/gpu-package.ts';
import type { BackendName } from '../src/backend/names.ts';
import { backendLines } from '../src/backend/outcome.ts';
import { loadConfig } from '../src/config/load.ts';
import { QuantizeError, UsageError } from '../src/errors.ts';
import { checkedOptions } from '../src/options.ts';
import { quantizeFile } from '../src/quantize-file.ts';
import { formatSummary } from '../src/summary.ts';
import { VERSION } from '../src/version.ts';
import { smallJob, smallNet } from './scratch.ts';

/** 180 multiply-adds for each of 512x512 pixels. */
const plan: ExecutionPlan = createPlan(buildGraph(readModel(writeModel(smallNet(512, 512)))));
const MUCH = 2200;
const LITTLE = 2000;

afterEach(() => vi.restoreAllMocks());

const FINDINGS = [{ mode: 'webgpu', device: 'some card', isSoftware: true, problem: 'computed in software' }];

/** Stands in for the package; what it is asked is kept. */
function installed({ findings = FINDINGS, works = false, version = VERSION, isSoftware = false } = {}) {
  const backend = Object.assign(createReferenceBackend(), { name: 'gpu:webgpu', dispose: vi.fn() });
  const findGpuBackend = vi.fn(async (_search: object) =>
    works ? { backend, findings: [{ mode: 'webgpu', device: 'some card', isSoftware }] } : { findings },
  );
  const load = vi.fn(async () => ({ findGpuBackend }) as unknown as gpuPackage.GpuModule);
  const find = vi.spyOn(gpuPackage, 'findGpuPackage').mockReturnValue({ version, load });
  return { backend, findGpuBackend, load, find };
}

function missing() {
  return vi.spyOn(gpuPackage, 'findGpuPackage').mockReturnValue(undefined);
}

/** What is chosen for so many samples; it is disposed afterwards. */
async function choose(backend: BackendName, samples = MUCH) {
  const { source, target, config } = smallJob();
  const choice = startBackend(checkedOptions({ source, target, config, backend }), loadConfig(config).config);
  try {
    return (await choice.get(plan, samples)).outcome;
  } finally {
    await choice.dispose();
  }
}

describe('auto', () => {
  it('takes a GPU that works, and says that the last bits are its own', async () => {
    const { backend, findGpuBackend, find } = installed({ works: true });
    const outcome = await choose('auto');
    expect(outcome).toMatchObject({ name: 'gpu:webgpu', asked: 'auto', reproducible: false });
    expect(outcome.why).toBeUndefined();
    expect(backendLines(outcome)).toEqual([
      'Backend     gpu:webgpu, as there is a GPU; the last bits of the result depend on the GPU and its driver',
    ]);
    expect(findGpuBackend).toHaveBeenCalledWith({ quiet: true });
    // Only from where this package is.
    expect(find).toHaveBeenCalledWith(false);
    expect(backend.dispose).toHaveBeenCalledOnce();
  });

  it('takes the CPU where the GPU is none, and says why', async () => {
    installed();
    const outcome = await choose('auto');
    expect(outcome).toMatchObject({
      name: 'cpu',
      asked: 'auto',
      reproducible: true,
      gpuPackage: VERSION,
      findings: FINDINGS,
    });
    expect(backendLines(outcome)).toEqual([
      'Backend     cpu, not the GPU: webgpu: some card: computed in software',
    ]);
  });

  it('does not load the package for little work', async () => {
    const { load } = installed({ works: true });
    const outcome = await choose('auto', LITTLE);
    expect(load).not.toHaveBeenCalled();
    expect(outcome).toMatchObject({ name: 'cpu', why: expect.stringContaining('so little work') });
    expect(backendLines(outcome)).toHaveLength(1);
  });

  it('is silent about a package that nobody installed, but for the outcome', async () => {
    missing();
    const outcome = await choose('auto');
    expect(outcome).toMatchObject({
      name: 'cpu',
      why: 'the package @mnnquant/tensor-gpu is not installed beside the command',
    });
    expect(backendLines(outcome)).toEqual([]);
  });

  it('takes the CPU where the package is of another version or cannot be loaded', async () => {
    const { load } = installed({ works: true, version: '0.0.1' });
    expect(await choose('auto')).toMatchObject({
      name: 'cpu',
      why: expect.stringContaining(`npm i @mnnquant/tensor-gpu@${VERSION}`),
    });
    expect(load).not.toHaveBeenCalled();
    installed().load.mockRejectedValue(new Error('half of it is missing'));
    expect((await choose('auto')).why).toBe('@mnnquant/tensor-gpu cannot be used: half of it is missing');
  });
});

describe('cpu', () => {
  it('looks for no GPU and has nothing to say', async () => {
    const { find } = installed({ works: true });
    const outcome = await choose('cpu');
    expect(find).not.toHaveBeenCalled();
    expect(outcome).toMatchObject({ name: 'cpu', asked: 'cpu', reproducible: true });
    expect(backendLines(outcome)).toEqual([]);
  });
});

describe('a GPU that was asked for', () => {
  it('is taken whatever the work, also in software', async () => {
    const { findGpuBackend, find } = installed({ works: true });
    const outcome = await choose('gpu', 1);
    expect(outcome).toMatchObject({ name: 'gpu:webgpu', asked: 'gpu', reproducible: false });
    expect(backendLines(outcome)[0]).toMatch(/^Backend {5}gpu:webgpu; the last bits/);
    expect(findGpuBackend).toHaveBeenCalledWith({ allowSoftware: true });
    expect(find).toHaveBeenCalledWith(true);
    await choose('gpu:headlessgl');
    expect(findGpuBackend).toHaveBeenLastCalledWith({ allowSoftware: true, modes: ['headlessgl'] });
    installed({ works: true, isSoftware: true });
    expect(backendLines(await choose('gpu'))[0]).toMatch(
      /^Backend {5}gpu:webgpu, computed in software, .*cpu/,
    );
  });

  it('is an error with every finding where it cannot be had', async () => {
    installed({ findings: [...FINDINGS, { ...FINDINGS[0], mode: 'headlessgl', problem: 'no display' }] });
    const failed = choose('gpu');
    await expect(failed).rejects.toThrow(QuantizeError);
    await expect(failed).rejects.toThrow(
      '--backend gpu: no GPU can be used here:\n  webgpu: some card: computed in software\n  headlessgl: some card: no display',
    );
  });

  it('needs the package, of its own version', async () => {
    missing();
    const failed = choose('gpu:webgpu');
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow(
      '--backend gpu:webgpu needs the package @mnnquant/tensor-gpu: npm i @mnnquant/tensor-gpu',
    );
    installed({ works: true, version: '0.0.1' });
    await expect(choose('gpu')).rejects.toThrow(
      `--backend gpu: @mnnquant/tensor-gpu 0.0.1 does not belong to mnnquant ${VERSION}`,
    );
  });
});

describe('a backend without kernels', () => {
  const bare = () => Object.assign(installed({ works: true }).backend, { bind: () => undefined });

  it.each([[{ feature_quantize_method: 'KL' }], [{ feature_quantize_method: 'EMA' }]])(
    'with %j: runs the reference and is listed, or is refused by strictBackend',
    async (change) => {
      const job = smallJob(change);
      bare();
      const outcome = await quantizeFile({ ...job, backend: 'gpu' });
      expect(outcome.fallbacks).toEqual({ Convolution: 2 });
      expect(formatSummary(outcome)).toContain(
        'Slow path   no fast kernel for Convolution (2)\nBackend     gpu:webgpu',
      );
      const strict = smallJob(change);
      const { dispose } = bare();
      await expect(quantizeFile({ ...strict, backend: 'gpu', strictBackend: true })).rejects.toThrow(
        'the backend gpu:webgpu has no kernel for conv1 (Convolution), conv2 (Convolution)',
      );
      expect(existsSync(strict.target)).toBe(false);
      expect(dispose).toHaveBeenCalledOnce();
    },
  );

  it('that fails ends the job with the way out, where it is the GPU that failed', async () => {
    const failing = (message: string) => {
      const { backend } = installed({ works: true });
      return Object.assign(backend, { range: () => Promise.reject(new Error(message)) });
    };
    const job = smallJob();
    for (const message of [
      'tensor-gpu: WebGPU: too much',
      'A valid external Instance reference: Device was lost.',
    ]) {
      failing(message);
      const failed = quantizeFile({ ...job, backend: 'gpu' });
      await expect(failed).rejects.toThrow(QuantizeError);
      await expect(failed).rejects.toThrow(`${message}; --backend cpu works without the GPU`);
    }
    failing('a mistake of ours');
    await expect(quantizeFile({ ...job, backend: 'gpu' })).rejects.toThrow(/a mistake of ours$/);
    expect(existsSync(job.target)).toBe(false);
  });

  it('has debug refused as well', async () => {
    // Has kernels for the float network only.
    let bound = 0;
    const { backend } = installed({ works: true });
    const bind = backend.bind.bind(backend);
    Object.assign(backend, {
      bind: (...given: Parameters<typeof bind>) => (bound++ < 2 ? bind(...given) : undefined),
    });
    const job = smallJob({ debug: true });
    await expect(quantizeFile({ ...job, backend: 'gpu', strictBackend: true })).rejects.toThrow(
      'has no kernel for conv1',
    );
  });
});

describe('the options', () => {
  const refuse = (options: object) => () =>
    checkedOptions({ source: 'a.mnn', target: 'b.mnn', config: 'c.json', ...options });

  it('are refused where they do not fit together', () => {
    expect(refuse({ backend: 'tpu' })).toThrow('backend: expected one of auto, cpu, gpu, ');
    expect(refuse({ backend: 'gpu:webgl2' })).toThrow('gpu:webgl2 is there in browsers only');
    expect(refuse({ backend: 'gpu', threads: 2 })).toThrow(/threads: .* gpu was asked for/);
    expect(refuse({ backend: 'gpu:webgpu', fastMath: true })).toThrow(
      /fast math: .* gpu:webgpu was asked for/,
    );
    expect(refuse({ backend: 'tpu' })).toThrow(UsageError);
  });

  it('of the CPU hold with auto, where it may come to it', () => {
    for (const backend of ['auto', 'cpu'])
      expect(refuse({ backend, threads: 2, fastMath: true })()).toMatchObject({ backend, threads: 2 });
    expect(refuse({ backend: 'gpu', threads: 'auto' })()).toMatchObject({ backend: 'gpu' });
  });
});
