import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inlineExternalWeights, listExternalWeights, type MnnModel, readModel } from '@mnnquant/mnn-format';
import { messageOf, QuantizeError, UsageError } from './errors.ts';
import { refuseQuantized } from './refuse-quantized.ts';

/** The float model with all weights inside. */
export interface SourceModel {
  readonly model: MnnModel;
  /** Every file that was read; the model is the first, files with weights follow. */
  readonly files: readonly string[];
  /** Size of all of them together. */
  readonly bytes: number;
}

/**
 * Reads the float model; weights that lie in `SRC.weight` beside it, or in files that its ops name, are
 * taken in.
 *
 * @throws {UsageError} when it cannot be read, {QuantizeError} when it is quantized already
 */
export function readSource(path: string): SourceModel {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read the model ${path}: ${messageOf(error)}`);
  }
  const model = readModel(bytes, { fileName: path });
  refuseQuantized(model.net, path);
  const weights = new WeightFiles(path, listExternalWeights(model.net).length);
  const net =
    weights.wanted > 0 ? inlineExternalWeights(model.net, (named) => weights.read(named)) : model.net;
  return {
    model: { ...model, net },
    files: [path, ...weights.files.keys()],
    bytes: bytes.length + [...weights.files.values()].reduce((sum, file) => sum + file.length, 0),
  };
}

/** The files that hold weights; each is read once. */
class WeightFiles {
  readonly files = new Map<string, Uint8Array>();
  readonly wanted: number;
  readonly #model: string;

  /** @param wanted how many tables have weights outside */
  constructor(model: string, wanted: number) {
    this.#model = model;
    this.wanted = wanted;
  }

  /** @param named as the op names the file; MNN takes such a name as it stands, a copied model needs it beside */
  read(named: string | undefined): Uint8Array {
    const candidates = named
      ? [named, join(dirname(this.#model), basename(named))]
      : [`${this.#model}.weight`];
    const found = candidates.find((candidate) => existsSync(candidate));
    if (found === undefined) {
      throw new QuantizeError(
        `${this.#model} keeps ${this.wanted} weights in ${candidates[0]}, which is not there`,
      );
    }
    const known = this.files.get(found);
    if (known) return known;
    try {
      const bytes = readFileSync(found);
      this.files.set(found, bytes);
      return bytes;
    } catch (error) {
      throw new UsageError(`cannot read the weights ${found}: ${messageOf(error)}`);
    }
  }
}
