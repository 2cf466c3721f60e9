import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createTable, MNN_DATA_FORMAT, type Op, OpType, readModel, writeModel } from '@mnnquant/mnn-format';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CompareOptions, compareModels } from '../../src/commands/compare/compare-models.ts';
import { formatComparison } from '../../src/commands/compare/format.ts';
import type { Comparison } from '../../src/commands/compare/report.ts';
import { quantizeFile } from '../../src/quantize-file.ts';
import { run as runCommand } from '../run-main.ts';
import { bytesOf, npy } from '../sample-files.ts';
import { fill, smallJob, smallNet } from '../scratch.ts';

/** The small net with a mean over the plane behind: an output of two classes. */
function classifier() {
  const net = smallNet();
  const pool = createTable('Pool', { isGlobal: true, type: 1 });
  const last = createTable('Op', {
    name: 'scores',
    type: OpType.Pooling,
    inputIndexes: Int32Array.of(2),
    outputIndexes: Int32Array.of(3),
    main: { type: 'Pool', value: pool } as Op['main'],
    defaultDimentionFormat: net.oplists![0]!.defaultDimentionFormat,
  });
  return {
    ...net,
    oplists: [...net.oplists!, last],
    tensorName: [...net.tensorName!, 'scores'],
    outputName: ['scores'],
  };
}

let job: ReturnType<typeof smallJob>;
const compare = (change: Partial<CompareOptions> = {}): Promise<Comparison> =>
  compareModels({ a: job.source, b: job.target, config: job.config, threads: 1, ...change });

