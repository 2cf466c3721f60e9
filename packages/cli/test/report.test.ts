import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createTable, type Net, OpType, writeModel } from '@mnnquant/mnn-format';
import { Ajv } from 'ajv';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../src/errors.ts';
import type { QuantizeOptions } from '../src/options.ts';
import { quantizeFile } from '../src/quantize-file.ts';
import { renderReport } from '../src/report/html/index.ts';
import { reportJsonSchemaText } from '../src/report/json-schema.ts';
import { type Report, reportSchema } from '../src/report/schema.ts';
import { formatSummary } from '../src/summary.ts';
import { netOfUnequalChannels } from './key-nets.ts';
import { fill, scratchFolder, smallConfig, smallJob, smallNet } from './scratch.ts';

type Job = ReturnType<typeof smallJob>;

const committed = readFileSync(new URL('../schema/report.schema.json', import.meta.url), 'utf8');
const validate = new Ajv({ strict: true, allErrors: true }).compile(JSON.parse(committed));

async function quantize({ source, target, config, at }: Job, options: Partial<QuantizeOptions> = {}) {
  const report = at('report.json');
  return quantizeFile({ source, target, config, report, memoryBytes: 2 ** 28, ...options });
}

/** What must not depend on how it was computed. */
function numbersOf({ timings: _, reproduce, summary, ...rest }: Report) {
  const { device: __, threads: ___, command: ____, ...same } = reproduce;
  return { ...rest, reproduce: same, summary: { ...summary, warnings: [] } };
}

