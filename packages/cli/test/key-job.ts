import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Convolution2D, decodeConvolutionWeights, type Net, readModel } from '@mnnquant/mnn-format';
import { type QuantizeOutcome, quantizeFile } from '../src/quantize-file.ts';
import { bmp } from './image-files.ts';
import { fill, smallConfig, smallJob, smallNet } from './scratch.ts';

export type Change = Readonly<Record<string, unknown>>;

export interface KeyJob {
  readonly net?: Net;
  /** Images of 5x3 by name, as colours 0xRRGGBB; three of them where left out. */
  readonly images?: Readonly<Record<string, number | ((x: number, y: number) => number)>>;
  /** Other files beside the config. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** What a run with a config came to. */
export interface KeyResult {
  readonly outcome: QuantizeOutcome;
  readonly bytes: Buffer;
  readonly net: Net;
  readonly folder: readonly string[];
  read(name: string): string;
  /** Of a tensor by its name. */
  quant(tensor: string): { scale: number; zero: number; min: number; max: number };
  /** Of a convolution by its name. */
  convolution(op: string): { alpha: Float32Array; buffer: Uint8Array; levels: number[] };
}

function jobFor(change: Change, { net = smallNet(), images = {}, files = {} }: KeyJob) {
  const job = smallJob(change, net);
  const named = Object.entries(images).map(([name, colour]): [string, Uint8Array] => [
    `colours/${name}`,
    bmp({ bits: 24, pixel: typeof colour === 'number' ? () => colour : colour }),
  ]);
  fill(job.folder, { ...files, ...Object.fromEntries(named) });
  const folder = job.at(named.length > 0 ? 'colours' : 'photos');
  // A folder of the job; anything else as it is, to be refused.
  const given = change.path;
  const path = typeof given === 'string' && given !== '' ? job.at(given) : given;
  const config = { ...smallConfig, ...change, path: 'path' in change ? path : folder };
  fill(job.folder, { 'config.json': JSON.stringify(config) });
  return job;
}

/** Quantizes the small net, or the one given, with keys of the config changed. */
export async function runWith(change: Change, given: KeyJob = {}): Promise<KeyResult> {
  const job = jobFor(change, given);
  const outcome = await quantizeFile({ ...job, memoryBytes: 2 ** 28 });
  const bytes = readFileSync(job.target);
  const { net } = readModel(bytes);
  return {
    outcome,
    bytes,
    net,
    folder: readdirSync(job.folder),
    read: (name) => readFileSync(job.at(name), 'utf8'),
    quant: (tensor) => {
      const index = net.tensorName!.indexOf(tensor);
      const { scale, zero, min, max } = net.extraTensorDescribe!.find((one) => one.index === index)!
        .quantInfo!;
      return { scale, zero, min, max };
    },
    convolution: (name) => {
      const main = net.oplists!.find((op) => op.name === name)!.main!.value as Convolution2D;
      const { alpha, buffer } = main.quanParameter!;
      const values = decodeConvolutionWeights(main, name);
      const size = values.length / alpha!.length;
      const levels = [...values].map((value, i) => Math.round(value / alpha![Math.floor(i / size)]!));
      return { alpha: alpha!, buffer: Uint8Array.from(buffer!), levels };
    },
  };
}

/** What a run that fails says; it must leave no file. */
export async function failureOf(change: Change, given: KeyJob = {}): Promise<string> {
  const job = jobFor(change, given);
  const before = readdirSync(job.folder);
  const message = await quantizeFile({ ...job, memoryBytes: 2 ** 28 }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (message === undefined) throw new Error('the config was accepted');
  if (existsSync(job.target) || readdirSync(job.folder).length !== before.length)
    throw new Error(`files were left: ${readdirSync(job.folder).join(', ')}`);
  return message;
}

/** An image that is red all over. */
export const RED = { 'red.bmp': 0xff0000 };
/** Pixels as they are. */
export const plain = { mean: [0, 0, 0], normal: [1, 1, 1] };

/** The widest threshold of KL is the middle of the last of 2048 bins, as in MNN. */
export const WIDEST = 2047.5 / 2048;

/** A key, and what it is documented to change. */
export type Effect = readonly [key: string, what: string, check: () => Promise<void>];
