import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { netOfUnequalChannels } from './key-nets.ts';
import { fill, photo, smallJob, smallNet } from './scratch.ts';

/** Images of a job; not a multiple of any number of threads. */
const IMAGES = 11;
const SIZE = 48;

/** All files that a job writes, by name. */
async function written(config: Record<string, unknown>, threads: number, memoryBytes: number) {
  const job = smallJob({ width: SIZE, height: SIZE, ...config }, netOfUnequalChannels(smallNet(SIZE, SIZE)));
  for (let i = 0; i < IMAGES; i++) fill(job.folder, { [`photos/more${i}.bmp`]: photo(i) });
  const { source, target } = job;
  const outcome = await quantizeFile({ source, target, config: job.config, memoryBytes, threads });
  const names = readdirSync(job.folder).filter((name) => name.startsWith('small-int8'));
  const files = names.map((name) => [name, readFileSync(`${job.folder}/${name}`).toString('base64')]);
  const { passes, device, corrections } = outcome;
  return { files: Object.fromEntries(files), passes, device, correction: corrections?.biasCorrection };
}

describe('the same bytes for any number of threads, with one pass and two', () => {
  it.each([
    [{ feature_quantize_method: 'KL', weight_quantize_method: 'MAX_ABS' }],
    [{ feature_quantize_method: 'ADMM', weight_quantize_method: 'ADMM' }],
    [{ feature_quantize_method: 'KL', weight_quantize_method: 'GPTQ', quant_bits: 4 }],
    [{ feature_quantize_method: 'EMA', batch_size: 3 }],
    [{ feature_quantize_method: 'EMA', batch_size: 3, weight_quantize_method: 'GPTQ' }],
    [{ feature_quantize_method: 'EMA', batch_size: 4, winogradOpt: true }],
    [{ feature_quantize_method: 'KL', debug: true }],
    [{ feature_quantize_method: 'MSE', feature_asymmetric: true, equalize: true, bias_correction: true }],
  ])('%j', async (config) => {
    const expected = await written(config, 1, 2 ** 28);
    expect(expected).toMatchObject({ passes: 1, device: 'WebAssembly SIMD, 1 thread' });
    for (const threads of [1, 2, 4]) {
      const roomy = await written(config, threads, 2 ** 28);
      expect(roomy.files).toEqual(expected.files);
      expect(roomy.passes).toBe(1);
      if (threads > 1) expect(roomy.device).toBe(`WebAssembly SIMD, ${threads} threads`);
      if (config.feature_quantize_method === 'EMA') continue;
      const tight = await written(config, threads, 2 ** 18);
      expect(tight.files).toEqual(expected.files);
      expect(tight.passes).toBe(config.feature_quantize_method === 'ADMM' ? 1 : 2);
      if ('bias_correction' in config) expect(tight.correction?.passes).toBeGreaterThan(1);
    }
  });
});
