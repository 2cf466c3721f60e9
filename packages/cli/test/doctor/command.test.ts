import { chmodSync } from 'node:fs';
import sharp from 'sharp';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { diagnose, gatherFacts } from '../../src/commands/doctor/diagnose.ts';
import { formatFindings } from '../../src/commands/doctor/format.ts';
import { InputStatistics } from '../../src/commands/doctor/input-statistics.ts';
import { greyOnly, isTransparent, thumbnailOf } from '../../src/commands/doctor/pixels.ts';
import { quantizeFile } from '../../src/quantize-file.ts';
import { run as runCommand } from '../run-main.ts';
import { fill, smallJob, smallNet } from '../scratch.ts';

/** A picture that differs for each seed. */
function picture(seed: number, width = 64, height = 48, channels: 3 | 4 = 3) {
  const raw = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        raw[(y * width + x) * channels + c] =
          c === 3 ? 100 : 128 + 100 * Math.sin(((seed + 1) * (x + c * 5)) / 9 + ((seed % 4) * y) / 7);
  return sharp(raw, { raw: { width, height, channels } });
}

async function photos(count: number): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (let seed = 0; seed < count; seed++)
    files[`set/${seed + 10}.png`] = await picture(seed).png().toBuffer();
  return files;
}

/** What the doctor finds, as `check: level`, for the small net and a folder of files. */
async function diagnosed(
  files: Readonly<Record<string, string | Uint8Array>>,
  change: Readonly<Record<string, unknown>> = {},
  net = smallNet(),
) {
  const job = smallJob({}, net);
  fill(job.folder, files);
  // 4:3 as the photos are.
  const config = {
    format: 'RGB',
    mean: [127.5, 127.5, 127.5],
    normal: [0.0078, 0.0078, 0.0078],
    path: job.at('set'),
    ...change,
  };
  fill(job.folder, { 'c.json': JSON.stringify(config) });
  const facts = await gatherFacts({ source: job.source, config: job.at('c.json') });
  return { facts, findings: diagnose(facts).map(({ check, level }) => `${check}: ${level}`) };
}

const WELL = ['int8-share: note', 'settings: note', 'estimate: note'];

describe('the doctor', () => {
  it('finds nothing in a folder of good photos', async () => {
    const { facts, findings } = await diagnosed(await photos(12));
    expect(findings).toEqual(WELL);
    expect(facts.images!.used).toHaveLength(12);
    expect(facts.images!.channels).toHaveLength(3);
    expect(facts.model.work).toMatchObject({ int8: 2, convolutions: 2 });
  });

  it('finds one image twenty times', async () => {
    const [[, bytes]] = Object.entries(await photos(1)) as [[string, Uint8Array]];
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`set/${i}.png`, bytes]));
    expect((await diagnosed(files)).findings).toEqual(['duplicates: warning', ...WELL]);
  });

  it('finds frames of a video, whose bytes differ', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 12; i++)
      files[`set/${i}.jpg`] = await picture(3)
        .jpeg({ quality: 80 + i })
        .toBuffer();
    expect((await diagnosed(files)).findings).toEqual(['near-identical: warning', ...WELL]);
  });

  it('finds three images, and one that is none', async () => {
    const files = { ...(await photos(3)), 'set/notes.txt': 'no image' };
    expect((await diagnosed(files)).findings).toEqual([
      'unreadable: warning',
      'sample-count: warning',
      ...WELL,
    ]);
  });

  it('finds photos for a square', async () => {
    const { facts, findings } = await diagnosed(await photos(12), {}, smallNet(8, 8));
    expect(findings).toEqual(['stretched: warning', ...WELL]);
    expect(diagnose(facts)[0]!.advice).toContain('"center_crop_w": 0.75');
  });

  it('finds alpha, EXIF and grey', async () => {
    const files = {
      ...(await photos(8)),
      'set/a.png': await picture(1, 64, 48, 4).png().toBuffer(),
      'set/e.jpg': await picture(2).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    };
    const grey: Record<string, Uint8Array> = {};
    for (let i = 0; i < 4; i++)
      grey[`set/g${i}.png`] = await picture(i + 40)
        .greyscale()
        .png()
        .toBuffer();
    expect((await diagnosed({ ...files, ...grey })).findings).toEqual([
      'alpha: warning',
      'exif-rotation: warning',
      'int8-share: note',
      'greyscale: note',
      'settings: note',
      'estimate: note',
    ]);
  });

  it.each([
    [{ width: 9 }, 'input-fit: problem'],
    [{ format: 'GRAY', mean: [0], normal: [1] }, 'input-fit: problem'],
    [{ skip_quant_op_names: ['conv9'] }, 'input-fit: problem'],
    [{ skip_quant_op_names: ['*'] }, 'int8-share: problem'],
    [{ normal: [0, 0.0078, 0.0078] }, 'input-range: problem'],
    [{ format: 'RGB', mean: [103.53, 116.28, 123.675] }, 'colour-order: warning'],
    [{ mean: [0.5, 0.5, 0.5] }, 'units: warning'],
    [{ normal: [1, 1, 1] }, 'input-range: warning'],
    [{ meen: [1, 1, 1] }, 'config-keys: warning'],
    [{ used_image_num: 50 }, 'sample-count: warning'],
    [{ quant_bits: 99 }, 'config-keys: problem'],
    [{ path: '/nowhere/at/all' }, 'config-keys: problem'],
    [{ input_type: 'sequence' }, 'unreadable: problem'],
  ])('finds %j', async (change, expected) => {
    expect((await diagnosed(await photos(12), change)).findings[0]).toBe(expected);
  });

  it('finds more than one thing wrong with a config', async () => {
    const { findings } = await diagnosed(await photos(12), { quant_bits: 99, weight_clamp_value: 0 });
    expect(findings).toEqual(['config-keys: problem', 'config-keys: problem', 'int8-share: note']);
  });

  it('finds a model that is quantized already', async () => {
    const job = smallJob();
    await quantizeFile(job);
    const findings = diagnose(await gatherFacts({ source: job.target, config: job.config }));
    expect(findings[0]).toMatchObject({ check: 'model-kind', level: 'problem' });
    expect(findings[0]!.text).toContain('is quantized already');
  });

  it('finds an empty folder', async () => {
    expect((await diagnosed({ 'set/.hidden': '' })).findings).toEqual([
      'unreadable: problem',
      'int8-share: note',
      'settings: note',
    ]);
  });
});

