import { readdir, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

import { elementCount, type GraphInput, type Sample, type TensorData } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import { ARCHIVE_ENDING, ARRAY_ENDINGS, type FileArray, readArchive, readArray } from './arrays.ts';
import { constantInput, type InputEntry } from './constant-inputs.ts';
import { INPUT_JSON, type InputJson, readInputJson } from './input-json.ts';
import { didYouMean, fileStems } from './input-names.ts';
import { configuredShape, entryShape, shapeProblem } from './input-shapes.ts';
import { asTensorData, notFinite } from './numbers.ts';
import type { SkippedFile } from './opened.ts';

/** What the samples are read for. */
export interface SequenceModel {
  readonly inputs: readonly GraphInput[];
  /** Names of the model's outputs: files that are called so are expected results. */
  readonly outputs: readonly string[];
  readonly config: Config;
  readonly entries: ReadonlyMap<string, InputEntry>;
}

export interface SequenceSample {
  readonly data: Sample;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Paths of what was read. */
  readonly files: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** Numbers that are NaN or infinite, by input. */
  readonly notFinite: ReadonlyMap<string, number>;
}

/** Arrays that were found for a sample, by input name. */
interface Found {
  readonly arrays: Map<string, FileArray>;
  readonly files: string[];
  readonly skipped: SkippedFile[];
  readonly json?: InputJson;
}

/**
 * Reads the sample that an entry of the folder holds: a folder with a file per input, an archive, or the
 * file of the only input.
 *
 * @throws {Error} naming the input, with expected and got; the caller names the sample
 */
export async function readSequenceSample(
  model: SequenceModel,
  path: string,
  isFolder: boolean,
): Promise<SequenceSample> {
  const found = isFolder ? await inFolder(model, path) : await inFile(model, path);
  const data = new Map<string, TensorData>();
  const shapes = new Map<string, readonly number[]>();
  const bad = new Map<string, number>();
  for (const input of model.inputs) {
    const { shape, content } = inputContent(model, input, found);
    data.set(input.name, content);
    shapes.set(input.name, shape);
    const count = notFinite(content);
    if (count > 0) bad.set(input.name, count);
  }
  return { data, shapes, files: found.files, skipped: found.skipped, notFinite: bad };
}

function inputContent({ config, entries }: SequenceModel, input: GraphInput, { arrays, files, json }: Found) {
  const { name } = input;
  const array = arrays.get(name);
  const entry = entries.get(name);
  if (array === undefined && entry?.value === undefined) throw noFile(name, files);
  const said = json?.shapes.get(name);
  if (array?.shape && said && String(array.shape) !== String(said))
    throw new Error(`input ${name}: ${INPUT_JSON} says [${said}], its file has [${array.shape}]`);
  const shape = configuredShape(input, config, array?.shape ?? said ?? entryShape(input, entry));
  if (shape === undefined)
    throw new Error(
      `input ${name}: ${input.desc.shape.length === 0 ? 'the model does not say its shape' : `its size is dynamic ([${input.desc.shape}])`}; say it in ${INPUT_JSON} or in "inputs" of the config`,
    );
  const problem = shapeProblem(input, shape);
  if (problem) throw new Error(`input ${name}: ${problem}`);
  if (array) return { shape, content: arrayContent(input, shape, array) };
  return { shape, content: constantInput(input, shape, entry!.value!) };
}

function noFile(name: string, files: readonly string[]): Error {
  const others = files.length > 0 ? '' : ', nor one for any other input';
  return new Error(
    `input ${name}: expected a file ${fileStems(name, [name]).at(-1)} with one of ${ARRAY_ENDINGS.join(' ')}, there is none${others}`,
  );
}

function arrayContent({ name, desc }: GraphInput, shape: readonly number[], { data }: FileArray): TensorData {
  const expected = elementCount(shape);
  if (data.length !== expected)
    throw new Error(`input ${name}: expected ${expected} values for [${shape}], got ${data.length}`);
  try {
    return asTensorData(data, desc.dtype);
  } catch (error) {
    throw new Error(`input ${name}: ${messageOf(error)}`, { cause: error });
  }
}

/** A file in place of a folder: an archive, or the array of the only input that has no constant. */
async function inFile({ inputs, entries }: SequenceModel, path: string): Promise<Found> {
  if (path.endsWith(ARCHIVE_ENDING))
    return { arrays: await fromArchive(inputs, path), files: [path], skipped: [] };
  const needed = inputs.filter(({ name }) => entries.get(name)?.value === undefined);
  return { arrays: new Map([[needed[0].name, await readArray(path)]]), files: [path], skipped: [] };
}

async function fromArchive(inputs: readonly GraphInput[], path: string): Promise<Map<string, FileArray>> {
  const names = inputs.map(({ name }) => name);
  const result = new Map<string, FileArray>();
  for (const [key, array] of await readArchive(path)) {
    const name = names.find((one) => one === key) ?? names.find((one) => fileStems(one, names).includes(key));
    if (name === undefined)
      throw new Error(
        `no input is called "${key}"${didYouMean(key, names)}; the model has ${names.join(', ')}`,
      );
    result.set(name, array);
  }
  return result;
}

async function inFolder(model: SequenceModel, folder: string): Promise<Found> {
  const names = model.inputs.map(({ name }) => name);
  const json = await readInputJson(folder, names);
  const there = await filesOf(folder);
  const archives = there.filter((file) => file.endsWith(ARCHIVE_ENDING) && !file.startsWith('.'));
  if (archives.length > 1) throw new Error(`expected one ${ARCHIVE_ENDING} file, got ${archives.join(', ')}`);
  const arrays: Map<string, FileArray> =
    archives.length === 1 ? await fromArchive(model.inputs, join(folder, archives[0])) : new Map();
  const used = new Set([...archives, ...(json ? [INPUT_JSON] : [])]);
  for (const name of names) {
    const file = fileFor(name, names, there, arrays.has(name) ? archives : []);
    if (file === undefined) continue;
    used.add(file);
    arrays.set(name, await readArray(join(folder, file)).catch((error) => fail(file, error)));
  }
  const outputs = new Set(
    [...model.outputs, ...(json?.outputs ?? [])].flatMap((name) => fileStems(name, names)),
  );
  const left = there.filter((file) => !used.has(file) && !outputs.has(stemOf(file)));
  const skipped = left.map((name) => ({ name, reason: extraReason(name, names) }));
  return { arrays, json, skipped, files: [...used].map((file) => join(folder, file)) };
}

function fail(file: string, error: unknown): never {
  throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
}

/** Paths inside the folder, with `/` on every system. Pipes and devices, which never end, are left out. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const regular = entry.isSymbolicLink()
      ? (await stat(path).catch(() => undefined))?.isFile()
      : entry.isFile();
    if (regular) files.push(path.slice(join(folder, sep).length).replaceAll(sep, '/'));
  }
  return files.sort();
}

function fileFor(
  name: string,
  names: readonly string[],
  there: readonly string[],
  already: readonly string[],
): string | undefined {
  const candidates = fileStems(name, names).flatMap((stem) => ARRAY_ENDINGS.map((ending) => stem + ending));
  const found = there.filter((file) => candidates.includes(file));
  if (found.length + already.length > 1)
    throw new Error(`input ${name}: expected one file, got ${[...found, ...already].join(', ')}`);
  return found[0];
}

function stemOf(file: string): string {
  return file.slice(0, file.length - extname(file).length);
}

function extraReason(file: string, names: readonly string[]): string {
  if (file.split('/').some((step) => step.startsWith('.'))) return 'is hidden (its name begins with a dot)';
  if (![...ARRAY_ENDINGS, ARCHIVE_ENDING].includes(extname(file)))
    return `is none of ${ARRAY_ENDINGS.join(' ')} ${ARCHIVE_ENDING}`;
  const near = didYouMean(stemOf(file), names);
  return `belongs to no input${near || `; the model has ${names.join(', ')}`}`;
}
