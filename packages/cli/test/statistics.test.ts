import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Net } from '@mnnquant/mnn-format';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { main } from '../src/main.ts';
import { type QuantizeOptions, quantizeFile } from '../src/quantize-file.ts';
import { sealed } from '../src/statistics/sealed.ts';
import { formatSummary } from '../src/summary.ts';
import { bmp } from './image-files.ts';
import { netOfUnequalChannels } from './key-nets.ts';
import { averageNet, poolNet } from './pool-net.ts';
import { npy } from './sample-files.ts';
import { fill, photo, smallConfig, smallJob, smallNet } from './scratch.ts';

const SIDE = 48;
/** Three images of four channels of this size have more values than buckets keep as they are. */
const WIDE = 224;

/** Three photos and two files that are none, over a net whose tensors are large enough for a search. */
function job(net: Net = poolNet(SIDE), side = SIDE) {
  const { at, source, folder } = smallJob({ width: side, height: side }, net);
  fill(folder, { 'photos/notes.txt': 'text', 'photos/a0.txt': 'more text' });
  const base = { ...smallConfig, width: side, height: side, path: at('photos') };
  const run = (change: Readonly<Record<string, unknown>>, options: Partial<QuantizeOptions> = {}) => {
    fill(folder, { 'config.json': JSON.stringify({ ...base, ...change }) });
    const given = { source, target: at('out.mnn'), config: at('config.json'), threads: 1, ...options };
    return quantizeFile({ memoryBytes: 2 ** 28, ...given });
  };
  const written = (): Record<string, string> =>
    Object.fromEntries(['out.mnn', 'out.mnn.json'].map((name) => [name, readFileSync(at(name), 'base64')]));
  /** The files of a run that computes everything. */
  const computed = async (change: Readonly<Record<string, unknown>>) => {
    const outcome = await run(change);
    expect(outcome.passes).toBeGreaterThan(0);
    return { files: written(), images: outcome.images };
  };
  const stats = at('stats.npz');
  return { at, folder, source, stats, run, written, computed };
}

type Job = ReturnType<typeof job>;

/** What a run that must fail says, with scratch folders as `…`; it leaves nothing behind. */
async function refusal(
  { run, folder }: Job,
  change: Readonly<Record<string, unknown>>,
  options: Partial<QuantizeOptions>,
): Promise<string> {
  const before = readdirSync(folder);
  const error = await run(change, options).then(
    () => undefined,
    (cause: Error) => cause,
  );
  if (error === undefined) throw new Error('it was not refused');
  expect(error.name).toBe('UsageError');
  expect(readdirSync(folder)).toEqual([...new Set([...before, 'config.json'])].sort());
  return error.message.replaceAll(/\S*mnnquant-cli-\w+/g, '…');
}

/** A job whose statistics were saved, without the models. */
async function savedJob(
  change: Readonly<Record<string, unknown>> = {},
  net?: Net,
  side?: number,
): Promise<Job> {
  const saved = job(net, side);
  await saved.run(change, { saveStats: saved.stats });
  for (const name of ['out.mnn', 'out.mnn.json', 'config.json']) rmSync(saved.at(name));
  return saved;
}

const CHANGES = [
  { feature_quantize_method: 'KL' },
  { feature_quantize_method: 'KL', feature_clamp_value: 100 },
  { feature_quantize_method: 'ADMM' },
  { feature_quantize_method: 'ADMM', feature_clamp_value: 60, weight_quantize_method: 'ADMM' },
  { feature_quantize_method: 'MSE', weight_quantize_method: 'MSE' },
  { feature_quantize_method: 'MSE', feature_asymmetric: true },
  { feature_quantize_method: 'PERCENTILE', feature_percentile: 99, feature_asymmetric: true },
  { feature_quantize_method: 'MAX' },
  { feature_quantize_method: 'ADMM', feature_asymmetric: true },
  { feature_asymmetric: true, skip_quant_op_names: ['pool'] },
  { weight_clamp_value: 90, quant_bits: 4 },
  { skip_quant_op_names: ['conv2'] },
  { skip_quant_op_names: ['pool'] },
  { skip_quant_op_names: ['type:ReLU'], feature_quantize_method: 'ADMM' },
  { used_image_num: 3 },
  { weight_quantize_method: 'GPTQ', quant_bits: 3 },
  { bias_correction: true },
] as const;

