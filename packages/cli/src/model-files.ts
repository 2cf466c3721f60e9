import { externalizeWeights, type MnnModel, writeModel } from '@mnnquant/mnn-format';
import type { Output } from './files.ts';
import type { SourceModel } from './source-model.ts';

/** Whether weights of the source lie in a file of their own; those of the result then do too. */
export function hasWeightFile({ files }: SourceModel): boolean {
  return files.length > 1;
}

/** Where MNN's runtime looks for the weights of a model. */
export function weightPath(model: string): string {
  return `${model}.weight`;
}

/** Where the report of `debug` goes. */
export function debugPath(target: string): string {
  return `${target}.debug.json`;
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
