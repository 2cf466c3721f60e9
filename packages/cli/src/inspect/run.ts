import { existsSync, statSync } from 'node:fs';
import { listExternalWeights, type MnnModel } from '@mnnquant/mnn-format';
import type { RunSubcommand } from '../commands/subcommand.ts';
import { EXIT } from '../exit-codes.ts';
import { weightPath } from '../model-files.ts';
import { readModelAlone } from '../read-source.ts';
import type { FileFacts } from './format-summary.ts';
import { inspectModel } from './inspect-model.ts';

/** `mnnquant inspect`. */
export const runInspect: RunSubcommand = async ([path = ''], options) => {
  const { model, bytes } = readModelAlone(path);
  const found = inspectModel(model, { shapes: options.shape });
  const { notes, ...file } = fileFacts(path, bytes, model);
  const inspection = { ...found, notes: [...found.notes, ...notes] };
  if (options.json) {
    const { version, ...rest } = inspection;
    process.stdout.write(`${JSON.stringify({ version, file, ...rest }, undefined, 2)}\n`);
    return EXIT.done;
  }
  // Measuring texts takes a while to load.
  const [{ formatInspection }, { formatTree }] = await Promise.all([
    import('./format-summary.ts'),
    import('./format-tree.ts'),
  ]);
  const { isTTY, columns: reported } = process.stdout;
  // Some terminals do not know their size.
  const columns = isTTY ? reported || 80 : undefined;
  const tree = options.tree ? [formatTree(inspection, columns), ''] : [];
  process.stdout.write(`${[...tree, formatInspection(inspection, file, columns)].join('\n')}\n`);
  return EXIT.done;
};

function fileFacts(path: string, bytes: number, { net }: MnnModel): FileFacts & { notes: string[] } {
  const named = new Set(listExternalWeights(net).map((weight) => weight.path ?? weightPath(path)));
  const [weights] = named;
  const missing = [...named].filter((file) => !existsSync(file));
  const notes = missing.map((file) => `the weight file ${file} is not there; MNN needs it`);
  if (weights === undefined || missing.includes(weights)) return { path, bytes, notes };
  return { path, bytes, weightFile: { path: weights, bytes: statSync(weights).size }, notes };
}