describe('compare', () => {
  beforeEach(async () => {
    job = smallJob({}, classifier());
    await quantizeFile(job);
  });

  it('finds a model equal to itself', async () => {
    const { outputs, samples, a, b } = await compare({ b: job.source });
    expect(samples).toMatchObject({ count: 3, skipped: [] });
    expect([a.precision, b.precision, a.sha256 === b.sha256]).toEqual(['float', 'float', true]);
    expect(outputs).toMatchObject([
      {
        name: 'scores',
        shape: [1, 2, 1, 1],
        samples: 3,
        equal: true,
        cosine: 1,
        snr: null,
        maxError: { value: 0 },
        agreement: { top1: 1 },
      },
    ]);
  });

  it('takes --samples for a most, and says where an option would have no effect', async () => {
    expect((await compare({ samples: 1000 })).warnings.join()).not.toContain('asked for');
    await expect(compare({ labelOffset: 1 })).rejects.toThrow('--label-offset needs --labels');
    await expect(compare({ labelOutput: 'scores' })).rejects.toThrow('--label-output needs --labels');
  });

  it('names --data where that folder has no images', async () => {
    const data = dirname(job.source);
    writeFileSync(join(data, 'notes.txt'), 'no image');
    await expect(compare({ data })).rejects.toThrow(/^--data: no readable image in /);
  });

  it('runs the int8 model rounded, and names the worst sample', async () => {
    const { outputs, b, warnings, missed } = await compare();
    expect(b).toMatchObject({ precision: 'int8', convolutions: { int8: 2, total: 2 } });
    const [{ cosine, equal, worst, snr }] = outputs as [Comparison['outputs'][0]];
    expect(equal).toBe(false);
    expect(cosine).toBeGreaterThan(0.99);
    expect(cosine).toBeLessThan(1);
    expect(snr).toBeGreaterThan(15);
    expect(['a.bmp', 'b.bmp', 'c.bmp']).toContain(worst.name);
    expect([warnings, missed]).toEqual([[], []]);
  });

  it('has the same numbers whatever the memory and the threads', async () => {
    const [{ outputs }, little] = [await compare(), await compare({ memoryBytes: 512, threads: 2 })];
    expect(little.outputs).toEqual(outputs);
    expect(little.warnings.join()).toContain('more than the');
  });

  it('counts accuracy with labels, and tells what is missing', async () => {
    const equal = await compare({ b: job.source, labels: labels('file,class\na.bmp,0\nb.bmp,1\nz.bmp,0\n') });
    const { accuracy } = equal;
    expect(accuracy).toMatchObject({ output: 'scores', samples: 2, missing: ['c.bmp'], unused: 1 });
    // One of two classes is always right for one of two samples with opposite labels, or for none, or for both.
    expect([0, 0.5, 1]).toContain(accuracy!.a.top1);
    expect(accuracy!.b).toEqual(accuracy!.a);
    expect(formatComparison(equal)).toContain('1 samples without a label: c.bmp');
  });

  it.each([
    [
      'a class that there is not',
      'a.bmp,2',
      {},
      'a.bmp: expected a class from 0 to 1 of the output scores, got 2',
    ],
    ['an offset beyond', 'a.bmp,1', { labelOffset: 1 }, 'got 2 (1 with --label-offset 1)'],
    ['other files', 'x.bmp,1', {}, 'none of the 3 samples has a label'],
    [
      'an output that there is not',
      'a.bmp,1',
      { labelOutput: 'conv2' },
      '--label-output: expected an output that looks like scores of classes, got conv2:\n  scores: a row of 2 numbers',
    ],
  ])('refuses labels of %s', async (_, text, change, message) => {
    await expect(compare({ labels: labels(text), ...change })).rejects.toThrow(message);
  });

  it('says which bound is missed', async () => {
    const { missed } = await compare({ minCosine: 1, minTop1Agreement: 0 });
    expect(missed).toHaveLength(1);
    expect(missed[0]).toMatch(/^--min-cosine: scores: expected at least 1, got 0\.99\d+$/);
    expect((await compare({ minCosine: 0.9, minTop1Agreement: 0 })).missed).toEqual([]);
    await expect(compare({ maxDrop: 1 })).rejects.toThrow('--max-drop needs --labels');
  });

  it('takes the samples of --data, and as many as asked for', async () => {
    fill(job.folder, { 'other/only.bmp': readFileSync(job.at('photos/a.bmp')) });
    const { samples, outputs } = await compare({ data: job.at('other') });
    expect([samples.count, outputs[0]!.worst.name]).toEqual([1, 'only.bmp']);
    expect((await compare({ samples: 2 })).samples.count).toBe(2);
  });

  it('uses all samples, however many the config calibrates with', async () => {
    fill(job.folder, {
      'one.json': JSON.stringify({ ...JSON.parse(readFileSync(job.config, 'utf8')), used_image_num: 1 }),
    });
    expect((await compare({ config: job.at('one.json') })).samples.count).toBe(3);
  });

  it('reads arrays without a config', async () => {
    const values = Float32Array.from({ length: 3 * 6 * 8 }, (_, i) => Math.sin(i));
    fill(job.folder, { 'arrays/s.npy': npy('<f4', '1, 3, 6, 8', bytesOf(values)) });
    const { samples, outputs } = await compare({ data: job.at('arrays'), config: undefined });
    expect(samples.count).toBe(1);
    expect(outputs[0]!.cosine).toBeGreaterThan(0.9);
  });

  it.each([
    ['neither data nor config', { config: undefined }, '--data is missing: give a folder'],
    ['images without a config', { config: undefined, data: 'photos' }, '--config is missing:'],
    ['a folder that is not there', { data: 'nowhere' }, '--data: expected a folder, but there is no'],
  ])('refuses %s', async (_, change, message) => {
    const data = 'data' in change ? job.at(change.data) : undefined;
    await expect(compare({ ...change, data })).rejects.toThrow(message);
  });

  it('matches outputs by place where names differ, and says so', async () => {
    const { net } = readModel(readFileSync(job.source));
    const tensorName = net.tensorName!.with(3, 'result');
    fill(job.folder, { 'renamed.mnn': writeModel({ ...net, tensorName, outputName: ['result'] }) });
    const { outputs, warnings } = await compare({ b: job.at('renamed.mnn') });
    expect(outputs[0]).toMatchObject({ name: 'scores', otherName: 'result', equal: true });
    expect(warnings).toEqual([
      'the outputs scores and result are taken for the same one: at the same place, shape [1,2,1,1]',
    ]);
  });

  it('feeds a model whose input has another name', async () => {
    const { net } = readModel(readFileSync(job.source));
    const tensorName = net.tensorName!.with(0, 'picture');
    const oplists = net.oplists!.with(0, { ...net.oplists![0]!, name: 'picture' });
    fill(job.folder, { 'renamed.mnn': writeModel({ ...net, tensorName, oplists }) });
    expect((await compare({ b: job.at('renamed.mnn') })).outputs[0]!.equal).toBe(true);
  });

  it('turns the tensors for a model with channels last', async () => {
    const { net } = readModel(readFileSync(job.source));
    const [input, ...ops] = net.oplists!;
    const dims = Int32Array.of(1, 6, 8, 3);
    const last = createTable('Input', { dims, dformat: MNN_DATA_FORMAT.NHWC });
    const turn = createTable('TensorConvertInfo', {
      source: MNN_DATA_FORMAT.NHWC,
      dest: MNN_DATA_FORMAT.NC4HW4,
    });
    const convert = createTable('Op', {
      name: 'turned',
      type: OpType.ConvertTensor,
      inputIndexes: Int32Array.of(4),
      outputIndexes: Int32Array.of(0),
      main: { type: 'TensorConvertInfo', value: turn },
    });
    const picture = {
      ...input!,
      main: { type: 'Input', value: last } as Op['main'],
      outputIndexes: Int32Array.of(4),
    };
    const turned = {
      ...net,
      oplists: [picture, convert, ...ops],
      tensorName: [...net.tensorName!.with(0, 'turned'), 'image'],
    };
    fill(job.folder, { 'last.mnn': writeModel(turned) });
    const both = [
      await compare({ b: job.at('last.mnn') }),
      await compare({ a: job.at('last.mnn'), b: job.source }),
    ];
    expect(both.map(({ outputs }) => outputs[0]!.equal)).toEqual([true, true]);
  });

  it('refuses models that take something else', async () => {
    fill(job.folder, { 'large.mnn': writeModel(smallNet(12, 16)) });
    await expect(compare({ b: job.at('large.mnn') })).rejects.toThrow(
      'the models do not take the same inputs: the first has image float32 [1,3,6,8]; the second has image float32 [1,3,12,16]',
    );
  });

  it('refuses models without a common output', async () => {
    fill(job.folder, { 'other.mnn': writeModel(smallNet()) });
    await expect(compare({ b: job.at('other.mnn') })).rejects.toThrow(
      'the models have no output in common:\n  the outputs scores [1,2,1,1] and conv2 [1,2,6,8] have different shapes',
    );
  });

  it('does not compute top-1 for what is no row of scores', async () => {
    fill(job.folder, { 'maps.mnn': writeModel(smallNet()) });
    const maps = job.at('maps.mnn');
    const { outputs } = await compare({ a: maps, b: maps });
    expect(outputs[0]!.agreement).toBeUndefined();
    expect(outputs[0]!.classScores).toBe('it is more than one row of scores [1,2,6,8]');
    await expect(compare({ a: maps, b: maps, minTop1Agreement: 0.5 })).rejects.toThrow(
      '--min-top1-agreement: no output looks like scores of classes:\n  conv2: it is more than',
    );
    await expect(compare({ a: maps, b: maps, labels: labels('a.bmp,1') })).rejects.toThrow(
      '--labels: no output looks like scores of classes:\n  conv2: ',
    );
  });
});

