import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Graph } from '@mnnquant/graph';
import { checkConfig, parseConfig } from '../../config/check.ts';
import { folderProblems, loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { messageOf, UsageError } from '../../errors.ts';
import { ARCHIVE_ENDING, ARRAY_ENDINGS } from '../../samples/arrays.ts';

/** How the samples become the networks' inputs. */
export interface DataConfig {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/**
 * The config with which a model was quantized says how images become inputs; `--data` takes the place of its `path`.
 * Arrays need no config. How many samples to use is not taken from it: that is the number to calibrate with.
 *
 * @param limit use at most so many
 * @throws {UsageError} naming what has to be given
 */
export function dataConfig(
  data: string | undefined,
  file: string | undefined,
  limit: number | undefined,
): DataConfig {
  const { config, warnings } = loaded(data, file);
  return { config: { ...config, used_image_num: undefined, used_sample_num: limit ?? 0 }, warnings };
}

function loaded(data: string | undefined, file: string | undefined) {
  if (data === undefined) {
    if (file === undefined)
      throw new UsageError('--data is missing: give a folder with samples, or a --config whose path is one');
    return loadConfig(file);
  }
  const [problem] = folderProblems(data);
  if (problem) throw new UsageError(problem.replace(/^path/, '--data'));
  if (file !== undefined) {
    const { config, warnings } = parseConfig(readText(file), file);
    return { config: { ...config, path: data }, warnings };
  }
  if (!holdsArrays(data))
    throw new UsageError(
      `--config is missing: ${data} holds no arrays (${[...ARRAY_ENDINGS, ARCHIVE_ENDING].join(' ')}), and images become ` +
        'inputs by format, mean, normal and size; give the config file that the model was quantized with',
    );
  return checkConfig({ input_type: 'sequence', path: data }, '--data', folderProblems);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the config file ${file}: ${messageOf(error)}`);
  }
}

/** Whether a folder has arrays, or folders, which hold the arrays of a sample each. */
function holdsArrays(folder: string): boolean {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.some(
    (name) =>
      [...ARRAY_ENDINGS, ARCHIVE_ENDING].includes(extname(name)) ||
      statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory(),
  );
}

/**
 * Under which name the second model takes what the first one calls so: inputs of one name, else those at the same place.
 *
 * @throws {UsageError} where the models do not take the same tensors
 */
export function matchInputs(a: Graph, b: Graph): ReadonlyMap<string, string> {
  const list = ({ inputs }: Graph): string =>
    inputs.map(({ name, desc }) => `${name} ${desc.dtype} [${desc.shape}]`).join(', ');
  const differ = new UsageError(
    `the models do not take the same inputs: the first has ${list(a)}; the second has ${list(b)}`,
  );
  if (a.inputs.length !== b.inputs.length) throw differ;
  const pairs = a.inputs.map((input, position) => {
    const other = b.inputs.find(({ name }) => name === input.name) ?? b.inputs[position]!;
    const [shape, otherShape] = [input.desc.shape, other.desc.shape];
    const fits =
      input.desc.dtype === other.desc.dtype &&
      (input.desc.layout === 'NHWC') === (other.desc.layout === 'NHWC') &&
      (shape.length === 0 || otherShape.length === 0 || isSameShape(shape, otherShape));
    if (!fits) throw differ;
    return [input.name, other.name] as const;
  });
  if (new Set(pairs.map(([, other]) => other)).size !== pairs.length) throw differ;
  return new Map(pairs);
}

/** The batch is free, and so is what one of the models leaves open. */
function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return (
    a.length === b.length && a.every((extent, i) => i === 0 || extent < 0 || b[i]! < 0 || extent === b[i])
  );
}
