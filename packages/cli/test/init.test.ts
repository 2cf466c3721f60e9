import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createTable,
  MNN_DATA_FORMAT,
  type Net,
  NetSource,
  type Op,
  OpType,
  writeModel,
} from '@mnnquant/mnn-format';
import { describe, expect, it, onTestFinished } from 'vitest';
import { init } from '../src/commands/init.ts';
import { parseConfig } from '../src/config/check.ts';
import { RECOMMENDED } from '../src/config/recommended.ts';
import { configSchema } from '../src/config/schema.ts';
import { type Answers, METHODS } from '../src/init/answers.ts';
import { type Ask, StoppedError } from '../src/init/ask.ts';
import { collectAnswers, type Given } from '../src/init/collect.ts';
import { configText } from '../src/init/config-text.ts';
import { folderSizes } from '../src/init/folder-sizes.ts';
import { guessInputs } from '../src/init/guess.ts';
import { methodEntries } from '../src/init/method-entries.ts';
import { type Format, normalizationOf, PRESETS } from '../src/init/presets.ts';
import { run } from './run-main.ts';
import { fill, photo, scratchFolder, smallJob, smallNet } from './scratch.ts';

/** A network with these inputs and nothing else that matters here. */
function netWith(
  inputs: Readonly<Record<string, { dims: number[]; dformat?: number; dtype?: number }>>,
  sourceType: number = NetSource.ONNX,
): Net {
  const names = Object.keys(inputs);
  const oplists: Op[] = Object.values(inputs).map(({ dims, ...rest }, i) =>
    createTable('Op', {
      name: names[i],
      type: OpType.Input,
      outputIndexes: Int32Array.of(i),
      main: { type: 'Input', value: createTable('Input', { dims: Int32Array.from(dims), ...rest }) },
    }),
  );
  return createTable('Net', { oplists, tensorName: names, sourceType });
}

const NOBODY = { folder: async () => undefined };
const given = (options: Partial<Given> = {}): Given => ({ shapes: new Map(), ...options });

function guess(dims: number[], dformat: number = MNN_DATA_FORMAT.NCHW, source?: number) {
  return guessInputs(netWith({ x: { dims, dformat } }, source), new Map());
}

/** Somebody who answers in this order, and notes what was asked. */
function scripted(...answers: readonly (string | undefined)[]) {
  const left = [...answers];
  const questions: string[] = [];
  const next = (question: string): string => {
    questions.push(question);
    const answer = left.shift();
    if (answer === undefined) throw new StoppedError('stopped; nothing was written');
    return answer;
  };
  const ask: Ask = {
    text: async (question, start, problem) => {
      const answer = next(question) || start;
      const wrong = problem(answer);
      if (wrong !== undefined) throw new Error(`${question}: ${wrong}`);
      return answer;
    },
    choice: async (question, choices) => {
      const answer = next(question);
      const found = choices.find(({ value }) => value === answer);
      if (found === undefined)
        throw new Error(`${question}: no ${answer} in ${choices.map(({ value }) => value)}`);
      return found.value;
    },
    confirm: async (question) => next(question) === 'yes',
    note: () => {},
  };
  return { ask, questions, left };
}

