import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createTable, readModel, writeModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { checkTargets } from '../src/check-targets.ts';
import { QuantizeError, UsageError } from '../src/errors.ts';
import { writeTogether } from '../src/files.ts';
import { type QuantizeOptions, quantizeFile } from '../src/quantize-file.ts';
import { formatSummary } from '../src/summary.ts';
import { fill, smallJob, smallNet } from './scratch.ts';

type Job = ReturnType<typeof smallJob>;

function quantize({ source, target, config }: Job, options: Partial<QuantizeOptions> = {}) {
  return quantizeFile({ source, target, config, memoryBytes: 2 ** 28, ...options });
}

describe('quantizeFile', () => {
  it('writes a model with scales, its JSON, and tells what it did', async () => {
    const job = smallJob();
    const outcome = await quantize(job);
    expect(outcome.images.used).toEqual(['a.bmp', 'b.bmp', 'c.bmp']);
    expect(outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
    expect(outcome.warnings).toEqual([]);
    expect(outcome.passes).toBe(1);
    const { net } = readModel(readFileSync(job.target));
    expect(net.extraTensorDescribe?.some(({ quantInfo }) => quantInfo !== undefined)).toBe(true);
    expect(() => JSON.parse(readFileSync(`${job.target}.json`, 'utf8'))).not.toThrow();
    expect(readdirSync(job.folder).sort()).toEqual([
      'config.json',
      'photos',
      'small-int8.mnn',
      'small-int8.mnn.json',
      'small.mnn',
    ]);
  });

  it('gives the same bytes again, also with little memory', async () => {
    const job = smallJob();
    await quantize(job);
    const first = readFileSync(job.target);
    const again = await quantize(job, { memoryBytes: 512 });
    expect(again.passes).toBe(2);
    expect(readFileSync(job.target).equals(first)).toBe(true);
  });

  it('takes the size of a dynamic input from the config', async () => {
    const job = smallJob({ width: 10, height: 4 }, smallNet(-1, -1));
    expect((await quantize(job)).prediction.convolutions.int8).toBe(2);
  });

  it('warns about skipped images, too few images and keys', async () => {
    const job = smallJob({ used_image_num: 7, winogradOpt: true, fromat: 'RGB' });
    fill(job.folder, { 'photos/notes.txt': 'text' });
    const told: string[] = [];
    const { warnings } = await quantize(job, { onWarning: (message) => told.push(message) });
    expect(told).toEqual(warnings);
    expect(warnings).toEqual([
      expect.stringContaining('did you mean "format"?'),
      expect.stringContaining('"winogradOpt" has no effect'),
      expect.stringContaining('image skipped: notes.txt'),
      'config: 7 images asked for, 3 found and used',
    ]);
  });

  it('leaves named ops float and says that they were named', async () => {
    const outcome = await quantize(smallJob({ skip_quant_op_names: ['conv2'] }));
    const op = outcome.prediction.ops.find(({ name }) => name === 'conv2');
    expect(op?.int8).toBe(false);
    expect(formatSummary(outcome)).toMatch(/conv2 \(Convolution\)/);
  });

  it('calls onProgress up to the end', async () => {
    const last = new Map<string, number[]>();
    await quantize(smallJob(), { onProgress: (phase, done, total) => last.set(phase, [done, total]) });
    for (const phase of ['images', 'calibrate']) {
      const [done, total] = last.get(phase)!;
      expect(done).toBe(total);
    }
  });
});

describe('what does not fit the model', () => {
  it.each([
    [
      { format: 'GRAY', mean: [0], normal: [1] },
      "format: the model's input image has 3 channels, GRAY gives 1; use RGB or BGR",
    ],
    [{ format: 'RGBA', mean: [0, 0, 0, 0], normal: [1, 1, 1, 1] }, 'RGBA gives 4; use RGB or BGR'],
    [{ width: 9 }, "width: the model's input image [1,3,6,8] needs 8, the config says 9"],
    [{ height: 9 }, 'needs 6, the config says 9'],
    [{ skip_quant_op_names: ['conw1'] }, 'the model has no op "conw1"; the nearest are "conv1", "conv2"'],
  ])('%j', async (change, message) => {
    const job = smallJob(change);
    await expect(quantize(job)).rejects.toThrow(message);
    await expect(quantize(job)).rejects.toThrow(UsageError);
    expect(existsSync(job.target)).toBe(false);
  });

  it('all of it at once', async () => {
    const failing = quantize(smallJob({ width: 9, height: 9, format: 'GRAY' }));
    await expect(failing).rejects.toThrow(/format: .*\nheight: .*\nwidth: /);
  });

  it.each([
    [[1, 3, 6, 9], /inputs: image: expected shape \[1,3,6,8\] \(-1 is free\), got \[1,3,6,9\]/],
    [[2, 3, 6, 8], /inputs: image: expected a batch of 1, .* got \[2,3,6,8\]/],
    [[3, 6, 8], /inputs: image: expected shape \[1,3,6,8\]/],
  ])('a shape in "inputs" that the model does not take: %j', async (shape, message) => {
    const job = smallJob({ inputs: [{ name: 'image', shape }] });
    await expect(quantize(job)).rejects.toThrow(message);
  });

  it('"inputs" may say the size of a dynamic input', async () => {
    const inputs = [{ name: 'image', shape: [1, 3, 6, 8] }];
    const given = smallJob({ width: undefined, height: undefined, inputs }, smallNet(-1, -1));
    const sized = smallJob({}, smallNet(-1, -1));
    await quantize(given);
    await quantize(sized);
    expect(readFileSync(given.target).equals(readFileSync(sized.target))).toBe(true);
    const both = smallJob({ width: 9, inputs }, smallNet(-1, -1));
    await expect(quantize(both)).rejects.toThrow(/width: .* needs 8, the config says 9/);
  });

  it('a dynamic input without a size in the config', async () => {
    const job = smallJob({ width: undefined, height: undefined }, smallNet(-1, -1));
    await expect(quantize(job)).rejects.toThrow(
      /height: missing; the model's input image has a dynamic size/,
    );
  });

  it('a crop that leaves no pixel skips the images', async () => {
    await expect(quantize(smallJob({ center_crop_h: 0.1 }))).rejects.toThrow(/centre crop leaves 5x0 of 5x3/);
  });
});

describe('what came to nothing is said', () => {
  it('every op skipped', async () => {
    const { warnings } = await quantize(smallJob({ skip_quant_op_names: ['*'] }));
    expect(warnings).toEqual([
      'nothing was quantized: no convolution runs in int8; the summary says why for each',
    ]);
  });

  it('bn without BatchNorm', async () => {
    const { warnings } = await quantize(smallJob({ feature_quantize_method: 'EMA', bn: 'train' }));
    expect(warnings).toEqual(['config: "bn": "train" has no effect: the model has no BatchNorm layer']);
  });
});

describe('the source', () => {
  it('that is missing', async () => {
    await expect(quantize({ ...smallJob(), source: 'no/model.mnn' })).rejects.toThrow(
      /cannot read the model/,
    );
  });

  it('that is no model names the file', async () => {
    const job = smallJob();
    writeFileSync(job.source, 'this is not a model, though it is long enough to be one');
    await expect(quantize(job)).rejects.toThrow(/small\.mnn/);
    expect(existsSync(job.target)).toBe(false);
  });

  it('that is quantized already', async () => {
    const job = smallJob();
    await quantize(job);
    const again = { ...job, source: job.target, target: job.at('twice.mnn') };
    await expect(quantize(again)).rejects.toThrow(/is quantized already .*give the float model/);
    await expect(quantize(again)).rejects.toThrow(QuantizeError);
  });

  it('with weights in a file that is not there', async () => {
    const small = smallNet();
    const [input, first, second] = small.oplists!;
    const main = first.main!;
    if (main.type !== 'Convolution2D') throw new Error('expected a convolution');
    const external = BigInt64Array.of(0n, 432n, 16n);
    const value = createTable('Convolution2D', {
      ...main.value,
      weight: undefined,
      bias: undefined,
      external,
    });
    const outside = createTable('Op', { ...first, main: { type: 'Convolution2D', value } });
    const net = createTable('Net', { ...small, oplists: [input, outside, second] });
    const job = smallJob({}, net);
    await expect(quantize(job)).rejects.toThrow(
      /keeps 1 weights in .*small\.mnn\.weight, which is not there/,
    );
    const { value: whole } = main;
    const parts = [whole.weight!, whole.bias!].flatMap((part) => [
      ...new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
    ]);
    writeFileSync(`${job.source}.weight`, Uint8Array.from(parts));
    expect((await quantize(job)).prediction.convolutions.int8).toBe(2);
  });
});

describe('the target', () => {
  it('is never an input', async () => {
    const job = smallJob();
    symlinkSync(job.source, job.at('link.mnn'));
    for (const target of [job.source, job.at('link.mnn')]) {
      await expect(quantize({ ...job, target })).rejects.toThrow(/would overwrite the input/);
    }
    fill(job.folder, { 'out.mnn.json': readFileSync(job.config) });
    const colliding = { ...job, config: job.at('out.mnn.json'), target: job.at('out.mnn') };
    await expect(quantize(colliding)).rejects.toThrow(/would overwrite the input .*out\.mnn\.json/);
    expect(readFileSync(job.source).equals(writeModel(smallNet()))).toBe(true);
  });

  it('is never one of the sample images', async () => {
    const job = smallJob();
    await expect(quantize({ ...job, target: job.at('photos/b.bmp') })).rejects.toThrow(
      /b\.bmp would overwrite the input/,
    );
    expect(readFileSync(job.at('photos/b.bmp')).length).toBeGreaterThan(0);
    expect(readdirSync(job.at('photos'))).toEqual(['a.bmp', 'b.bmp', 'c.bmp']);
  });

  it.each(['', 'out/'])('needs a name, which "%s" is not', async (target) => {
    const failing = quantize({ ...smallJob(), target });
    await expect(failing).rejects.toThrow(/expected the name of a file/);
    await expect(failing).rejects.toThrow(UsageError);
  });

  it('needs a folder, and is no folder or device', () => {
    const job = smallJob();
    mkdirSync(job.at('sub'));
    expect(() => checkTargets([job.at('no/out.mnn')], [])).toThrow(/there is no folder/);
    expect(() => checkTargets([job.at('sub')], [])).toThrow(/it is a folder/);
    if (process.platform !== 'win32') {
      expect(() => checkTargets(['/dev/null'], [])).toThrow(/not a regular file/);
    }
  });

  // The superuser may write everywhere.
  it.skipIf(process.getuid?.() === 0)('in a read-only folder is refused before the work', () => {
    const job = smallJob();
    mkdirSync(job.at('sub'));
    chmodSync(job.at('sub'), 0o500);
    expect(() => checkTargets([job.at('sub/out.mnn')], [])).toThrow(/not writable/);
  });

  it('is not touched when the run fails', async () => {
    const job = smallJob({ skip_quant_op_names: ['nothing'] });
    fill(job.folder, { 'small-int8.mnn': 'an older result', 'small-int8.mnn.json': '{}' });
    await expect(quantize(job)).rejects.toThrow();
    expect(readFileSync(job.target, 'utf8')).toBe('an older result');
  });
});

describe('writeTogether', () => {
  const bytes = Uint8Array.of(1, 2, 3);

  it('leaves nothing when the second file cannot be written', () => {
    const { at, folder } = smallJob();
    const before = readdirSync(folder);
    const outputs = [at('a.mnn'), at('no/b.mnn')].map((path) => ({ path, bytes }));
    expect(() => writeTogether(outputs)).toThrow(/cannot write .*b\.mnn/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('leaves nothing when the second file cannot be renamed', () => {
    const { at, folder } = smallJob();
    fill(folder, { 'b.mnn/occupied': '' });
    const before = readdirSync(folder);
    const outputs = [at('a.mnn'), at('b.mnn')].map((path) => ({ path, bytes }));
    expect(() => writeTogether(outputs)).toThrow(/cannot write .*b\.mnn/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('replaces an older result', () => {
    const { at, folder } = smallJob();
    fill(folder, { 'a.mnn': 'older' });
    writeTogether([{ path: at('a.mnn'), bytes }]);
    expect([...readFileSync(at('a.mnn'))]).toEqual([1, 2, 3]);
  });

  it('does not leave listeners for signals', () => {
    const { at } = smallJob();
    const before = process.listenerCount('SIGINT');
    writeTogether([{ path: at('a.mnn'), bytes }]);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
