import { readFileSync } from 'node:fs';
import { type Net, readModel, writeModel } from '@mnnquant/mnn-format';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { bytesOf, npy, pickedRowsNet, twoInputNet } from './sample-files.ts';
import { fill, photo, scratchFolder, smallNet } from './scratch.ts';

/** 3x6x8 numbers that differ by seed. */
function numbers(seed: number, count = 144): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(seed * 31 + i));
}

function text(seed: number, count?: number): string {
  return numbers(seed, count).join('\n');
}

function float32(seed: number): Uint8Array {
  return new Uint8Array(Float32Array.from(numbers(seed)).buffer);
}

function inputJson(shape: readonly number[], name = 'image'): string {
  return JSON.stringify({ inputs: [{ name, shape }], outputs: ['conv2'] });
}

type Files = Readonly<Record<string, string | Uint8Array>>;

async function run(files: Files, config: Readonly<Record<string, unknown>> = {}, net: Net = smallNet()) {
  const folder = scratchFolder();
  const at = (name: string): string => `${folder}/${name}`;
  const samples = Object.fromEntries(Object.entries(files).map(([name, content]) => [`s/${name}`, content]));
  const keys = { path: at('s'), input_type: 'sequence', ...config };
  fill(folder, { 'a.mnn': writeModel(net), 's/.keep': '', ...samples, 'c.json': JSON.stringify(keys) });
  return quantizeFile({
    source: at('a.mnn'),
    target: at('b.mnn'),
    config: at('c.json'),
    memoryBytes: 2 ** 28,
  });
}

/** The message, in which the scratch folder is `…`. */
async function failure(...job: Parameters<typeof run>): Promise<string> {
  return run(...job).then(
    () => 'no error',
    (error: Error) => error.message.replaceAll(/\S*mnnquant-cli-\w+/g, '…'),
  );
}

const hidden = 'sample skipped: .keep: is hidden (its name begins with a dot)';

