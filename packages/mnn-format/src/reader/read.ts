import { MnnFormatError } from '../error.ts';
import { ROOT_TABLE, tableDescriptors } from '../generated/descriptors.ts';
import type { Net } from '../generated/tables.ts';
import type { MnnModel, ReadLimits } from '../model.ts';
import { Decoder } from './decoder.ts';
import { limitsFor } from './limits.ts';
import { foreignFormat } from './signature.ts';
import { decodeTable } from './table.ts';

export interface ReadOptions {
  /** For error messages. */
  readonly fileName?: string;
  readonly limits?: Partial<ReadLimits>;
}

/** A root offset, a table and a vtable. */
const SMALLEST_FILE = 12;
/** int64 vectors are viewed in place, so the file itself must start on their alignment. */
const ALIGNMENT = 8;

/**
 * Decodes a `.mnn` file. Vectors of scalars are views into `bytes` (into one copy of it when its
 * `byteOffset` is no multiple of 8), so do not change `bytes` afterwards. Strings that are no valid
 * UTF-8 keep their bytes as lone surrogates U+DC80…U+DCFF, which {@link writeModel} turns back.
 *
 * @throws MnnFormatError with file, place and reason when the file is damaged or no MNN model
 */
export function readModel(bytes: Uint8Array, options: ReadOptions = {}): MnnModel {
  const { fileName } = options;
  const foreign = bytes.length === 0 ? 'the file is empty' : foreignFormat(bytes);
  if (foreign) throw new MnnFormatError(`not an MNN model: ${foreign}`, '', fileName);
  if (bytes.length < SMALLEST_FILE) {
    throw new MnnFormatError(`not an MNN model: the file has only ${bytes.length} bytes`, '', fileName);
  }
  const aligned = bytes.byteOffset % ALIGNMENT === 0 ? bytes : bytes.slice();
  const decoder = new Decoder(aligned, limitsFor(aligned.length, options.limits), fileName);
  const net = decodeRoot(decoder, fileName);
  for (const field of ['oplists', 'tensorName'] as const) {
    // MNN's runtime refuses such files too (OpCommonUtils.cpp, 3.6.1).
    if (net[field] === undefined) throw new MnnFormatError(`not an MNN model: no ${field}`, 'net', fileName);
  }
  return { net, unknownFields: decoder.unknownFields };
}

function decodeRoot(decoder: Decoder, fileName: string | undefined): Net {
  try {
    return decoder.path.enter(
      'net',
      () => decodeTable(decoder, tableDescriptors[ROOT_TABLE]!, decoder.follow(0)) as Net,
    );
  } catch (error) {
    if (!(error instanceof MnnFormatError)) throw error;
    const atRoot = error.place === 'net';
    const reason = atRoot
      ? `not an MNN model: ${error.reason}`
      : `${error.reason} (damaged, or not an MNN model)`;
    throw new MnnFormatError(reason, error.place, fileName);
  }
}