describe('what a model takes', () => {
  it.each<[number[], number, Record<string, unknown>]>([
    [[1, 3, 240, 320], MNN_DATA_FORMAT.NCHW, { formats: ['RGB', 'BGR'], width: 320, height: 240 }],
    [[1, 3, 240, 320], MNN_DATA_FORMAT.NC4HW4, { formats: ['RGB', 'BGR'], width: 320, height: 240 }],
    [[1, 240, 320, 3], MNN_DATA_FORMAT.NHWC, { formats: ['RGB', 'BGR'], width: 320, height: 240 }],
    [[-1, 1, 28, 28], MNN_DATA_FORMAT.NCHW, { formats: ['GRAY'], width: 28, height: 28 }],
    [[1, 4, 8, 9], MNN_DATA_FORMAT.NCHW, { formats: ['RGBA', 'BGRA'], width: 9, height: 8 }],
  ])('%j in layout %i is an image', (dims, layout, expected) => {
    expect(guess(dims, layout)).toMatchObject({ kind: 'image', ...expected });
  });

  it('of any size has no size', () => {
    const found = guess([1, 3, -1, -1]);
    expect(found.kind).toBe('image');
    expect(found).not.toHaveProperty('width');
    expect(guess([1, -1, 8, 8])).toMatchObject({ formats: ['RGB', 'BGR', 'GRAY', 'RGBA', 'BGRA'] });
  });

  it('of Caffe has blue first', () => {
    expect(guess([1, 3, 8, 8], MNN_DATA_FORMAT.NCHW, NetSource.CAFFE)).toMatchObject({
      formats: ['BGR', 'RGB'],
    });
  });

  it.each([[[1, 2, 8, 8]], [[1, 640]], [[]], [[1, 3, 4, 8, 8]], [[1, 8, 8, 3]]])('%j is no image', (dims) => {
    expect(guess(dims).kind).toBe('sequence');
  });

  it('several inputs are numbers from files', () => {
    const net = netWith({ image: { dims: [1, 3, 8, 8] }, mask: { dims: [1, 1, 8, 8] } });
    expect(guessInputs(net, new Map()).kind).toBe('sequence');
  });

  it('is an image where a shape is given', () => {
    const net = netWith({ x: { dims: [], dformat: MNN_DATA_FORMAT.NHWC } });
    expect(guessInputs(net, new Map([['x', [1, 32, 48, 1]]]))).toMatchObject({
      kind: 'image',
      width: 48,
      height: 32,
      formats: ['GRAY'],
    });
  });
});

describe('presets', () => {
  const ends = (name: string, format: Format): number[][] => {
    const { mean, normal } = normalizationOf(PRESETS.find((preset) => preset.name === name)!, format);
    return mean.map((value, i) => [0, 255].map((pixel) => (pixel - value) * normal[i]));
  };

  it.each([
    ['0..1', 0, 1],
    ['-1..1', -1, 1],
    ['127.5/128', -127.5 / 128, 127.5 / 128],
    ['none', 0, 255],
  ])('%s goes from %f to %f', (name, low, high) => {
    for (const format of ['RGB', 'GRAY', 'BGRA'] as const)
      for (const [black, white] of ends(name, format)) {
        expect(black).toBeCloseTo(low, 4);
        expect(white).toBeCloseTo(high, 4);
      }
  });

  it('ImageNet is (pixel / 255 - mean) / deviation in the order of the colours', () => {
    const [mean, deviation] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const expected = mean.map((value, i) => [(0 - value) / deviation[i], (1 - value) / deviation[i]]);
    for (const [format, order] of [
      ['RGB', expected],
      ['BGR', expected.toReversed()],
    ] as const)
      for (const [i, pair] of ends('imagenet', format).entries())
        for (const [k, value] of pair.entries()) expect(value).toBeCloseTo(order[i][k], 4);
  });

  it('are those that the command offers', () => {
    const option = init.options().find(({ long }) => long === '--preset');
    expect(option?.argChoices).toEqual(PRESETS.map(({ name }) => name));
  });
});