describe('mnnquant doctor', () => {
  it('ends with 0 without a problem, with 3 with one, and prints data with --json', async () => {
    const job = smallJob();
    expect((await runCommand('doctor', job.source, job.config)).code).toBe(0);
    const { code, stdout } = await runCommand(
      'doctor',
      job.source,
      job.config,
      job.at('no/where.mnn'),
      '--json',
    );
    expect(code).toBe(3);
    const { version, findings } = JSON.parse(stdout);
    expect(version).toBe(1);
    expect(findings[0]).toMatchObject({
      check: 'target',
      level: 'problem',
      text: expect.stringContaining('there is no folder'),
    });
  });

  it.skipIf(process.getuid?.() === 0)('finds a target that cannot be written', async () => {
    const job = smallJob();
    fill(job.folder, { 'locked/x': '' });
    chmodSync(job.at('locked'), 0o500);
    const { stdout } = await runCommand('doctor', job.source, job.config, job.at('locked/a.mnn'));
    chmodSync(job.at('locked'), 0o700);
    expect(stdout).toMatch(/^problem .*not writable/m);
  });

  it.each([
    ['nowhere.mnn', 'config.json', /cannot read the model/],
    ['small.mnn', 'nowhere.json', /cannot read the config file/],
  ])('ends with 2 where %s or %s is not there', async (source, config, message) => {
    const job = smallJob();
    const { code, stderr } = await runCommand('doctor', job.at(source), job.at(config));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('formatFindings', () => {
  const finding = {
    check: 'stretched',
    level: 'warning' as const,
    text: 'many words that do not fit into one line',
    advice: 'less of them\nor two lines',
  };

  it('breaks lines between words, behind the level', () => {
    const lines = formatFindings([finding], 40).split('\n');
    expect(lines).toEqual([
      'warning  many words that do not fit into',
      '         one line [stretched]',
      '         → less of them',
      '         or two lines',
      '0 problems, 1 warning, 0 notes',
    ]);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(40);
  });

  it('breaks nothing in a pipe, and lets no name steer the terminal', () => {
    expect(formatFindings([{ ...finding, text: '\u001b[2J', advice: undefined }])).toBe(
      'warning  \\u001b[2J [stretched]\n0 problems, 1 warning, 0 notes',
    );
    expect(formatFindings([])).toBe('0 problems, 0 warnings, 0 notes');
  });
});

describe('what is seen of pixels', () => {
  const rgb = (width: number, height: number, ...data: number[]) => ({
    data: Uint8Array.from(data),
    width,
    height,
    channels: 3 as const,
  });

  it('grey and transparent', () => {
    expect(greyOnly(rgb(2, 1, 5, 5, 5, 9, 9, 9))).toBe(true);
    expect(greyOnly(rgb(2, 1, 5, 5, 5, 9, 9, 8))).toBe(false);
    expect(isTransparent(rgb(1, 1, 1, 2, 3))).toBe(false);
    expect(isTransparent({ data: Uint8Array.of(0, 0, 0, 255), width: 1, height: 1 })).toBe(false);
    expect(isTransparent({ data: Uint8Array.of(0, 0, 0, 254), width: 1, height: 1 })).toBe(true);
  });

  it('thumbnails: means of cells, pixels repeated where there are fewer', () => {
    expect([...thumbnailOf(rgb(1, 1, 1, 2, 3)).subarray(0, 6)]).toEqual([1, 2, 3, 1, 2, 3]);
    // 32x16: a cell is two pixels wide.
    const data = Array.from({ length: 32 * 16 * 3 }, (_, i) => Math.floor(i / 3) % 32);
    const cells = thumbnailOf(rgb(32, 16, ...data));
    expect([...cells.subarray(0, 9)]).toEqual([1, 1, 1, 3, 3, 3, 5, 5, 5]);
  });

  it.each([
    ['NCHW', [1, 3, 5, 5]],
    ['NHWC', [1, 5, 3, 5]],
  ] as const)('statistics by channel in %s', (layout, values) => {
    const statistics = new InputStatistics({ layout, width: 2, height: 1 });
    statistics.add(Float32Array.from(values));
    expect(statistics.channels).toEqual([
      { mean: 2, deviation: 1, min: 1, max: 3 },
      { mean: 5, deviation: 0, min: 5, max: 5 },
    ]);
    expect(new InputStatistics(undefined).channels).toEqual([]);
  });
});