describe('mnnquant compare', () => {
  beforeEach(async () => {
    job = smallJob({}, classifier());
    await quantizeFile(job);
  });
  const run = (...more: string[]) =>
    runCommand('compare', job.source, job.target, '--config', job.config, '--threads', '1', ...more);

  it('prints a table, and ends with 0', async () => {
    const { code, stdout, stderr } = await run();
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(samples|compare): 100%$/m);
    expect(stdout).toMatch(/^ +cosine +SNR +max error +top-1 +top-5 +output +worst +sample$/m);
    expect(stdout).toMatch(/^ +0\.\d{5} +\d+\.\d dB +\S+ +\d+\.\d\d % +– +scores +0\.\d{5} +[abc]\.bmp$/m);
  });

  it('ends with 3 and a line where a bound is missed', async () => {
    const { code, stderr } = await run('--min-cosine', '1', '--quiet');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^missed: --min-cosine: scores: expected at least 1, got 0\.9\d+\n$/);
  });

  it('prints data with --json', async () => {
    const { code, stdout, stderr } = await run('--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, outputs: [{ name: 'scores' }], missed: [] });
  });

  it.each([
    ['--min-cosine', '2', 'expected a number from -1 to 1'],
    ['--min-top1-agreement', '0.99', 'write 0.99% if that is meant'],
    ['--min-top1-agreement', '101', 'expected percent from 0 to 100'],
    ['--max-drop', 'x', 'expected points of accuracy'],
    ['--samples', '0', 'expected a whole number above 0'],
    ['--label-offset', '1.5', 'expected a whole number'],
    ['--data', '/nowhere/at/all', 'there is no /nowhere/at/all'],
  ])('%s %s is a wrong usage', async (option, value, message) => {
    const { code, stderr } = await run(option, value);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('takes percent with its sign', async () => {
    expect((await run('--min-top1-agreement', '0.5%', '--quiet')).code).toBe(0);
  });
});

function labels(text: string): string {
  fill(job.folder, { 'labels.csv': text });
  return job.at('labels.csv');
}
