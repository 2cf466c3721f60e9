import { type Net, writeModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { fill, scratchFolder, smallNet } from './scratch.ts';

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

export function npy(descr: string, shape: string, body: Uint8Array, fortran = 'False'): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }\n`;
  const head = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8];
  return Uint8Array.from([...head, ...new TextEncoder().encode(header), ...body]);
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

async function failure(...job: Parameters<typeof run>): Promise<string> {
  return run(...job).then(
    () => 'no error',
    (error: Error) => error.message,
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
    expect(message).toBe('b: input image: expected 45 values for [1,3,3,5], got 36');
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
