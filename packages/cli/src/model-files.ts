import { existsSync } from 'node:fs';
import { externalizeWeights, type MnnModel, writeModel } from '@mnnquant/mnn-format';
import type { Output } from './files.ts';
import type { SourceModel } from './read-source.ts';

/** Whether weights of the source lie in a file of their own; those of the result then do too. */
export function hasWeightFile({ files }: SourceModel): boolean {
  return files.length > 1;
}

/** Where MNN's runtime looks for the weights of a model. */
export function weightPath(model: string): string {
  return `${model}.weight`;
}

/**
 * The files of a written model: the model itself, and the weight file behind it where the source had
 * its weights in one.
 *
 * @param external whether weights go to a file of their own
 */
export function modelFiles(
  written: MnnModel,
  path: string,
  external: boolean,
): readonly [Output, ...Output[]] {
  if (!external) return [{ path, bytes: writeModel(written.net) }];
  const { net, bytes } = externalizeWeights(written.net);
  return [
    { path, bytes: writeModel(net) },
    { path: weightPath(path), bytes },
  ];
}

/**
 * Says that a weight file of an earlier run lies beside a result that has its weights inside. It does no
 * harm: MNN opens it only for models that refer to it. It may belong to a copy of the older model, so it
 * stays.
 */
export function staleWeightFile(path: string, external: boolean): string[] {
  const file = weightPath(path);
  if (external || !existsSync(file)) return [];
  return [`${file} is of another model: the written one has its weights inside, and the file can go`];
}
