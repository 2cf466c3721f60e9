import { channelCount } from '@mnnquant/calibrate';
import { channelAxis } from '@mnnquant/graph';
import { UsageError } from '../errors.ts';
import {
  type Answers,
  type FolderSizes,
  type ImageAnswers,
  METHODS,
  type Method,
  type SequenceAnswers,
} from './answers.ts';
import type { Ask } from './ask.ts';
import type { ImageGuess, ModelGuess, SequenceGuess } from './guess.ts';
import { type Format, type Normalization, normalizationOf, PRESETS } from './presets.ts';

/** What was said on the command line. */
export interface Given {
  readonly path?: string;
  readonly format?: Format;
  readonly mean?: readonly number[];
  readonly normal?: readonly number[];
  readonly preset?: string;
  readonly method?: Method;
  readonly width?: number;
  readonly height?: number;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

export interface Surroundings {
  /** Absent where there is nobody to ask: then the likeliest is taken. */
  readonly ask?: Ask;
  /** What a folder holds; `undefined` where there is none. */
  folder(path: string): Promise<FolderSizes | undefined>;
}

/** MNN's: whoever asks for nothing gets what its tool does. */
const DEFAULT_METHOD: Method = 'KL';
const DEFAULT_PATH = 'images/';
const DEFAULT_SAMPLES = 'samples/';
/** Pixels, where neither model nor images say anything. */
const DEFAULT_SIZE = 224;
/** Networks that take any size want multiples of this, the product of their strides. */
const SIZE_STEP = 32;
const LARGEST_SIZE = 640;

/**
 * Everything that the config needs: what was given, else what a person answers, else the likeliest.
 *
 * @throws {UsageError} where what was given does not fit the model; {StoppedError} where the person breaks off
 */
export async function collectAnswers(
  guess: ModelGuess,
  given: Given,
  around: Surroundings,
): Promise<Answers> {
  return guess.kind === 'image' ? imageAnswers(guess, given, around) : sequenceAnswers(guess, given, around);
}

async function imageAnswers(guess: ImageGuess, given: Given, around: Surroundings): Promise<ImageAnswers> {
  const { ask } = around;
  const guessed = new Set<string>();
  const path = given.path ?? (await askPath(around, 'Folder with sample images', DEFAULT_PATH));
  const images = await around.folder(path);
  const format = await formatOf(guess, given, ask, guessed);
  const normalization = await askNormalization(format, given, ask, guessed);
  const { width, height } = await sizeOf(guess, given, ask, images, guessed);
  const method = await methodOf(given, ask);
  const shape = given.shapes.get(guess.input.name);
  return {
    kind: 'image',
    guess,
    path,
    format,
    normalization,
    width,
    height,
    method,
    guessed,
    ...(images && { images }),
    ...(shape && guess.input.declared.length === 0 && { shape }),
  };
}

async function askPath({ ask, folder }: Surroundings, question: string, start: string): Promise<string> {
  if (ask === undefined) return start;
  const path = await ask.text(question, start, (answer) =>
    answer.includes('\0') || answer.trim() === '' ? 'expected the name of a folder' : undefined,
  );
  if ((await folder(path)) === undefined)
    ask.note(`There is no folder ${path} yet; make it before quantizing.`);
  return path;
}

async function formatOf(
  guess: ImageGuess,
  given: Given,
  ask: Ask | undefined,
  guessed: Set<string>,
): Promise<Format> {
  const { formats, input } = guess;
  if (given.format !== undefined) {
    if (formats.includes(given.format)) return given.format;
    const channels = input.declared[channelAxis(input.layout, 4)] ?? channelCount(formats[0]);
    throw new UsageError(
      `--format: the model's input ${input.name} has ${channels} ${channels === 1 ? 'channel' : 'channels'}, ${given.format} gives ${channelCount(given.format)}; use ${formats.join(' or ')}`,
    );
  }
  if (formats.length === 1) return formats[0];
  if (ask === undefined) {
    guessed.add('format');
    return formats[0];
  }
  const hints: Partial<Record<Format, string>> = { RGB: 'most networks', BGR: 'OpenCV, Caffe' };
  return ask.choice(
    'Order of the colours in training',
    formats.map((value) => ({ value, hint: hints[value] })),
  );
}

const OTHER = 'other numbers';

async function askNormalization(
  format: Format,
  given: Given,
  ask: Ask | undefined,
  guessed: Set<string>,
): Promise<Normalization> {
  const fixed = givenNormalization(format, given);
  if (fixed !== undefined) return fixed;
  // Grey and transparent images are seldom normalized with the colours of ImageNet.
  const presets = channelCount(format) === 3 ? PRESETS : PRESETS.filter(({ name }) => name !== 'imagenet');
  if (ask === undefined) {
    guessed.add('mean');
    return normalizationOf(presets[0], format);
  }
  const choices = [
    ...presets.map(({ name, meaning }) => ({ value: name, hint: meaning })),
    { value: OTHER, hint: 'mean and normal one after the other' },
  ];
  const name = await ask.choice('How pixels became inputs in training', choices);
  const preset = PRESETS.find((one) => one.name === name);
  if (preset) return normalizationOf(preset, format);
  const channels = channelCount(format);
  const problem = (text: string): string | undefined => numbersProblem(text, channels);
  const mean = await ask.text(
    `mean, ${channels} numbers for ${format}`,
    new Array(channels).fill(0).join(', '),
    problem,
  );
  const normal = await ask.text(
    `normal, ${channels} numbers (1 / deviation)`,
    new Array(channels).fill(1).join(', '),
    (text) =>
      problem(text) ??
      (numbersOf(text).every((n) => n === 0) ? 'all zero would make every input zero' : undefined),
  );
  return { mean: spread(numbersOf(mean), channels), normal: spread(numbersOf(normal), channels) };
}

/** @throws {UsageError} where numbers do not fit the format */
function givenNormalization(format: Format, { mean, normal, preset }: Given): Normalization | undefined {
  if (preset !== undefined) {
    if (mean ?? normal) throw new UsageError('--preset has mean and normal; leave it or those out');
    return normalizationOf(PRESETS.find(({ name }) => name === preset)!, format);
  }
  if (mean === undefined && normal === undefined) return undefined;
  const channels = channelCount(format);
  for (const [option, numbers] of [
    ['--mean', mean],
    ['--normal', normal],
  ] as const)
    if (numbers && numbers.length !== 1 && numbers.length !== channels)
      throw new UsageError(
        `${option}: expected 1 number or ${channels} for ${format}, got ${numbers.length}`,
      );
  if (normal?.every((value) => value === 0))
    throw new UsageError('--normal: expected a number that is not 0, all zero would make every input zero');
  return { mean: spread(mean ?? [0], channels), normal: spread(normal ?? [1], channels) };
}

function spread(numbers: readonly number[], channels: number): readonly number[] {
  return numbers.length === 1 ? new Array<number>(channels).fill(numbers[0]) : numbers;
}

/** Numbers between commas or blanks. */
export function numbersOf(text: string): number[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(Number);
}

function numbersProblem(text: string, channels: number): string | undefined {
  const numbers = numbersOf(text);
  const fits = (numbers.length === 1 || numbers.length === channels) && numbers.every(Number.isFinite);
  return fits
    ? undefined
    : `expected 1 number or ${channels}, such as ${new Array(channels).fill(127.5).join(', ')}`;
}

async function sizeOf(
  guess: ImageGuess,
  given: Given,
  ask: Ask | undefined,
  images: FolderSizes | undefined,
  guessed: Set<string>,
): Promise<{ width: number; height: number }> {
  const start = likelySize(images);
  const of = async (key: 'width' | 'height'): Promise<number> => {
    const fixed = guess[key];
    const wanted = given[key];
    if (fixed !== undefined && wanted !== undefined && fixed !== wanted)
      throw new UsageError(`--${key}: the model's input ${guess.input.name} needs ${fixed}, got ${wanted}`);
    const known = fixed ?? wanted;
    if (known !== undefined) return known;
    if (ask === undefined) {
      guessed.add('width');
      return start[key];
    }
    const isSize = (text: string): boolean => /^\d{1,5}$/.test(text.trim()) && Number(text) >= 1;
    const question = `The model takes any size. ${key === 'width' ? 'Width' : 'Height'} that it will be used with`;
    return Number(
      await ask.text(question, String(start[key]), (text) =>
        isSize(text) ? undefined : 'expected a whole number of pixels',
      ),
    );
  };
  return { width: await of('width'), height: await of('height') };
}

/** That of the first image, not larger than what networks are fed with. */
function likelySize(images: FolderSizes | undefined): { width: number; height: number } {
  const [first] = images?.sizes ?? [];
  if (first === undefined) return { width: DEFAULT_SIZE, height: DEFAULT_SIZE };
  const scale = Math.min(1, LARGEST_SIZE / Math.max(first.width, first.height));
  const step = (pixels: number): number => SIZE_STEP * Math.max(1, Math.round((pixels * scale) / SIZE_STEP));
  return { width: step(first.width), height: step(first.height) };
}

/** In the order of the choice. */
const METHOD_HINTS: Readonly<Record<string, string>> = {
  MSE: 'with asymmetric ranges, equalization and bias correction: try this first',
  AUTO: 'tries settings and takes the best: many runs over the samples',
  KL: "MNN's default",
  EMA: "MNN's; values that are not centred on 0",
  ADMM: "MNN's; few samples",
  PERCENTILE: 'cuts off the share that you say',
  MAX: 'cuts nothing off',
};

/** The likelier first; what has no hint comes last. */
function methodChoices(): { value: Method; hint?: string | undefined }[] {
  const order = Object.keys(METHOD_HINTS);
  const place = (method: Method): number => (order.includes(method) ? order.indexOf(method) : order.length);
  return [...METHODS]
    .sort((a, b) => place(a) - place(b))
    .map((value) => ({ value, hint: METHOD_HINTS[value] }));
}

async function methodOf({ method }: Given, ask: Ask | undefined): Promise<Method> {
  if (method !== undefined || ask === undefined) return method ?? DEFAULT_METHOD;
  return ask.choice('How scales of activations are found', methodChoices());
}

async function sequenceAnswers(
  guess: SequenceGuess,
  given: Given,
  around: Surroundings,
): Promise<SequenceAnswers> {
  const { ask } = around;
  for (const key of ['format', 'mean', 'normal', 'preset', 'width', 'height'] as const)
    if (given[key] !== undefined)
      throw new UsageError(
        `--${key}: the model takes no image (its inputs: ${guess.inputs.map(({ name, declared }) => `${name} [${declared}]`).join(', ')}); samples are numbers from files`,
      );
  ask?.note('Samples are numbers from files, a folder per sample.');
  const path = given.path ?? (await askPath(around, 'Folder with the samples', DEFAULT_SAMPLES));
  const shapes = new Map(given.shapes);
  for (const { name, declared, shape } of ask ? guess.inputs : []) {
    if (shape !== undefined || shapes.has(name)) continue;
    const answer = await ask!.text(
      `Shape of ${name}, declared [${declared}]; empty where each sample has its own`,
      '',
      (text) => (text.trim() === '' ? undefined : shapeProblem(text, declared)),
    );
    if (answer.trim() !== '') shapes.set(name, numbersOf(answer));
  }
  return { kind: 'sequence', guess, path, shapes, method: await methodOf(given, ask), guessed: new Set() };
}

function shapeProblem(text: string, declared: readonly number[]): string | undefined {
  const given = numbersOf(text);
  const whole = given.every((extent) => Number.isSafeInteger(extent) && extent >= 1);
  const fits =
    declared.length === 0 ||
    (given.length === declared.length &&
      given.every((extent, i) => declared[i] < 0 || i === 0 || declared[i] === extent));
  return whole && fits ? undefined : `expected whole numbers for [${declared}], -1 is free`;
}