describe('the text', () => {
  const images = {
    files: 3,
    sizes: [
      { width: 640, height: 320 },
      { width: 100, height: 100 },
    ],
  };
  const check = (answers: Answers, comments: boolean) => {
    const text = configText(answers, { source: 'a\nb.mnn', comments });
    return { text, ...parseConfig(text, 'config.json', () => []) };
  };

  it.each([true, false])('is a config without warnings (comments: %s)', async (comments) => {
    for (const dims of [
      [1, 3, 8, 8],
      [1, 1, 8, 8],
      [1, 4, 8, 8],
      [1, 3, -1, -1],
      [1, 640],
      [2, -1],
    ])
      for (const method of METHODS) {
        const answers = await collectAnswers(guess(dims), given({ method }), { folder: async () => images });
        const { text, config, warnings } = check(answers, comments);
        expect(warnings).toEqual([]);
        expect(config.feature_quantize_method).toBe(method);
        expect(/\/\//.test(text)).toBe(comments);
        expect(text).not.toMatch(/TODO|undefined|NaN|Infinity/);
        if (!comments) expect(() => JSON.parse(text)).not.toThrow();
      }
  });

  it('has what goes with the recommended method, and recommends it with the others', async () => {
    const textOf = async (method: Answers['method'], comments: boolean) =>
      check(await collectAnswers(guess([1, 3, 8, 8]), given({ method }), NOBODY), comments);
    const together = { feature_asymmetric: true, equalize: true, bias_correction: true };
    for (const comments of [true, false])
      expect((await textOf('MSE', comments)).config).toMatchObject({
        ...together,
        feature_quantize_method: 'MSE',
      });
    const flat = (text: string): string => text.replaceAll(/\n +\/\/ /g, ' ');
    const { text, config } = await textOf('EMA', true);
    expect(config).toMatchObject({ feature_asymmetric: false, equalize: false, bias_correction: false });
    expect(flat(text)).toContain(
      '"feature_quantize_method": "MSE", "feature_asymmetric": true, "equalize": true, "bias_correction": true. mnnquant auto SRC.mnn',
    );
    expect(flat((await textOf('MSE', true)).text)).toContain('This and the three keys below are ahead');
  });

  it('leaves everything to a search that is asked for', () => {
    const entries = methodEntries({ method: 'AUTO' } as unknown as Answers);
    expect(entries.map(({ key, value }) => [key, value])).toEqual([['feature_quantize_method', 'AUTO']]);
    expect(entries[0]?.comments[0]).toContain('--target cosine=0.995');
  });

  it('says what is a guess, and what was given is none', async () => {
    const open = await collectAnswers(guess([1, 3, 8, 8]), given(), NOBODY);
    expect(check(open, true).text.match(/guess/gi)).toHaveLength(2);
    expect([...open.guessed]).toEqual(['format', 'mean']);
    const known = await collectAnswers(guess([1, 3, 8, 8]), given({ format: 'BGR', preset: 'none' }), NOBODY);
    expect(check(known, true).text).not.toMatch(/guess/i);
    expect(check(known, true).config).toMatchObject({ format: 'BGR', mean: [0, 0, 0], normal: [1, 1, 1] });
  });

  it('tells images of another shape, and how to cut them', async () => {
    const answers = await collectAnswers(guess([1, 3, 64, 64]), given(), { folder: async () => images });
    const { text } = check(answers, true);
    expect(text.replace(/\n +\/\/ /g, ' ')).toContain(
      '1 of the first 2 images have another shape, such as 640x320',
    );
    // Half of its width is as wide as it is high.
    expect(text).toContain('"center_crop_w": 0.5 cuts 640x320');
    const tall = { files: 1, sizes: [{ width: 30, height: 120 }] };
    const other = await collectAnswers(guess([1, 3, 64, 64]), given(), { folder: async () => tall });
    expect(check(other, true).text).toContain('"center_crop_h": 0.25 cuts 30x120');
  });

  it('keeps names inside of their comments and strings', async () => {
    const net = netWith({ 'in\n"put': { dims: [1, 3, 8, 8] } });
    const answers = await collectAnswers(guessInputs(net, new Map()), given({ path: 'a"b\\c\nd' }), NOBODY);
    expect(check(answers, true).config.path).toBe('a"b\\c\nd');
    const several = netWith({ 'a\u2028"b': { dims: [1, 5] }, c: { dims: [3] } });
    const found = await collectAnswers(guessInputs(several, new Map()), given(), NOBODY);
    expect(check(found, true).config.inputs.map(({ name }) => name)).toEqual(['a\u2028"b', 'c']);
  });

  it('lists inputs with the shapes that are known', async () => {
    const net = netWith({ a: { dims: [-1, 5] }, b: { dims: [1, -1] }, n: { dims: [], dtype: 3 } });
    const answers = await collectAnswers(guessInputs(net, new Map()), given(), NOBODY);
    const { config, text } = check(answers, true);
    expect(config).toMatchObject({
      input_type: 'sequence',
      inputs: [{ name: 'a', shape: [1, 5] }, { name: 'b' }, { name: 'n' }],
    });
    expect(config.inputs[1]).not.toHaveProperty('shape');
    expect(text).toContain('"b" has the shape [1,-1] in the model');
    expect(text).not.toContain('"n" has the shape');
  });
});

describe('answers', () => {
  it('to the method are all that the schema knows, the recommended one first; MNN’s where nobody answers', async () => {
    let offered: readonly { readonly value: string; readonly hint?: string | undefined }[] = [];
    const ask: Ask = {
      ...scripted().ask,
      choice: async (_, choices) => {
        offered = choices;
        return choices[0]!.value;
      },
    };
    const known = given({ path: 'p', format: 'RGB', preset: 'none' });
    const answers = await collectAnswers(guess([1, 3, 8, 8]), known, { ...NOBODY, ask });
    expect(answers.method).toBe('MSE');
    const { options } = configSchema.shape.feature_quantize_method.def.innerType;
    expect(offered.map(({ value }) => value).sort()).toEqual([...options].sort());
    for (const { hint } of offered) expect(hint).toMatch(/./);
    expect((await collectAnswers(guess([1, 3, 8, 8]), known, NOBODY)).method).toBe('KL');
  });

  it('are those of the person, and only what is open is asked', async () => {
    const person = scripted('shots/', 'BGR', 'other numbers', '104, 117, 123', '1', 'EMA');
    const answers = await collectAnswers(guess([1, 3, 8, 8]), given(), { ...NOBODY, ask: person.ask });
    expect(answers).toMatchObject({
      path: 'shots/',
      format: 'BGR',
      normalization: { mean: [104, 117, 123], normal: [1, 1, 1] },
      width: 8,
      height: 8,
      method: 'EMA',
    });
    expect(answers.guessed.size).toBe(0);
    expect(person.left).toEqual([]);
    const quiet = scripted();
    const all = given({ path: 'p', format: 'RGB', mean: [1], normal: [2], method: 'KL' });
    await collectAnswers(guess([1, 3, 8, 8]), all, { ...NOBODY, ask: quiet.ask });
    expect(quiet.questions).toEqual([]);
  });

  it('about the size begin with that of the images', async () => {
    const images = { files: 1, sizes: [{ width: 1920, height: 1080 }] };
    const person = scripted('p', 'RGB', 'none', '', '96', 'KL');
    const answers = await collectAnswers(guess([1, 3, -1, -1]), given(), {
      folder: async () => images,
      ask: person.ask,
    });
    expect(answers).toMatchObject({ width: 640, height: 96 });
    const alone = await collectAnswers(guess([1, 3, -1, -1]), given(), { folder: async () => images });
    expect(alone).toMatchObject({ width: 640, height: 352 });
    expect([...alone.guessed]).toContain('width');
  });

  it('about shapes of several inputs may be left open', async () => {
    const net = netWith({ a: { dims: [1, -1] }, b: { dims: [-1, -1] }, c: { dims: [1, 5] } });
    const person = scripted('s', '1, 512', '', 'KL');
    const answers = await collectAnswers(guessInputs(net, new Map()), given(), {
      ...NOBODY,
      ask: person.ask,
    });
    expect(answers).toMatchObject({ kind: 'sequence', shapes: new Map([['a', [1, 512]]]) });
  });

  it('that are wrong are told', async () => {
    const wrong = scripted('p', 'RGB', 'other numbers', '1, 2');
    await expect(collectAnswers(guess([1, 3, 8, 8]), given(), { ...NOBODY, ask: wrong.ask })).rejects.toThrow(
      /expected 1 number or 3/,
    );
    const zero = scripted('p', 'RGB', 'other numbers', '0', '0');
    await expect(collectAnswers(guess([1, 3, 8, 8]), given(), { ...NOBODY, ask: zero.ask })).rejects.toThrow(
      /all zero/,
    );
  });

  it.each<[number[], Partial<Given>, RegExp]>([
    [[1, 1, 8, 8], { format: 'RGB' }, /--format: the model's input x has 1 channel, RGB gives 3; use GRAY/],
    [[1, 3, 8, 8], { width: 9 }, /--width: the model's input x needs 8, got 9/],
    [[1, 3, 8, 8], { mean: [1, 2] }, /--mean: expected 1 number or 3 for RGB, got 2/],
    [[1, 3, 8, 8], { normal: [0] }, /--normal: .*not 0/],
    [[1, 3, 8, 8], { preset: 'none', mean: [1] }, /--preset has mean and normal/],
    [[1, 640], { format: 'RGB' }, /--format: the model takes no image \(its inputs: x \[1,640\]\)/],
  ])('given for %j as %j are refused', async (dims, options, message) => {
    await expect(collectAnswers(guess(dims), given(options), NOBODY)).rejects.toThrow(message);
  });
});

describe('a folder', () => {
  it('tells the sizes of its first images and skips what is none', async () => {
    const folder = scratchFolder();
    fill(folder, { 'a.bmp': photo(1), 'b.txt': 'x', '.c.bmp': photo(2), 'd/e.bmp': photo(3) });
    expect(await folderSizes(folder)).toEqual({ files: 2, sizes: [{ width: 5, height: 3 }] });
    expect(await folderSizes(join(folder, 'none'))).toBeUndefined();
    expect(await folderSizes(join(folder, 'b.txt'))).toBeUndefined();
    mkdirSync(join(folder, 'empty'));
    expect(await folderSizes(join(folder, 'empty'))).toEqual({ files: 0, sizes: [] });
  });
});

/** In a folder with a model and photos. */
function inJob(net?: Net) {
  const job = smallJob({}, net);
  const cwd = process.cwd();
  process.chdir(job.folder);
  onTestFinished(() => process.chdir(cwd));
  return job;
}

describe('the command', () => {
  it('writes a config with which the model is quantized', async () => {
    const { folder } = inJob();
    const { code, stdout, stderr } = await run('init', 'small.mnn', 'new.json', '--yes', '--path', 'photos');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Check       format, mean and normal: ');
    expect(stdout).toMatch(/^Then {8}mnnquant small\.mnn small-int8\.mnn new\.json$/m);
    expect((await run('small.mnn', 'small-int8.mnn', 'new.json')).code).toBe(0);
    expect(readdirSync(folder)).toContain('small-int8.mnn');
  });

  it('writes one for the example, which stays as good', async () => {
    const folder = scratchFolder();
    const example = fileURLToPath(new URL('../../../examples/digits/', import.meta.url));
    const [source, config, target] = [
      join(example, 'digits.mnn'),
      join(folder, 'c.json'),
      join(folder, 'd.mnn'),
    ];
    const options = ['--yes', '--path', join(example, 'calibration'), '--preset', '-1..1'];
    expect((await run('init', source, config, ...options)).code).toBe(0);
    expect(parseConfig(readFileSync(config, 'utf8'), config, () => []).config).toMatchObject({
      format: 'GRAY',
      width: 32,
    });
    const { code, stdout } = await run(source, target, config);
    expect([code, stdout.includes('9 of 9 convolutions')]).toEqual([0, true]);
    // As with the config that lies beside it.
    const own = join(folder, 'own.json');
    const shipped = JSON.parse(readFileSync(join(example, 'config.json'), 'utf8'));
    writeFileSync(own, JSON.stringify({ ...shipped, path: join(example, 'calibration') }));
    await run('-q', source, join(folder, 'e.mnn'), own);
    expect(readFileSync(target)).toEqual(readFileSync(join(folder, 'e.mnn')));
  });

  it('writes one that a model of numbers is quantized with', async () => {
    const { folder } = inJob();
    const net = smallNet();
    const [image, ...rest] = net.oplists!;
    const other: Op = { ...image, name: 'extra', outputIndexes: Int32Array.of(3) };
    const sum = createTable('Op', {
      name: 'sum',
      type: OpType.BinaryOp,
      inputIndexes: Int32Array.of(0, 3),
      outputIndexes: Int32Array.of(4),
      main: { type: 'BinaryOp', value: createTable('BinaryOp', {}) },
    });
    const [conv1, conv2] = rest;
    const two: Net = {
      ...net,
      oplists: [image, other, sum, { ...conv1, inputIndexes: Int32Array.of(4) }, conv2],
      tensorName: ['image', 'conv1', 'conv2', 'extra', 'sum'],
    };
    fill(folder, { 'two.mnn': writeModel(two) });
    const numbers = Array.from({ length: 3 * 8 * 6 }, (_, i) => Math.sin(i)).join(' ');
    fill(folder, { 'samples/1/image.txt': numbers, 'samples/1/extra.txt': numbers });
    expect((await run('init', 'two.mnn', 'two.json', '-y')).code).toBe(0);
    expect((await run('-q', 'two.mnn', 'two-int8.mnn', 'two.json')).code).toBe(0);
  });

  it('asks nothing where there is no terminal, and writes config.json', async () => {
    const { folder } = inJob();
    writeFileSync(join(folder, 'keep'), readFileSync(join(folder, 'config.json')));
    const refused = await run('init', 'small.mnn');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'error: config.json is there already; --force replaces it, or give another name\n',
    ]);
    expect(readFileSync('config.json')).toEqual(readFileSync('keep'));
    const { code, stdout } = await run('init', 'small.mnn', '--force');
    expect([code, stdout.includes('Make        the folder images/ with samples')]).toEqual([0, true]);
    expect(readFileSync('config.json', 'utf8')).toContain('"path": "images/"');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('takes answers from options', async () => {
    inJob();
    await run(
      'init',
      'small.mnn',
      'a.json',
      '--format',
      'BGR',
      '--mean',
      '104,117,123',
      '--normal=0.5',
      '--method',
      'ADMM',
      '--no-comments',
    );
    expect(JSON.parse(readFileSync('a.json', 'utf8'))).toEqual({
      path: 'images/',
      format: 'BGR',
      mean: [104, 117, 123],
      normal: [0.5, 0.5, 0.5],
      width: 8,
      height: 6,
      feature_quantize_method: 'ADMM',
      weight_quantize_method: 'MAX_ABS',
    });
  });

  it.each([
    [['--mean', '1,,2'], 'Expected 1 to 4 numbers'],
    [['--mean', '1,2,3,4,5'], 'Expected 1 to 4 numbers'],
    [['--width', '0'], 'Expected a whole number of pixels'],
    [['--preset', 'best'], 'Allowed choices are'],
    [['--method', 'best'], 'Allowed choices are'],
    [['--shape', 'other=1,2'], 'no input is called "other"'],
  ])('refuses %j', async (options, message) => {
    inJob();
    const { code, stderr } = await run('init', 'small.mnn', 'a.json', ...options);
    expect([code, stderr.includes(message)]).toEqual([2, true]);
    expect(existsSync('a.json')).toBe(false);
  });

  it('refuses to write over the model, into no folder, and for a quantized model', async () => {
    const { source, target, config } = inJob();
    expect((await run('init', 'small.mnn', 'small.mnn', '--force')).code).toBe(2);
    expect((await run('init', 'small.mnn', 'nowhere/a.json')).code).toBe(2);
    await run('-q', source, target, config);
    const { code, stderr } = await run('init', 'small-int8.mnn', 'a.json');
    expect([code, stderr.includes('quantized already')]).toEqual([1, true]);
    expect(existsSync('a.json')).toBe(false);
  });
});

const COMMAND = fileURLToPath(new URL('../bin/mnnquant.js', import.meta.url));
/** Of util-linux: runs a command in a terminal of its own. */
const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

/** Types `keys` one after the other, each as soon as a question waits, and returns all that was shown. */
async function inTerminal(cwd: string, args: readonly string[], keys: readonly string[]) {
  const line = [process.execPath, COMMAND, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], { cwd, env: { ...process.env, TERM: 'xterm' } });
  const left = [...keys];
  let [shown, answered] = ['', 0];
  child.stdout.on('data', (text) => {
    shown += text;
    // The mark of a question that is not answered yet.
    const asked = shown.split('\u25c6').length - 1;
    if (asked <= answered || left.length === 0) return;
    answered = asked;
    child.stdin.write(left.shift());
  });
  const code = await new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  return { code, shown };
}

describe.skipIf(!hasTerminal)(`on a terminal${hasTerminal ? '' : ' (skipped: there is no `script`)'}`, () => {
  it('Enter takes what is offered', async () => {
    const { folder } = smallJob();
    const keys = ['\r', '\r', '\r', '\r'];
    const { code, shown } = await inTerminal(folder, ['init', 'small.mnn', 'new.json'], keys);
    expect(code, shown).toBe(0);
    expect(shown).toContain('takes an image of 8x6 pixels');
    const { config } = parseConfig(readFileSync(join(folder, 'new.json'), 'utf8'), 'new.json', () => []);
    // The network says no source, which is Caffe's number.
    expect(config).toMatchObject({ path: 'images/', format: 'BGR', ...RECOMMENDED });
  });

  it('Ctrl-C leaves everything as it was', async () => {
    const { folder } = smallJob();
    const before = readdirSync(folder);
    const { code, shown } = await inTerminal(folder, ['init', 'small.mnn', 'new.json'], ['\r', '\u0003']);
    expect(code, shown).toBe(1);
    expect(shown).toContain('stopped; nothing was written');
    expect(readdirSync(folder)).toEqual(before);
  });

  it('a file that is there is only replaced where that is wanted', async () => {
    const { folder, config } = smallJob();
    const before = readFileSync(config);
    const { code, shown } = await inTerminal(folder, ['init', 'small.mnn'], ['\r']);
    expect([code, shown.includes('config.json was left as it is')]).toEqual([1, true]);
    expect(readFileSync(config)).toEqual(before);
  });
});
