import { readFileSync } from 'node:fs';
import type { Sample } from '@mnnquant/graph';
import { type MnnModel, readModel } from '@mnnquant/mnn-format';
import { type CpuBackend, createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { beforeEach, describe, expect, it } from 'vitest';
import { Judge } from '../../src/auto/judge.ts';
import type { Settings } from '../../src/auto/settings.ts';
import { Workbench } from '../../src/auto/workbench.ts';
import { runnableModel } from '../../src/commands/compare/runnable-model.ts';
import { loadConfig } from '../../src/config/load.ts';
import { prepareJob } from '../../src/job/prepare.ts';
import { openSamples } from '../../src/job/run.ts';
import { sampleSource } from '../../src/samples/source.ts';
import { smallJob } from '../scratch.ts';

const SETTINGS: Settings = {
  feature_quantize_method: 'MAX',
  feature_asymmetric: true,
  weight_quantize_method: 'GPTQ',
  equalize: false,
  bias_correction: true,
};
const MEMORY = 2 ** 26;

let backend: CpuBackend;
beforeEach(async () => {
  backend = await createCpuBackend();
});

async function prepared() {
  const { source, config } = smallJob();
  const model = readModel(readFileSync(source));
  const job = await prepareJob(model, loadConfig(config).config, sampleSource, () => {});
  const options = { backend, memoryBytes: MEMORY };
  const samples = await openSamples(job, { ...options, warn: () => {} });
  return { job, samples, options };
}

function use(): { used: number; blocks: number } {
  const { used, blocks } = backend.memoryUse;
  return { used, blocks };
}

describe('a backend does not grow with what is tried', () => {
  it('and judged', async () => {
    const { job, samples, options } = await prepared();
    const bench = new Workbench(job, samples, options);
    const judge = new Judge(job, samples, options);
    const round = async () => {
      const uses: unknown[] = [];
      for (const freed of [[], ['conv1'], ['conv2'], ['conv1', 'conv2']]) {
        const { written } = await bench.quantize(SETTINGS, freed);
        uses.push(use());
        // The last of them is a float model like the one it is judged by.
        const { error } = await judge.judge(written);
        if (freed.length < 2) expect(error).toBeGreaterThan(0);
        else expect(error).toBeCloseTo(0, 10);
        uses.push(use());
      }
      return uses;
    };
    // In the first the float network's weights are packed, once by each, and working memory is made.
    const last = (await round()).at(-1);
    for (let i = 0; i < 3; i++) for (const one of await round()) expect(one).toEqual(last);
  });
});

describe('runners of one int8 model', () => {
  async function int8(): Promise<{ written: MnnModel; sample: Sample }> {
    const { job, samples, options } = await prepared();
    const { written } = await new Workbench(job, samples, options).quantize(SETTINGS);
    return { written, sample: await samples.load(0) };
  }

  it('share its nodes, which are forgotten with the last of them, and may be opened again', async () => {
    const { written, sample } = await int8();
    const plan = runnableModel(written, 'small.mnn').plan();
    const run = (runner: ReturnType<typeof plan.open>) =>
      runner.run(
        [sample],
        () => 'photo',
        [0],
        () => {},
      );
    const alone = plan.open(backend, {});
    const expected = await run(alone);
    const running = use();
    alone.dispose();
    const before = use();
    expect(before.used).toBeLessThan(running.used);
    const [one, other] = [plan.open(backend, {}), plan.open(backend, {})];
    expect(await run(one)).toEqual(expected);
    one.dispose();
    expect(await run(other)).toEqual(expected);
    other.dispose();
    expect(use()).toEqual(before);
  });

  it('of a float network leave its weights for the next', async () => {
    const { job, samples } = await prepared();
    const plan = runnableModel(job.inference.folded.model, 'small.mnn').plan();
    const sample = await samples.load(0);
    const used: number[] = [];
    for (let i = 0; i < 2; i++) {
      const runner = plan.open(backend, {});
      await runner.run(
        [sample],
        () => 'photo',
        [0],
        () => {},
      );
      runner.dispose();
      used.push(use().used);
    }
    expect(used[0]).toBeGreaterThan(4 * (3 * 4 * 9 + 4 * 2 * 9));
    expect(used[1]).toBe(used[0]);
  });
});
