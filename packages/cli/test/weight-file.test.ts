import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import {
  externalizeWeights,
  inlineExternalWeights,
  listExternalWeights,
  readModel,
  writeModel,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../src/errors.ts';
import { quantizeFile } from '../src/quantize-file.ts';
import { run as runCommand } from './run-main.ts';
import { fill, smallJob, smallNet } from './scratch.ts';

/** The small job with the weights of its model in `small.mnn.weight`. */
function externalJob(change: object = {}) {
  const { net, bytes } = externalizeWeights(smallNet());
  const job = smallJob({ ...change }, net);
  writeFileSync(`${job.source}.weight`, bytes);
  return job;
}

const run = ({ source, target, config }: ReturnType<typeof smallJob>) =>
  quantizeFile({ source, target, config, memoryBytes: 2 ** 28 });

describe('a model with a weight file', () => {
  it('gives a model with one, equal to that of the model without', async () => {
    const [outside, inside] = [externalJob(), smallJob()];
    const outcome = await run(outside);
    await run(inside);
    const { net } = readModel(readFileSync(outside.target));
    expect(listExternalWeights(net).length).toBe(2);
    const weights = readFileSync(`${outside.target}.weight`);
    const whole = inlineExternalWeights(net, new Uint8Array(weights));
    expect(Buffer.from(writeModel(whole)).equals(readFileSync(inside.target))).toBe(true);
    const size = (path: string): number => statSync(path).size;
    expect(outcome.sourceBytes).toBe(size(outside.source) + size(`${outside.source}.weight`));
    expect(outcome.targetBytes).toBe(size(outside.target) + weights.length);
    expect(outcome.warnings).toEqual([]);
    expect(outcome.weightFile).toBe(`${outside.target}.weight`);
  });

  it.each<[string, object, string[]]>([
    ['of a plain run', { debug: true }, ['--save-stats', 'stats.npz', '--report', 'report.json']],
    ['of a search', { feature_quantize_method: 'AUTO' }, ['--report', 'report.html']],
  ])('the summary %s names all files that were written', async (_, change, options) => {
    const job = externalJob(change);
    const files = () => readdirSync(job.folder).map((name) => job.at(name));
    const before = new Set(files());
    const placed = options.map((one) => (one.startsWith('--') ? one : job.at(one)));
    const { code, stdout } = await runCommand(...placed, job.source, job.target, job.config);
    expect(code).toBe(0);
    const written = /^Written +(.*)$/m.exec(stdout)![1]!.split(', ');
    expect(written).toContain(`${job.target}.weight`);
    expect(written.sort()).toEqual(
      files()
        .filter((file) => !before.has(file))
        .sort(),
    );
  });

  it('is never overwritten, and nothing is written over an input', async () => {
    const job = externalJob();
    const before = readFileSync(`${job.source}.weight`);
    await expect(run({ ...job, target: `${job.source}.weight` })).rejects.toThrow(UsageError);
    // The result's weight file would be the config.
    const config = job.at('result.mnn.weight');
    fill(job.folder, { 'result.mnn.weight': readFileSync(job.config) });
    const clash = { ...job, config, target: job.at('result.mnn') };
    await expect(run(clash)).rejects.toThrow(/result\.mnn\.weight would overwrite the input/);
    expect(readFileSync(`${job.source}.weight`).equals(before)).toBe(true);
    expect(existsSync(job.at('result.mnn'))).toBe(false);
  });

  it('that is too short leaves nothing behind', async () => {
    const job = externalJob();
    writeFileSync(`${job.source}.weight`, new Uint8Array(10));
    await expect(run(job)).rejects.toThrow(/lie outside the weight file of 10 bytes/);
    expect(readdirSync(job.folder).filter((name) => name.startsWith('small-int8'))).toEqual([]);
  });

  it('that an op names beside a moved model is found', async () => {
    const { net, bytes } = externalizeWeights(smallNet());
    const oplists = net.oplists!.map((op) =>
      op.main?.type === 'Convolution2D' ? { ...op, externalPath: '/elsewhere/one.weight' } : op,
    );
    const job = smallJob({}, { ...net, oplists });
    await expect(run(job)).rejects.toThrow(/one\.weight, which is not there/);
    fill(job.folder, { 'one.weight': bytes });
    await run(job);
    expect(existsSync(`${job.target}.weight`)).toBe(true);
    const written = readModel(readFileSync(job.target)).net;
    expect(written.oplists!.filter(({ externalPath }) => externalPath !== undefined)).toEqual([]);
  });
});

describe('a weight file that is left of an earlier run', () => {
  it('is told, left, and not referred to', async () => {
    const job = smallJob();
    fill(job.folder, { 'small-int8.mnn.weight': 'older' });
    const { warnings } = await run(job);
    expect(warnings).toEqual([expect.stringMatching(/small-int8\.mnn\.weight is of another model/)]);
    expect(readFileSync(`${job.target}.weight`, 'utf8')).toBe('older');
    expect(listExternalWeights(readModel(readFileSync(job.target)).net)).toEqual([]);
  });

  it('is replaced where the new result has one', async () => {
    const job = externalJob();
    fill(job.folder, { 'small-int8.mnn.weight': 'older' });
    expect((await run(job)).warnings).toEqual([]);
    expect(statSync(`${job.target}.weight`).size).toBeGreaterThan(100);
  });
});