function expectValid(report: Report): void {
  const plain: unknown = JSON.parse(JSON.stringify(report));
  expect(reportSchema.safeParse(plain).error?.issues ?? []).toEqual([]);
  expect(plain, 'nothing is lost on the way through JSON').toEqual(report);
  validate(plain);
  expect(validate.errors).toBe(null);
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

it('the committed schema is the generated one; pnpm --filter mnnquant generate writes it', () => {
  expect(committed).toBe(reportJsonSchemaText());
});

describe('--report', () => {
  it('writes what the outcome holds, with every layer, tensor and convolution', async () => {
    const job = smallJob();
    const outcome = await quantize(job);
    const report = outcome.report!;
    expectValid(report);
    expect(JSON.parse(readFileSync(job.at('report.json'), 'utf8'))).toEqual(report);
    expect(report.layers.map(({ op, order }) => [op, order])).toEqual([
      ['image', 0],
      ['conv1', 1],
      ['conv2', 2],
    ]);
    expect(report.layers.map(({ int8, isolated }) => [int8, isolated !== undefined])).toEqual([
      [true, true],
      [true, true],
      [true, true],
    ]);
    // 3x3 windows of 3 and 4 channels, 4 and 2 results each, over 8x6 pixels.
    expect(report.layers.map(({ multiplyAdds }) => multiplyAdds)).toEqual([0, 48 * 27 * 4, 48 * 36 * 2]);
    expect(report.summary.multiplyAdds).toEqual({
      int8: 48 * 27 * 4 + 48 * 36 * 2,
      total: 48 * 27 * 4 + 48 * 36 * 2,
    });
    expect(report.outputs.map(({ name, shape }) => [name, shape])).toEqual([['conv2', [1, 2, 6, 8]]]);
    expect(report.outputs[0]?.error).toEqual(report.layers[2]?.accumulated);
    expect(report.histograms.map(({ tensor }) => tensor).sort()).toEqual([0, 1, 2]);
    expect(report.weights.map(({ op, shape, bits }) => [op, shape, bits])).toEqual([
      ['conv1', [4, 3, 3, 3], 8],
      ['conv2', [2, 4, 3, 3], 8],
    ]);
    expect(report.timings.map(({ phase }) => phase)).toEqual([
      'read',
      'images',
      'calibrate',
      'rewrite',
      'measure',
      'report',
    ]);
    expect(outcome.reportFile).toBe(job.at('report.json'));
    expect(formatSummary(outcome)).toContain(`${job.target}.json, ${job.at('report.json')}`);
  });

  it('is an HTML page where the name ends so', async () => {
    const job = smallJob();
    await quantize(job, { report: job.at('report.HTML') });
    expect(readFileSync(job.at('report.HTML'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it('has the hashes of what was read and written, and what runs it again', async () => {
    const job = smallJob();
    const { report } = await quantize(job, { threads: 1 });
    const { reproduce, source, written } = report!;
    const hashOf = (path: string): string => sha256(readFileSync(path));
    expect(source).toMatchObject({ file: job.source, sha256: hashOf(job.source) });
    expect(written).toMatchObject({ file: job.target, sha256: hashOf(job.target) });
    expect(written.bytes).toBe(readFileSync(job.target).length);
    expect(reproduce.configFile).toMatchObject({ file: job.config, sha256: hashOf(job.config) });
    // As `sha256sum a.bmp b.bmp c.bmp` prints it.
    const lines = ['a.bmp', 'b.bmp', 'c.bmp'].map((name) => `${hashOf(job.at(`photos/${name}`))}  ${name}\n`);
    expect(reproduce.samplesSha256).toBe(sha256(lines.join('')));
    expect(reproduce.config).toMatchObject({ ...smallConfig, quant_bits: 8, input_type: 'image' });
    expect(reproduce.given).toContain('mean');
    expect(reproduce.given).not.toContain('quant_bits');
    expect(reproduce.versions).toHaveProperty('libvips');
    expect(reproduce.command).toBe(
      `mnnquant --memory 268435456 --threads 1 --report ${job.at('report.json')} ${job.source} ${job.target} ${job.config}`,
    );
  });

  it('changes nothing else', async () => {
    const [plain, reported] = [smallJob(), smallJob()];
    const outcome = await quantize(plain, { report: undefined });
    expect(outcome).not.toHaveProperty('report');
    expect(readdirSync(plain.folder).sort()).toEqual([
      'config.json',
      'photos',
      'small-int8.mnn',
      'small-int8.mnn.json',
      'small.mnn',
    ]);
    await quantize(reported);
    expect(readFileSync(reported.target).equals(readFileSync(plain.target))).toBe(true);
  });

  it('is the same for any memory and number of threads, and measures what debug does', async () => {
    const job = smallJob({ debug: true });
    const first = await quantize(job, { threads: 1 });
    const others = [{ threads: 2 }, { threads: 1, memoryBytes: 512 }, { threads: 2, memoryBytes: 512 }];
    for (const options of others)
      expect(numbersOf((await quantize(job, options)).report!)).toEqual(numbersOf(first.report!));
    const { debug } = await quantize(job, { report: undefined });
    const accumulated = new Map(first.report!.layers.map((layer) => [layer.op, layer]));
    for (const { op, cosine, snr, overflow } of debug!.layers) {
      expect(accumulated.get(op)?.accumulated).toMatchObject({ cosine, snr });
      expect(accumulated.get(op)?.overflow).toBe(overflow);
    }
    expect(JSON.parse(readFileSync(`${job.target}.debug.json`, 'utf8')).layers).toHaveLength(3);
  });

  it('is a step of its own that ends', async () => {
    const last = new Map<string, number[]>();
    await quantize(smallJob(), { onProgress: (phase, done, total) => last.set(phase, [done, total]) });
    const [done, total] = last.get('report')!;
    expect(done).toBe(total);
    expect(last.has('debug')).toBe(false);
  });
});

describe('corrections', () => {
  it('are in the report layer by layer, as the summary counts them', async () => {
    const keys = { equalize: true, bias_correction: true, weight_quantize_method: 'GPTQ' };
    const { report, corrections, rounding } = await quantize(smallJob(keys, netOfUnequalChannels()));
    expectValid(report!);
    const { equalize, biasCorrection } = report!.corrections!;
    const { layers: equalized, ...gains } = equalize!;
    expect(gains).toEqual(corrections?.equalize);
    // The network's output keeps its channels; those of conv1 differ.
    expect(equalized.map(({ op, of }) => [op, of])).toEqual([['conv1', 4]]);
    const [{ channels, largestGain, meanGain }] = equalized as [(typeof equalized)[0]];
    expect(channels).toBeGreaterThan(0);
    // The widest channel stays as it is.
    expect(channels).toBeLessThan(4);
    expect(largestGain).toBe(gains.largestGain);
    expect(largestGain).toBeGreaterThan(1);
    expect(meanGain).toBeGreaterThan(1);
    expect(meanGain).toBeLessThanOrEqual((largestGain * channels + 4 - channels) / 4);
    const { layers: shifted, ...shifts } = biasCorrection!;
    expect(shifts).toEqual(corrections?.biasCorrection);
    expect(shifted).toHaveLength(shifts.convolutions);
    expect(Math.max(...shifted.map(({ largestSteps }) => largestSteps))).toBe(shifts.largestSteps);
    for (const { largestSteps, meanSteps, channels: moved, of } of shifted) {
      expect(meanSteps).toBeGreaterThan(0);
      expect(meanSteps).toBeLessThanOrEqual((largestSteps * moved) / of);
    }
    expect(report!.rounding).toEqual(rounding);
    expect(report!.rounding?.layers.map(({ op }) => op)).toEqual(['conv1', 'conv2']);
  });

  it('and the search are those of what AUTO chose', async () => {
    const { report, auto } = await quantize(smallJob({ feature_quantize_method: 'AUTO' }));
    expectValid(report!);
    const { trials, runs, judged } = report!.auto!;
    expect({ runs, judged }).toEqual({ runs: auto?.runs, judged: auto?.judged });
    expect(trials).toHaveLength(auto!.trials.length);
    const [chosen, ...others] = trials.filter((one) => one.chosen);
    expect(others).toEqual([]);
    expect(report!.reproduce.config).toMatchObject(chosen!.settings);
    expect(report!.corrections?.equalize !== undefined).toBe(chosen!.settings.equalize);
    expect(renderReport(report!)).toContain('id="auto-plot"');
  });

  it('are not there where none was asked for', async () => {
    const { report } = await quantize(smallJob());
    for (const key of ['corrections', 'rounding', 'auto']) expect(report).not.toHaveProperty(key);
    const one = await quantize(smallJob({ bias_correction: true }));
    expect(Object.keys(one.report!.corrections!)).toEqual(['biasCorrection']);
  });
});

describe('where it cannot go', () => {
  it.each([
    ['report.txt', /report: expected a name that ends in \.html or \.json, got ".*report\.txt"/],
    ['config.json', /would overwrite the input .*config\.json/],
    ['small-int8.mnn.json', /small-int8\.mnn\.json would be written twice/],
    ['none/report.html', /there is no folder .*none/],
    ['photos.json/', /expected a name that ends in|expected the name of a file/],
  ])('%s', async (name, message) => {
    const job = smallJob();
    const failed = quantize(job, { report: job.at(name) });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toThrow(UsageError);
    expect(existsSync(job.target)).toBe(false);
  });
});

/** Its pictures as pixels. */
async function pixelsOf(png: string) {
  const bytes = Buffer.from(png.replace(/^data:image\/png;base64,/, ''), 'base64');
  return sharp(bytes).raw().toBuffer({ resolveWithObject: true });
}

describe('samples', () => {
  type Colour = readonly [number, number, number];

  /** One image, red above blue or of one colour, the size of the network's input. */
  async function flag(
    change: Readonly<Record<string, unknown>> = {},
    {
      height = 6,
      width = 8,
      colours = [
        [255, 0, 0],
        [0, 0, 255],
      ] as readonly Colour[],
    } = {},
  ) {
    const job = smallJob(change, smallNet(height, width));
    for (const name of readdirSync(job.at('photos'))) fill(job.folder, { [`photos/${name}`]: 'no image' });
    const rows = Array.from(
      { length: height },
      (_, y) => colours[Math.floor((y * colours.length) / height)]!,
    );
    const data = Uint8Array.from(
      rows.flatMap((colour) => Array.from({ length: width }, () => colour).flat()),
    );
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    fill(job.folder, { 'photos/flag.png': png });
    return job;
  }

  it.each([
    ['RGB', [255, 0, 0], [0, 0, 255]],
    // What comes first is drawn red: so the wrong order shows.
    ['BGR', [0, 0, 255], [255, 0, 0]],
  ])('come back as the network gets them with format %s', async (format, top, bottom) => {
    const { report } = await quantize(await flag({ format }));
    const [{ name, inputs }] = report!.samples.list;
    expect(name).toBe('flag.png');
    const { preview, min, max, mean, shape } = inputs[0]!;
    const seen = await pixelsOf(preview!.png);
    expect([seen.info.width, seen.info.height, seen.info.channels]).toEqual([8, 6, 3]);
    expect([preview!.width, preview!.height]).toEqual([8, 6]);
    expect([...seen.data.subarray(0, 3)]).toEqual(top);
    expect([...seen.data.subarray(-3)]).toEqual(bottom);
    expect(shape).toEqual([1, 3, 6, 8]);
    // A third of the values is 255, the others 0.
    expect(min).toBeCloseTo(-127.5 * 0.0078, 6);
    expect(max).toBeCloseTo(127.5 * 0.0078, 6);
    expect(mean).toBeCloseTo((255 / 3 - 127.5) * 0.0078, 5);
    expect(report!.samples.skipped.map((one) => one.name)).toEqual(['a.bmp', 'b.bmp', 'c.bmp']);
    expect(report!.summary.findings.map(({ text }) => text).join('\n')).toMatch(/3 files not used/);
  });

  it('are made smaller, in their proportions', async () => {
    const { report } = await quantize(await flag({ width: 400, height: 200 }, { height: 200, width: 400 }));
    const { preview } = report!.samples.list[0]!.inputs[0]!;
    expect([preview!.width, preview!.height]).toEqual([160, 80]);
    expect(preview!.png.length).toBeLessThan(20_000);
  });

  it('of one colour are told, and a channel whose normal is 0 shows its mean', async () => {
    const keys = { normal: [0, 0.01, 0.01], mean: [10, 100, 100] };
    const { report } = await quantize(await flag(keys, { colours: [[100, 100, 100]] }));
    expectValid(report!);
    const { data } = await pixelsOf(report!.samples.list[0]!.inputs[0]!.preview!.png);
    expect([...data.subarray(0, 3)]).toEqual([10, 100, 100]);
    const texts = report!.summary.findings.map(({ text }) => text).join('\n');
    expect(texts).toMatch(/A sample is one value all over: flag\.png \(image: 0\)/);
    // A constant tensor: all values in one bin.
    expect(report!.histograms.find(({ tensor }) => tensor === 0)?.counts).toEqual([144]);
  });

  it('that are nearly the same are told', async () => {
    const job = smallJob();
    fill(job.folder, { 'photos/d.bmp': readFileSync(job.at('photos/a.bmp')) });
    const { report } = await quantize(job);
    expect(report!.samples.list.map(({ like }) => like)).toEqual([undefined, undefined, undefined, 0]);
    expect(report!.summary.findings.map(({ text }) => text).join('\n')).toMatch(
      /1 of 4 samples \(25\.0 %\) are nearly the same as an earlier one: d\.bmp like a\.bmp/,
    );
  });

  it('as arrays have numbers and no picture', async () => {
    const folder = scratchFolder();
    const text = (seed: number): string =>
      Array.from({ length: 144 }, (_, i) => Math.sin(seed + i)).join(' ');
    fill(folder, {
      'small.mnn': writeModel(smallNet()),
      's/one.txt': text(1),
      's/two.txt': text(9).replace(/^\S+/, 'nan'),
      'c.json': JSON.stringify({ path: `${folder}/s`, input_type: 'sequence' }),
    });
    const at = (name: string): string => `${folder}/${name}`;
    const job = {
      source: at('small.mnn'),
      target: at('out.mnn'),
      config: at('c.json'),
      report: at('r.json'),
    };
    const broken = (await quantizeFile(job)).report!;
    expectValid(broken);
    expect(broken.samples.list[1]?.inputs[0]).toMatchObject({ notFinite: 1 });
    expect(broken.histograms.find(({ tensor }) => tensor === 0)).toMatchObject({ notFinite: 1 });
    expect(broken.layers[0]?.accumulated).toMatchObject({ cosine: null, snr: null, maxError: null });
    expect(broken.summary.findings[0]?.level).toBe('problem');
    fill(folder, { 's/two.txt': text(9) });
    const clean = await quantizeFile(job);
    expectValid(clean.report!);
    expect(clean.report!.samples.list.map(({ name, inputs }) => [name, Object.keys(inputs[0]!)])).toEqual([
      ['one.txt', ['name', 'shape', 'min', 'max', 'mean', 'deviation']],
      ['two.txt', ['name', 'shape', 'min', 'max', 'mean', 'deviation']],
    ]);
    expect(clean.report!.reproduce.versions).not.toHaveProperty('libvips');
  });
});

describe('a network', () => {
  it('of which nothing runs in int8 is a report that says so first', async () => {
    const { report } = await quantize(smallJob({ skip_quant_op_names: ['conv*'] }));
    expectValid(report!);
    expect(report!.layers.map(({ op, reason }) => [op, reason])).toEqual([
      ['image', undefined],
      ['conv1', 'it is in skip_quant_op_names'],
      ['conv2', 'it is in skip_quant_op_names'],
    ]);
    expect(report!.layers.some(({ isolated }) => isolated)).toBe(false);
    expect(report!.summary.findings[0]).toMatchObject({
      level: 'problem',
      text: expect.stringMatching(
        /^Nothing was quantized: none of 2 convolutions .* skip_quant_op_names \(2\)\.$/,
      ),
    });
    expect(report!.outputs[0]?.error).toMatchObject({ snr: null, maxError: 0 });
    expect(report!.weights.every(({ bits, scale }) => bits === 32 && scale === undefined)).toBe(true);
  });

  it('without a convolution, with one sample', async () => {
    const { oplists, ...net } = smallNet();
    const softmax = createTable('Op', {
      name: 'soft',
      type: OpType.Softmax,
      inputIndexes: Int32Array.of(0),
      outputIndexes: Int32Array.of(1),
      main: { type: 'Axis', value: createTable('Axis', { axis: 1 }) },
    });
    const bare: Net = {
      ...net,
      oplists: [oplists![0]!, softmax],
      tensorName: ['image', 'soft'],
      outputName: ['soft'],
    };
    const { report } = await quantize(smallJob({ used_sample_num: 1 }, bare));
    expectValid(report!);
    expect(report!.samples.used).toBe(1);
    expect(report!.weights).toEqual([]);
    expect(report!.summary.findings[0]?.text).toMatch(/no convolution/);
    expect(report!.summary.convolutions).toEqual({ int8: 0, total: 0 });
  });
});
