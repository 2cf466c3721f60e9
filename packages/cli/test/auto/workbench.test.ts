import { readFileSync } from 'node:fs';
import { readModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { expect, it } from 'vitest';
import type { Settings } from '../../src/auto/settings.ts';
import { Workbench } from '../../src/auto/workbench.ts';
import { loadConfig } from '../../src/config/load.ts';
import { prepareJob } from '../../src/job/prepare.ts';
import { openSamples, runJob } from '../../src/job/run.ts';
import { sampleSource } from '../../src/samples/source.ts';
import { netOfUnequalChannels } from '../key-nets.ts';
import { smallJob, smallNet } from '../scratch.ts';

/** Each value with others than before, so that what is kept for one would be wrong for the next. */
const SETTINGS: readonly (readonly [freed: readonly string[], settings: Settings])[] = [
  [[], settings('MSE', 'GPTQ', { equalize: true, bias_correction: true, feature_asymmetric: true })],
  [[], settings('MSE', 'MSE', { equalize: true, bias_correction: true, feature_asymmetric: false })],
  [['conv2'], settings('KL', 'GPTQ', { equalize: true, bias_correction: true, feature_asymmetric: false })],
  [
    ['conv1'],
    settings('MAX', 'MAX_ABS', { equalize: false, bias_correction: true, feature_asymmetric: true }),
  ],
  [[], settings('PERCENTILE', 'MSE', { equalize: false, bias_correction: false, feature_asymmetric: false })],
  [[], settings('KL', 'GPTQ', { equalize: false, bias_correction: true, feature_asymmetric: true })],
  [
    ['conv2'],
    settings('MSE', 'MAX_ABS', { equalize: true, bias_correction: false, feature_asymmetric: true }),
  ],
];

function settings(
  feature_quantize_method: Settings['feature_quantize_method'],
  weight_quantize_method: Settings['weight_quantize_method'],
  switches: Pick<Settings, 'equalize' | 'bias_correction' | 'feature_asymmetric'>,
): Settings {
  return { feature_quantize_method, weight_quantize_method, ...switches };
}

it('a model on trial has the bytes of a run with its config, whatever was tried before', async () => {
  const net = netOfUnequalChannels(smallNet(16, 16));
  const { source, config } = smallJob({ width: 16, height: 16 }, net);
  const model = readModel(readFileSync(source));
  const warn = (): void => {};
  const job = await prepareJob(model, loadConfig(config).config, sampleSource, warn);
  const options = { backend: await createCpuBackend(), memoryBytes: 2 ** 26 };
  const samples = await openSamples(job, { ...options, warn });
  const bench = new Workbench(job, samples, options);
  const seen = new Set<string>();
  for (const [freed, one] of SETTINGS) {
    const { written } = await bench.quantize(one, freed);
    const chosen = { ...job, config: bench.configOf(one, freed) };
    const run = await runJob(chosen, samples, { ...options, warn });
    const bytes = Buffer.from(writeModel(written.net));
    expect(bytes.equals(Buffer.from(writeModel(run.written.net))), JSON.stringify([one, freed])).toBe(true);
    seen.add(bytes.toString('base64'));
  }
  expect(seen.size).toBe(SETTINGS.length);
});