describe('reused statistics give the bytes of a run that computes everything', () => {
  const origins = [{}, { feature_quantize_method: 'ADMM' }, { skip_quant_op_names: ['conv1', 'pool'] }];
  it.each(origins)('saved with %j', async (origin) => {
    const saved = await savedJob(origin);
    for (const change of CHANGES) {
      const { files, images } = await saved.computed(change);
      const outcome = await saved.run(change, { loadStats: saved.stats });
      expect(saved.written(), JSON.stringify(change)).toEqual(files);
      expect(outcome.passes).toBe(0);
      expect(outcome.statistics).toEqual({ reused: saved.stats });
      expect(outcome.images).toEqual(images);
    }
  });

  it.each(['KL', 'ADMM'])('where there are more values than can be kept as they are: %s', async (method) => {
    const saved = await savedJob({}, smallNet(WIDE, WIDE), WIDE);
    const change = { feature_quantize_method: method, feature_clamp_value: 111 };
    const { files } = await saved.computed(change);
    await saved.run(change, { loadStats: saved.stats });
    expect(saved.written()).toEqual(files);
  });

  it('of an equalized network, for nothing but that', async () => {
    const saved = await savedJob({ equalize: true }, netOfUnequalChannels(smallNet(SIDE, SIDE)));
    const { files } = await saved.computed({ equalize: true, feature_quantize_method: 'ADMM' });
    await saved.run({ equalize: true, feature_quantize_method: 'ADMM' }, { loadStats: saved.stats });
    expect(saved.written()).toEqual(files);
    await expect(saved.run({}, { loadStats: saved.stats })).rejects.toThrow(
      /equalize: was "?for symmetric ranges"?, is not given/,
    );
    await expect(
      saved.run({ equalize: true, feature_asymmetric: true }, { loadStats: saved.stats }),
    ).rejects.toThrow(/equalize: was "?for symmetric ranges"?, is "?for asymmetric ranges/);
  });

  it('where the file knows more of an average than a run with these skips would have seen', async () => {
    const saved = job(averageNet(SIDE));
    for (const [i, name] of ['a', 'b', 'c'].entries())
      fill(saved.folder, { [`photos/${name}.bmp`]: bmp({ bits: 24, pixel: () => 0xff00ff - i }) });
    await saved.run({}, { saveStats: saved.stats });
    for (const skips of [[], ['conv1']]) {
      const { files } = await saved.computed({ skip_quant_op_names: skips });
      await saved.run({ skip_quant_op_names: skips }, { loadStats: saved.stats });
      expect(saved.written()).toEqual(files);
    }
  });

  it('whatever else the model, its weights and the folder of samples are called', async () => {
    const saved = await savedJob();
    const { files } = await saved.computed({});
    renameSync(saved.at('photos'), saved.at('moved'));
    renameSync(saved.source, saved.at('other.mnn'));
    await saved.run({ path: saved.at('moved') }, { source: saved.at('other.mnn'), loadStats: saved.stats });
    expect(saved.written()).toEqual(files);
  });

  it('with debug, for which the network is run', async () => {
    const saved = await savedJob();
    const expected = await saved.run({ debug: true });
    const bytes = saved.written();
    const outcome = await saved.run({ debug: true }, { loadStats: saved.stats });
    expect(saved.written()).toEqual(bytes);
    expect(outcome.debug).toEqual(expected.debug);
  });

  it('with a mean that is written in another way', async () => {
    const saved = await savedJob();
    await saved.run({ mean: [127.5, 127.5, 127.5, 3], center_crop_h: 1 }, { loadStats: saved.stats });
  });

  it('of samples as arrays, in whatever kind of file the same numbers are', async () => {
    const saved = job(smallNet());
    const numbers = (seed: number) => Float32Array.from({ length: 144 }, (_, i) => Math.sin(seed * 31 + i));
    const bytes = (seed: number) => new Uint8Array(numbers(seed).buffer);
    fill(saved.folder, { 's/0/image.f32': bytes(1), 's/1/image.f32': bytes(2) });
    const keys = { input_type: 'sequence', path: saved.at('s') };
    await saved.run(keys, { saveStats: saved.stats });
    const expected = saved.written();
    rmSync(saved.at('s/1/image.f32'));
    fill(saved.folder, { 's/1/image.npy': npy('<f4', '1, 3, 6, 8', bytes(2)) });
    await saved.run({ ...keys, format: 'BGR' }, { loadStats: saved.stats });
    expect(saved.written()).toEqual(expected);
    fill(saved.folder, { 's/1/image.npy': npy('<f4', '1, 3, 6, 8', bytes(3)) });
    expect(await refusal(saved, keys, { loadStats: saved.stats })).toMatch(
      /samples with other content: 1 \(1: /,
    );
  });
});

describe('the file', () => {
  it('has the same bytes for any number of threads, one pass and two, and any method', async () => {
    const saved = job();
    await saved.run({}, { saveStats: saved.stats });
    const expected = readFileSync(saved.stats);
    for (const [options, change] of [
      [{ threads: 3 }, {}],
      [{ memoryBytes: 2 ** 16 }, {}],
      [{ threads: 2, memoryBytes: 2 ** 16 }, { feature_quantize_method: 'ADMM' }],
      [{}, { skip_quant_op_names: ['conv1'], feature_clamp_value: 3 }],
    ] as const) {
      const { statistics, passes } = await saved.run(change, { ...options, saveStats: saved.stats });
      expect(readFileSync(saved.stats).equals(expected), JSON.stringify([options, change])).toBe(true);
      expect(statistics).toEqual({ saved: saved.stats, bytes: expected.length });
      expect(passes).toBe('memoryBytes' in options ? 2 : 1);
    }
  });

  it('does not change the model of the run that writes it', async () => {
    const saved = job();
    for (const change of CHANGES) {
      const { files } = await saved.computed(change);
      await saved.run(change, { saveStats: saved.stats });
      expect(saved.written()).toEqual(files);
    }
  });

  it('is an archive that NumPy reads, with signed ranges and counts of all values', async () => {
    const saved = await savedJob();
    const files = unzipSync(readFileSync(saved.stats));
    const { statistics } = JSON.parse(Buffer.from(files['meta.json']!).toString());
    const [input] = statistics.tensors;
    expect(input).toMatchObject({ name: 'image', count: 3 * 3 * SIDE * SIDE, nonFinite: 0 });
    expect(input.range.min).toBeLessThan(0);
    expect(Object.keys(files)).toContain(`${input.id}/histogram.npy`);
  });

  it.each(['out.mnn', 'out.mnn.json', 'small.mnn', 'config.json', 'photos/a.bmp'])(
    'is never written over %s',
    async (name) => {
      const one = job();
      const before = existsSync(one.at(name)) ? readFileSync(one.at(name)) : undefined;
      expect(await refusal(one, {}, { saveStats: one.at(name) })).toMatch(
        /would (overwrite|be written twice)/,
      );
      if (before && name !== 'config.json') expect(readFileSync(one.at(name)).equals(before)).toBe(true);
    },
  );

  it('that is read is not written over', async () => {
    const saved = await savedJob();
    const options = { loadStats: saved.stats, target: saved.stats };
    expect(await refusal(saved, {}, options)).toMatch(/would overwrite the input/);
  });

  it('is not written where the run fails', async () => {
    const one = job();
    fill(one.folder, { 'photos/a.bmp': 'no image', 'photos/b.bmp': '', 'photos/c.bmp': 'BM' });
    await expect(one.run({}, { saveStats: one.stats })).rejects.toThrow('no readable image');
    expect(existsSync(one.stats)).toBe(false);
  });
});

describe('refused, with what it was and what it is', () => {
  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['mean', { mean: [1, 2, 3] }, /mean: was \[127\.5,127\.5,127\.5\], is \[1,2,3\]/],
    ['normal', { normal: [1, 1, 1] }, /normal: was \[0\.0078,0\.0078,0\.0078\], is \[1,1,1\]/],
    ['format', { format: 'BGR' }, /format: was "RGB", is "BGR"/],
    ['crop', { center_crop_h: 0.5 }, /center_crop_h: was 1, is 0\.5/],
    ['number of samples', { used_image_num: 2 }, /there were 3, now there are 2\n.*no longer used: c\.bmp/],
    ['EMA', { feature_quantize_method: 'EMA' }, /--load-stats: feature_quantize_method is EMA/],
  ])('%s', async (_, change, message) => {
    const saved = await savedJob();
    expect(await refusal(saved, change, { loadStats: saved.stats })).toMatch(message);
  });

  it('another size of a dynamic input, and another constant of an input', async () => {
    const saved = await savedJob({}, smallNet(-1, -1));
    const message = await refusal(saved, { width: 40 }, { loadStats: saved.stats });
    expect(message).toMatch(/shapes of the inputs: was {"image":\[1,3,48,48\]}, is {"image":\[1,3,48,40\]}/);
  });

  it('another model', async () => {
    const saved = await savedJob();
    const bytes = readFileSync(saved.source);
    // The last byte of some weight.
    const at = bytes.indexOf(Buffer.from(new Float32Array(2).fill(0.1).buffer));
    bytes[at] ^= 1;
    writeFileSync(saved.source, bytes);
    expect(await refusal(saved, {}, { loadStats: saved.stats })).toMatch(
      /model: the content was [0-9a-f]{12}… \(small\.mnn\), small\.mnn has [0-9a-f]{12}…/,
    );
  });

  it('other content of an image, and others that came and went', async () => {
    const saved = await savedJob();
    rmSync(saved.at('photos/c.bmp'));
    fill(saved.folder, { 'photos/b.bmp': photo(77), 'photos/d.bmp': photo(78) });
    const message = await refusal(saved, {}, { loadStats: saved.stats });
    expect(message).toMatch(
      /samples with other content: b\.bmp \(b\.bmp: [0-9a-f]{12}…, now [0-9a-f]{12}…\)/,
    );
    expect(message).toMatch(/samples no longer used: c\.bmp\n.*samples that are new: d\.bmp/);
  });

  it('a file that was no image and is one now, and the other way round', async () => {
    const saved = await savedJob();
    fill(saved.folder, { 'photos/notes.txt': photo(5) });
    expect(await refusal(saved, {}, { loadStats: saved.stats })).toMatch(/new: notes\.txt/);
    fill(saved.folder, { 'photos/notes.txt': 'other text', 'photos/c.bmp': 'no image any more' });
    const message = await refusal(saved, {}, { loadStats: saved.stats });
    expect(message).toMatch(/no longer used: c\.bmp/);
    expect(message).not.toMatch(/notes/);
  });

  it('fast math that was asked for only once, and a GPU in place of the CPU', async () => {
    const saved = await savedJob();
    const { stats: loadStats } = saved;
    expect(await refusal(saved, {}, { loadStats, fastMath: true })).toMatch(
      /without --fast-math, this run has it/,
    );
    expect(await refusal(saved, {}, { loadStats, backend: 'gpu', threads: 'auto' })).toMatch(
      /computed on cpu, --backend gpu asks for another/,
    );
  });

  it('saving with EMA, and both options at once', async () => {
    const one = job();
    const { stats: saveStats } = one;
    const message = await refusal(one, { feature_quantize_method: 'EMA' }, { saveStats });
    expect(message).toMatch(/--save-stats: feature_quantize_method is EMA/);
    expect(await refusal(one, {}, { saveStats, loadStats: saveStats })).toMatch(/give one of both/);
  });
});

