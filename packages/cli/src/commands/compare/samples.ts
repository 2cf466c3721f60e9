import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
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