describe('input_type sequence', () => {
  it('takes a folder per sample with input.json and text, as MNN does', async () => {
    const shape = inputJson([1, 3, 6, 8]);
    const outcome = await run({
      'b/input.json': shape,
      'b/image.txt': text(1),
      'b/conv2.txt': '1 2 3',
      'a/input.json': shape,
      'a/image.txt': text(2),
    });
    expect(outcome.images.used).toEqual(['a', 'b']);
    expect(outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
    expect(outcome.warnings).toEqual([hidden]);
  });

  it.each<[string, Files]>([
    ['a flat text', { 'a.txt': text(1) }],
    ['a flat array', { 'a.npy': npy('<f4', '1, 3, 6, 8', float32(1)) }],
    ['raw numbers', { 'a/image.bin': float32(1), 'b/image.raw': float32(2), 'c.f32': float32(3) }],
  ])('takes %s', async (_, files) => {
    expect((await run(files)).images.used.length).toBe(Object.keys(files).length);
  });

  it('takes samples of different shapes', async () => {
    const small = { 'b/input.json': inputJson([1, 3, 3, 4]), 'b/image.txt': text(2, 36) };
    const files = { 'a/input.json': inputJson([1, 3, 6, 8]), 'a/image.txt': text(1), ...small };
    expect((await run(files, {}, smallNet(-1, -1))).images.used).toEqual(['a', 'b']);
    const message = await failure(
      { ...small, 'b/input.json': inputJson([1, 3, 3, 5]) },
      {},
      smallNet(-1, -1),
    );
    expect(message).toBe('…/s/b: input image: expected 45 values for [1,3,3,5], got 36');
  });

  it('takes shapes from the config', async () => {
    const inputs = [{ name: 'image', shape: [1, 3, 6, 8] }];
    expect((await run({ 'a.txt': text(1) }, { inputs }, smallNet(-1, -1))).images.used).toEqual(['a.txt']);
    expect((await run({ 'a.txt': text(1) }, { width: 8, height: 6 }, smallNet(-1, -1))).images.used).toEqual([
      'a.txt',
    ]);
  });

  it.each<[string, Files, string]>([
    ['too few numbers', { 'a/image.txt': '1 2' }, 'a: input image: expected 144 values for [1,3,6,8], got 2'],
    ['no number', { 'a/image.txt': '1\n2 x' }, 'a: image.txt: line 2: expected a number, got "x"'],
    ['commas', { 'a/image.txt': '1,2' }, 'not by commas'],
    ['a missing file', { 'a/imagee.txt': '1' }, 'a: input image: expected a file image with one of'],
    [
      'two files',
      { 'a/image.txt': text(1), 'a/image.npy': '' },
      'a: input image: expected one file, got image.npy, image.txt',
    ],
    [
      'an unknown name',
      { 'a/input.json': inputJson([1], 'x') },
      'a: input.json: no input is called "x"; the model has image',
    ],
    ['broken JSON', { 'a/input.json': '{' }, 'a: input.json: '],
    [
      'a wrong JSON',
      { 'a/input.json': '{"inputs":[{"name":"image","shape":[0]}]}' },
      'a: input.json: inputs.0.shape.0',
    ],
    [
      'a shape that the model has not',
      { 'a/input.json': inputJson([1, 3, 6, 9]), 'a/image.txt': text(1) },
      'a: input image: expected shape [1,3,6,8] (-1 is free), got [1,3,6,9]',
    ],
    [
      'a cut array',
      { 'a/image.npy': npy('<f4', '1, 3, 6, 8', new Uint8Array(5)) },
      'a: image.npy: expected 576 bytes for [1,3,6,8], got 5',
    ],
    [
      'two shapes',
      { 'a/input.json': inputJson([2, 3, 6, 8]), 'a/image.npy': npy('<f4', '1, 3, 6, 8', float32(1)) },
      'a: input image: input.json says [2,3,6,8], its file has [1,3,6,8]',
    ],
    [
      'odd bytes',
      { 'a/image.bin': new Uint8Array(7) },
      'a: image.bin: expected float32 numbers of 4 bytes, got 7 bytes',
    ],
    ['no archive', { 'a.npz': 'text' }, 'a.npz: it is not an .npz file'],
    ['no sample', { 'notes.md': '' }, 'notes.md: is none of'],
  ])('refuses %s', async (_, files, message) => {
    expect(await failure(files)).toContain(message);
  });

  it('needs a size where the model has none', async () => {
    expect(await failure({ 'a.txt': '1' }, {}, smallNet(-1, -1))).toContain(
      'a.txt: input image: its size is dynamic ([1,3,-1,-1])',
    );
  });

  it('tells of numbers that are not finite, of other files and of too few samples', async () => {
    const files = {
      'a/image.txt': `nan -inf ${text(1, 142)}`,
      'a/imag.txt': '',
      'a/.x': '',
      'b/image.txt': text(2),
    };
    const { warnings, images } = await run(files, { used_sample_num: 3 });
    expect(images.used).toEqual(['a', 'b']);
    expect(warnings.slice(0, 5)).toEqual([
      hidden,
      'sample skipped: a/.x: is hidden (its name begins with a dot)',
      'sample skipped: a/imag.txt: belongs to no input; did you mean "image"?',
      'config: 3 samples asked for, 2 found and used',
      'a: input image: 2 values are NaN or infinite',
    ]);
  });

  it('knows the names of inputs in the config', async () => {
    const message = await failure({ 'a.txt': text(1) }, { inputs: [{ name: 'imag', shape: [1] }] });
    expect(message).toBe('inputs: no input is called "imag"; did you mean "image"?');
  });
});

describe('a model with two inputs', () => {
  const image = npy('<f4', '1, 3, 6, 8', float32(1));
  const shift = text(5, 192);
  const net = twoInputNet();

  it('takes names with a slash as folders, as MNN does, or with _', async () => {
    const files = {
      'a/image.npy': image,
      'a/shift/by.txt': shift,
      'b/image.npy': image,
      'b/shift_by.txt': shift,
    };
    const outcome = await run(files, {}, net);
    expect(outcome.images.used).toEqual(['a', 'b']);
    expect(outcome.warnings).toEqual([hidden]);
  });

  it('takes archives, in the folder of the samples or in that of a sample', async () => {
    const values = npy('<f4', '1, 4, 6, 8', new Uint8Array(Float32Array.from(numbers(2, 192)).buffer));
    const archive = zipSync({ 'image.npy': image, 'shift/by.npy': values });
    expect((await run({ 'a.npz': archive, 'b/x.npz': archive }, {}, net)).images.used).toEqual([
      'a.npz',
      'b',
    ]);
    expect(await failure({ 'a.npz': zipSync({ 'imag.npy': image }) }, {}, net)).toBe(
      '…/s/a.npz: no input is called "imag"; did you mean "image"?; the model has image, shift/by',
    );
  });

  it('refuses an archive with a flipped bit', async () => {
    const archive = zipSync({ 'image.npy': image }, { level: 0 });
    archive[200] ^= 1;
    expect(await failure({ 'a.npz': archive }, {}, net)).toBe(
      '…/s/a.npz: image.npy: the data do not fit their checksum; the file is damaged',
    );
  });

  it.each([
    ['{', /^…\/s\/a: input\.json: not valid JSON: /],
    [
      '{"inputs": [{"name": "image", "shape": [0]}]}',
      /^…\/s\/a: input\.json: inputs\.0\.shape\.0: expected at least 1, got 0; it is to look like/,
    ],
    ['[]', /^…\/s\/a: input\.json: content: expected an object, got \[\]; /],
  ])('refuses the input.json %s', async (json, message) => {
    expect(await failure({ 'a/input.json': json }, {}, net)).toMatch(message);
  });

  it('says so where input.json is a folder', async () => {
    expect(await failure({ 'a/input.json/x': '' }, {}, net)).toMatch(
      /^…\/s\/a: input\.json: cannot be read: EISDIR/,
    );
  });

  it('takes a constant for an input without a file', async () => {
    const inputs = [{ name: 'shift/by', value: 0.5 }];
    expect((await run({ 'a.npy': image }, { inputs }, net)).images.used).toEqual(['a.npy']);
    const short = [{ name: 'shift/by', value: [1, 2] }];
    expect(await failure({ 'a.npy': image }, { inputs: short }, net)).toContain(
      'value: expected 1 number or 192 for [1,4,6,8], got 2',
    );
  });

  it('needs a file for every other input', async () => {
    expect(await failure({ 'a/image.npy': image }, {}, net)).toContain(
      'a: input shift/by: expected a file shift_by',
    );
    expect(await failure({ 'a.npy': image }, {}, net)).toContain('it needs a folder per sample');
  });
});

describe('a model with a whole-number input', () => {
  // Row r of the image holds r + 1.
  const image = npy(
    '<f4',
    '1, 3, 6, 8',
    bytesOf(Float32Array.from({ length: 144 }, (_, i) => (Math.floor(i / 8) % 6) + 1)),
  );
  const rows = (...numbers: bigint[]) => npy('<i8', '6,', bytesOf(BigInt64Array.from(numbers)));

  it.each<[string, Files, number]>([
    ['64-bit npy', { 'a/rows.npy': rows(0n, 1n, 1n, 0n, 1n, 0n) }, 2],
    ['text', { 'a/rows.txt': '3 0 3 0 3 0' }, 4],
    ['32-bit npy', { 'a/rows.npy': npy('<i4', '6,', bytesOf(Int32Array.of(5, 5, 5, 5, 5, 5))) }, 6],
  ])('gets its numbers from %s', async (_, files, largest) => {
    const { target } = await run({ 'a/image.npy': image, ...files }, {}, pickedRowsNet());
    const { net } = readModel(readFileSync(target));
    const picked = net.extraTensorDescribe!.find(({ index }) => index === 4);
    // KL's 2048 buckets end at the largest value; the last one's centre becomes 127.
    expect(picked!.quantInfo!.scale * 127).toBeCloseTo((largest * 2047.5) / 2048, 5);
    expect(net.extraTensorDescribe!.some(({ index }) => index === 3)).toBe(false);
  });

  it.each<[string, Files, RegExp]>([
    ['a fraction', { 'a/rows.txt': '0 1 2 3 4 0.5' }, /a: input rows: .*0\.5/],
    [
      'too large a number',
      { 'a/rows.npy': rows(2n ** 40n, 0n, 0n, 0n, 0n, 0n) },
      /a: input rows: .*1099511627776/,
    ],
  ])('refuses %s', async (_, files, message) => {
    expect(await failure({ 'a/image.npy': image, ...files }, {}, pickedRowsNet())).toMatch(message);
  });
});

describe('images for a model with two inputs', () => {
  it('go to the image; the other has its constant', async () => {
    const files = { 'a.bmp': photo(1), 'b.bmp': photo(2) };
    const config = { input_type: 'image', format: 'RGB', inputs: [{ name: 'shift/by', value: 3 }] };
    const outcome = await run(files, config, twoInputNet());
    expect(outcome.images.used).toEqual(['a.bmp', 'b.bmp']);
    const { net } = readModel(readFileSync(outcome.target));
    const shift = net.extraTensorDescribe!.find(({ index }) => index === 3);
    // All its values are 3, in the last of KL's 2048 buckets, whose centre becomes 127.
    expect(shift!.quantInfo!.scale * 127).toBeCloseTo((3 * 2047.5) / 2048, 5);
  });

  it('need to know what the others hold', async () => {
    const message = await failure(
      { 'a.bmp': photo(1) },
      { input_type: 'image', format: 'RGB' },
      twoInputNet(),
    );
    expect(message).toContain('shift/by: float32 [1,4,6,8]');
    expect(message).toContain('give all but the image a value in "inputs"');
    const wrong = [{ name: 'shift/by', shape: [1, 4], value: 0 }];
    expect(
      await failure(
        { 'a.bmp': photo(1) },
        { input_type: 'image', format: 'RGB', inputs: wrong },
        twoInputNet(),
      ),
    ).toBe('inputs: shift/by: expected shape [1,4,6,8] (-1 is free), got [1,4]');
  });
});