/** The saved file with `meta.json` changed, intact otherwise. */
function withMeta(file: Uint8Array, change: (meta: Record<string, unknown>) => unknown): Uint8Array {
  const files = unzipSync(file);
  const meta = JSON.parse(Buffer.from(files['meta.json']!).toString());
  return sealed(zipSync({ ...files, 'meta.json': strToU8(JSON.stringify(change(meta))) }));
}

describe('a file that is not what it should be', () => {
  it('is refused wherever it was cut off or a bit was flipped', async () => {
    const saved = await savedJob({}, smallNet(SIDE, SIDE));
    const whole = readFileSync(saved.stats);
    const places = Array.from({ length: 40 }, (_, i) => Math.floor((i * (whole.length - 1)) / 39));
    for (const at of places) {
      writeFileSync(saved.stats, whole.subarray(0, at));
      expect(await refusal(saved, {}, { loadStats: saved.stats })).toMatch(/damaged|no file of statistics/);
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1 << (at % 8);
      writeFileSync(saved.stats, flipped);
      expect(await refusal(saved, {}, { loadStats: saved.stats })).toMatch(/damaged|no file of statistics/);
    }
  });

  it.each<[string, (meta: Record<string, unknown>) => unknown, RegExp]>([
    ['another version', (meta) => ({ ...meta, version: 7 }), /of version 7, this release reads version 1/],
    [
      'another release',
      (meta) => ({ ...meta, tool: '9.9.9' }),
      /written by mnnquant 9\.9\.9.*from this one, \d/,
    ],
    ['another archive', () => ({ hello: 1 }), /no file of statistics/],
    ['nonsense', (meta) => ({ ...meta, origin: { samples: 3 } }), /origin\./],
  ])('%s', async (_, change, message) => {
    const saved = await savedJob();
    writeFileSync(saved.stats, withMeta(readFileSync(saved.stats), change));
    expect(await refusal(saved, {}, { loadStats: saved.stats })).toMatch(message);
  });

  it('lacks a tensor, or what a method needs', async () => {
    const saved = await savedJob();
    const whole = readFileSync(saved.stats);
    type Meta = { statistics: { tensors: { buckets?: unknown }[] } };
    const without = (drop: (meta: Meta) => unknown) =>
      writeFileSync(
        saved.stats,
        withMeta(whole, (meta) => {
          drop(meta as unknown as Meta);
          return meta;
        }),
      );
    without(({ statistics }) => statistics.tensors.splice(1, 1));
    await expect(saved.run({}, { loadStats: saved.stats })).rejects.toThrow(/have no tensor 1 \(conv1\)/);
    without(({ statistics }) => {
      for (const tensor of statistics.tensors) delete tensor.buckets;
    });
    await saved.run({}, { loadStats: saved.stats });
    const admm = saved.run({ feature_quantize_method: 'ADMM' }, { loadStats: saved.stats });
    await expect(admm).rejects.toThrow(/lack buckets of values, which the method needs/);
  });

  it('is missing, empty, a folder or text', async () => {
    const saved = await savedJob();
    expect(await refusal(saved, {}, { loadStats: saved.at('none') })).toMatch(
      /cannot read the statistics .*ENOENT/,
    );
    expect(await refusal(saved, {}, { loadStats: saved.folder })).toMatch(
      /cannot read the statistics .*EISDIR/,
    );
    for (const text of ['', 'text']) {
      fill(saved.folder, { 'stats.npz': text });
      expect(await refusal(saved, {}, { loadStats: saved.stats })).toMatch(/no file of statistics/);
    }
  });
});

describe('the command', () => {
  it('takes both options and says in its summary what was done', async () => {
    const one = job();
    const saving = await one.run({}, { saveStats: one.stats });
    const summary = formatSummary(saving);
    expect(summary).toContain(`Statistics  saved for runs with --load-stats: ${one.stats}`);
    expect(summary).toMatch(/Written .*stats\.npz/);
    const loading = formatSummary(await one.run({}, { loadStats: one.stats }));
    expect(loading).toContain(`Statistics  reused from ${one.stats}`);
    expect(loading).toMatch(/Time {8}\d+\.\d s without running the network/);
    rmSync(one.at('out.mnn'));
    const args = [one.source, one.at('out.mnn'), one.at('config.json')];
    expect(await main(['-q', '--load-stats', one.stats, ...args])).toBe(0);
    expect(existsSync(one.at('out.mnn'))).toBe(true);
  });
});
