import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

import type { Graph, Sample } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import { messageOf, QuantizeError } from '../errors.ts';
import { SeenContent } from '../stable-file.ts';
import { ARCHIVE_ENDING, ARRAY_ENDINGS } from './arrays.ts';
import { inputEntries } from './constant-inputs.ts';
import { folderEntries } from './folder-entries.ts';
import {
  compareNames,
  type HashContent,
  type OpenedSamples,
  type OpenOptions,
  type SampleSource,
  type SkippedFile,
} from './opened.ts';
import { readSequenceSample, type SequenceModel, type SequenceSample } from './sequence-sample.ts';
import { skippedLines } from './skipped-lines.ts';

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/**
 * Samples as arrays: a folder per sample, an `.npz` file per sample or, where the model has one input
 * to feed, a file per sample.
 *
 * @throws {QuantizeError} naming sample and input where the first sample is wrong, or there is none
 * @throws {UsageError} where `inputs` of the config does not fit the model
 */
export async function sequenceSource(
  graph: Graph,
  config: Config,
  limit: number | undefined,
): Promise<SampleSource> {
  const model: SequenceModel = {
    inputs: graph.inputs,
    outputs: graph.outputs.map(({ name }) => name),
    config,
    entries: inputEntries(graph.inputs, config),
  };
  const { entries, skipped } = await entriesOf(config.path, model);
  if (entries.length === 0) throw new QuantizeError(noSamples(config.path, skipped));
  const { shapes } = await readEntry(model, entries[0]);
  const used = entries.slice(0, limit);
  return {
    shapes,
    count: used.length,
    open: (options) => openAll(model, used, { skipped, unused: entries.length - used.length }, options),
  };
}

async function readEntry(model: SequenceModel, { name, isFolder }: Entry): Promise<SequenceSample> {
  const path = join(model.config.path, name);
  try {
    return await readSequenceSample(model, path, isFolder);
  } catch (error) {
    throw new QuantizeError(`${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function openAll(
  model: SequenceModel,
  entries: readonly Entry[],
  rest: { readonly skipped: readonly SkippedFile[]; readonly unused: number },
  { cacheBytes, hash, onProgress }: OpenOptions,
): Promise<OpenedSamples> {
  const cache = new Map<number, Sample>();
  const seen = new SeenContent();
  const shapes: SequenceSample['shapes'][] = [];
  const files: string[] = [];
  const hashes: string[] = [];
  const skipped = [...rest.skipped];
  const bad: string[] = [];
  let left = cacheBytes;
  for (const [index, entry] of entries.entries()) {
    const sample = await readEntry(model, entry);
    const bytes = [...sample.data.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (bytes <= left) {
      cache.set(index, sample.data);
      left -= bytes;
    } else checkSeen(seen, model, entry, sample);
    shapes.push(sample.shapes);
    if (hash) hashes.push(sampleHash(sample, hash));
    files.push(...sample.files);
    skipped.push(...sample.skipped.map(({ name, reason }) => ({ name: `${entry.name}/${name}`, reason })));
    for (const [input, count] of sample.notFinite) bad.push(`${entry.name}: input ${input}: ${count}`);
    onProgress?.(index + 1, entries.length);
  }
  return {
    count: entries.length,
    names: entries.map(({ name }) => name),
    files,
    skipped: skipped.sort((a, b) => compareNames(a.name, b.name)),
    unused: rest.unused,
    warnings: notFiniteWarnings(bad),
    ...(hash && { hashes, rejected: [] }),
    name: (index) => entries[index]?.name ?? `sample ${index}`,
    shapes: (index) => shapes[index],
    load: async (index) => {
      const kept = cache.get(index);
      if (kept !== undefined) return kept;
      const again = await readEntry(model, entries[index]);
      checkSeen(seen, model, entries[index], again);
      return again.data;
    },
  };
}

/** What is read again must be what it was. */
function checkSeen(
  seen: SeenContent,
  { config }: SequenceModel,
  { name }: Entry,
  sample: SequenceSample,
): void {
  const shapes = new TextEncoder().encode(JSON.stringify([...sample.shapes]));
  seen.check(join(config.path, name), [shapes, ...sample.data.values()]);
}

/** Of what the network gets, however it is written: names, types, shapes and numbers of all inputs. */
function sampleHash({ data, shapes }: SequenceSample, hash: HashContent): string {
  const encoder = new TextEncoder();
  const parts = [...data].flatMap(([name, numbers]) => {
    const { buffer, byteOffset, byteLength } = numbers;
    const head = JSON.stringify([name, numbers.constructor.name, shapes.get(name)]);
    return [encoder.encode(head), new Uint8Array(buffer, byteOffset, byteLength)];
  });
  return hash(...parts);
}

function notFiniteWarnings(bad: readonly string[]): string[] {
  const shown = bad.slice(0, 5).map((place) => `${place} values are NaN or infinite`);
  return bad.length > 5 ? [...shown, `… and so in ${bad.length - 5} more inputs of samples`] : shown;
}

async function entriesOf(
  path: string,
  model: SequenceModel,
): Promise<{ entries: Entry[]; skipped: SkippedFile[] }> {
  const entries: Entry[] = [];
  const { entries: there, unnamed } = await folderEntries(path);
  const skipped: SkippedFile[] = [...unnamed];
  for (const name of there.map(({ name }) => name).sort(compareNames)) {
    const entry = await stat(join(path, name)).catch(() => undefined);
    const isFolder = entry?.isDirectory() ?? false;
    const reason = name.startsWith('.')
      ? 'is hidden (its name begins with a dot)'
      : isFolder
        ? undefined
        : entry?.isFile()
          ? fileProblem(name, model)
          : 'is not a regular file';
    if (reason === undefined) entries.push({ name, isFolder });
    else skipped.push({ name, reason });
  }
  return { entries, skipped };
}

/** Why a file beside the samples' folders is no sample. */
function fileProblem(name: string, { inputs, entries }: SequenceModel): string | undefined {
  const ending = extname(name);
  if (ending === ARCHIVE_ENDING) return undefined;
  if (!ARRAY_ENDINGS.includes(ending)) return `is none of ${ARRAY_ENDINGS.join(' ')} ${ARCHIVE_ENDING}`;
  const needed = inputs.filter((input) => entries.get(input.name)?.value === undefined);
  if (needed.length === 1) return undefined;
  return needed.length === 0
    ? 'is not needed: every input has a value in the config'
    : `is one array, the model has ${needed.length} inputs (${needed.map((input) => input.name).join(', ')}): it needs a folder per sample`;
}

function noSamples(path: string, skipped: readonly SkippedFile[]): string {
  const wanted = `expected a folder per sample with a file per input (see "input_type" in docs/config.md)`;
  if (skipped.length === 0) return `path: the folder ${path} is empty; ${wanted}`;
  return [`path: no sample in ${path}; ${wanted}:`, ...skippedLines(skipped)].join('\n');
}
