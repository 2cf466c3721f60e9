import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type MnnModel, readModel } from '@mnnquant/mnn-format';
import { messageOf, QuantizeError, UsageError } from './errors.ts';
import { weightPath } from './model-files.ts';
import {
  type CheckNet,
  type FindWeights,
  type SourceModel,
  sourceModel,
  type WeightFile,
} from './source-model.ts';
import { readWhole } from './stable-file.ts';

/**
 * Reads the float model; weights that lie in `SRC.weight` beside it, or in files that its ops name, are
 * taken in.
 *
 * @throws {UsageError} when it cannot be read, {QuantizeError} when it is quantized already
 */
export function readSource(path: string): SourceModel {
  return readChecked(path);
}

/**
 * Reads any model, also one that is quantized; weights as in {@link readSource}.
 *
 * @throws {UsageError} when it cannot be read
 */
export function readAnyModel(path: string): SourceModel {
  return readChecked(path, () => {});
}

/**
 * Any model as its file has it, without the weights that lie in others.
 *
 * @throws {UsageError} when it cannot be read, {MnnFormatError} where it is damaged
 */
export function readModelAlone(path: string): { readonly model: MnnModel; readonly bytes: number } {
  const bytes = modelBytes(path);
  return { model: readModel(bytes, { fileName: path }), bytes: bytes.length };
}

function readChecked(path: string, check?: CheckNet): SourceModel {
  return sourceModel(modelBytes(path), path, weightFilesOf(path), check);
}

function modelBytes(path: string): Uint8Array {
  try {
    return readWhole(path);
  } catch (error) {
    if (error instanceof QuantizeError) throw error;
    throw new UsageError(`cannot read the model ${path}: ${messageOf(error)}`);
  }
}

/** The files that hold weights; each is read once. MNN takes a name as it stands, a copied model needs it beside. */
function weightFilesOf(model: string): FindWeights {
  const known = new Map<string, WeightFile>();
  return (named, wanted) => {
    const candidates = named ? [named, join(dirname(model), basename(named))] : [weightPath(model)];
    const path = candidates.find((candidate) => existsSync(candidate));
    if (path === undefined)
      throw new QuantizeError(`${model} keeps ${wanted} weights in ${candidates[0]}, which is not there`);
    const file = known.get(path) ?? { path, bytes: readWeights(path) };
    known.set(path, file);
    return file;
  };
}

function readWeights(path: string): Uint8Array {
  try {
    return readWhole(path);
  } catch (error) {
    if (error instanceof QuantizeError) throw error;
    throw new UsageError(`cannot read the weights ${path}: ${messageOf(error)}`);
  }
}
