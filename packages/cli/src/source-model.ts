import {
  inlineExternalWeights,
  listExternalWeights,
  type MnnModel,
  type Net,
  readModel,
} from '@mnnquant/mnn-format';
import { refuseQuantized } from './refuse-quantized.ts';

/** A model with all weights inside. */
export interface SourceModel {
  readonly model: MnnModel;
  /** Every file that was read; the model is the first, files with weights follow. */
  readonly files: readonly string[];
  /** What they hold, in the same order. */
  readonly contents: readonly Uint8Array[];
  /** Size of all of them together. */
  readonly bytes: number;
}

/** A file with weights. */
export interface WeightFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Finds a file with weights.
 *
 * @param named as the op names the file; `undefined` for the one that belongs to the model
 * @param wanted how many tables have weights outside, for messages
 */
export type FindWeights = (named: string | undefined, wanted: number) => WeightFile;

/** Looks at a model before its weights are read; throws where it is none to go on with. */
export type CheckNet = (net: Net, path: string) => void;

/**
 * A model with its weights; those that lie in other files are taken in.
 *
 * @param check refuses quantized models if absent
 * @throws {QuantizeError} when it is quantized already
 */
export function sourceModel(
  bytes: Uint8Array,
  path: string,
  findWeights: FindWeights,
  check: CheckNet = refuseQuantized,
): SourceModel {
  const model = readModel(bytes, { fileName: path });
  check(model.net, path);
  const wanted = listExternalWeights(model.net).length;
  const files = new Map<string, Uint8Array>();
  const read = (named: string | undefined): Uint8Array => {
    const file = findWeights(named, wanted);
    files.set(file.path, file.bytes);
    return file.bytes;
  };
  const net = wanted > 0 ? inlineExternalWeights(model.net, read) : model.net;
  return {
    model: { ...model, net },
    files: [path, ...files.keys()],
    contents: [bytes, ...files.values()],
    bytes: bytes.length + [...files.values()].reduce((sum, file) => sum + file.length, 0),
  };
}
