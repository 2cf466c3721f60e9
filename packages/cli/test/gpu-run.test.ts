import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readModel } from '@mnnquant/mnn-format';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasNodeWebGpu } from '../../tensor-gpu/test/support/available.ts';
import { QuantizeError } from '../src/errors.ts';
import { quantizeFile } from '../src/quantize-file.ts';
import { formatSummary } from '../src/summary.ts';
import { smallJob } from './scratch.ts';

/** `navigator.gpu`, whose devices are kept: a test can take them away. */
async function watchedGpu() {
  const gpuPackage = createRequire(import.meta.url).resolve('@mnnquant/tensor-gpu/package.json');
  const webgpu = pathToFileURL(createRequire(gpuPackage).resolve('webgpu')).href;
  const { create, globals } = await import(webgpu);
  for (const [name, value] of Object.entries(globals))
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true });
  const gpu = create([]);
  const devices: GPUDevice[] = [];
  const requestAdapter = async () => {
    const adapter = await gpu.requestAdapter();
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (wanted: GPUDeviceDescriptor) => {
      const device = await requestDevice(wanted);
      devices.push(device);
      return device;
    };
    return adapter;
  };
  if (globalThis.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(navigator, 'gpu', { value: { requestAdapter }, configurable: true });
  return devices;
}

/** Scales of all tensors of a written model, by tensor. */
function scalesOf(path: string): Map<number, number> {
  const described = readModel(readFileSync(path)).net.extraTensorDescribe ?? [];
  return new Map(described.flatMap(({ index, quantInfo }) => (quantInfo ? [[index, quantInfo.scale]] : [])));
}

describe.skipIf(!hasNodeWebGpu())('a job on WebGPU', () => {
  let devices: readonly GPUDevice[];
  beforeAll(async () => {
    devices = await watchedGpu();
  });

  it.each([
    [{ feature_quantize_method: 'KL' }],
    [{ feature_quantize_method: 'EMA', batch_size: 2, debug: true }],
  ])('%j comes to what it comes to on the CPU, and says what computed', async (change) => {
    const job = smallJob(change);
    const { source, config } = job;
    const [onCpu, onGpu] = [job.at('cpu.mnn'), job.at('gpu.mnn')];
    await quantizeFile({ source, config, target: onCpu, backend: 'cpu' });
    const outcome = await quantizeFile({ source, config, target: onGpu, backend: 'gpu:webgpu' });
    expect(outcome).toMatchObject({ threads: 1, fastMath: false });
    expect(outcome.backend).toMatchObject({ name: 'gpu:webgpu', asked: 'gpu:webgpu', reproducible: false });
    expect(outcome.backend.findings).toHaveLength(1);
    expect(outcome.device).toContain('gpu.js, webgpu');
    const software = outcome.backend.findings![0].isSoftware ? ', computed in software' : '';
    expect(formatSummary(outcome)).toContain(`Backend     gpu:webgpu${software}`);
    const expected = scalesOf(onCpu);
    const got = scalesOf(onGpu);
    expect([...got.keys()]).toEqual([...expected.keys()]);
    for (const [tensor, scale] of expected) expect(got.get(tensor)! / scale).toBeCloseTo(1, 3);
  });

  it('that lost its device ends with an error that says what to do, and writes nothing', async () => {
    const { source, target, config, folder } = smallJob();
    const before = readdirSync(folder);
    const onProgress = (phase: string) => {
      if (phase === 'calibrate') for (const device of devices) device.destroy();
    };
    const failed = quantizeFile({ source, target, config, backend: 'gpu:webgpu', onProgress });
    await expect(failed).rejects.toThrow(QuantizeError);
    await expect(failed).rejects.toThrow(/; --backend cpu works without the GPU$/);
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder)).toEqual(before);
  });
});
