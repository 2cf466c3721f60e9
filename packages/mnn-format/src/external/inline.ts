import type { ScalarType } from '../descriptor.ts';
import { MnnFormatError } from '../error.ts';
import { ROOT_TABLE } from '../generated/descriptors.ts';
import type { Convolution2D, Net } from '../generated/tables.ts';
import { ARRAY_TYPES, SCALAR_BYTES, type TypedArray } from '../scalars.ts';
import { type ExternalWeight, externalWeight } from './list.ts';
import { EXTERNAL_FLOAT, type ExternalPart, externalParts } from './parts.ts';
import { type AnyTable, type Location, mapTables } from './walk.ts';

/** Bytes of the weight file that an op names; `undefined` stands for the one beside the model. */
export type ExternalFiles = (path: string | undefined) => Uint8Array | undefined;

/**
 * The model with everything from its weight files put inside, and no reference to them left. Vectors
 * are views into the files where alignment allows.
 *
 * @param files bytes of the weight file beside the model, or a function that finds each file; given
 * bytes, an op that names a file of its own is an error
 * @throws MnnFormatError when a file is missing or something lies outside it
 */
export function inlineExternalWeights(net: Net, files: Uint8Array | ExternalFiles): Net {
  const find: ExternalFiles =
    typeof files === 'function' ? files : (path) => (path === undefined ? files : undefined);
  const start = { place: 'net', externalPath: undefined };
  return mapTables(ROOT_TABLE, net as unknown as AnyTable, start, (name, table, location) => {
    const weight = externalWeight(table, location);
    return weight ? inlineTable(name, table, weight, find, location) : table;
  }) as unknown as Net;
}

function inlineTable(
  name: string,
  table: AnyTable,
  weight: ExternalWeight,
  find: ExternalFiles,
  { place }: Location,
): AnyTable {
  const file = find(weight.path);
  if (!file)
    throw new MnnFormatError(`its weights are in ${weight.path ?? 'a weight file'}, which is missing`, place);
  const parts = externalParts(name, table);
  if (!parts) throw new MnnFormatError(`${name} of this data type cannot have external data`, place);
  if (weight.sizes.length > parts.length) {
    throw new MnnFormatError(
      `expected at most ${parts.length} external parts, got ${weight.sizes.length}`,
      place,
    );
  }
  const own: Record<string, unknown> = {};
  const quan: Record<string, unknown> = {};
  let at = weight.offset;
  weight.sizes.forEach((bytes, i) => {
    const part = parts[i]!;
    // An empty part stays absent: MNN takes an empty `index` or `weight` for a present one.
    if (bytes > 0) (part.inQuanParameter ? quan : own)[part.field] = readPart(file, at, bytes, part, place);
    at += bytes;
  });
  const result = { ...table, ...own, external: undefined };
  return name === 'Convolution2D' ? finishConvolution(result, quan, weight) : result;
}

/** Puts coded weights into `quanParameter`, or drops it where it only said that weights are elsewhere. */
function finishConvolution(table: AnyTable, parts: AnyTable, weight: ExternalWeight): AnyTable {
  const conv = table as unknown as Convolution2D;
  if (!conv.quanParameter) return table;
  if (conv.quanParameter.type === EXTERNAL_FLOAT) return { ...table, quanParameter: undefined };
  const quanParameter = { ...conv.quanParameter, ...parts };
  // As MNN: sizes that state an empty bias stand for zeros (OpCommonUtils.cpp, 3.6.1).
  const noBias = conv.bias === undefined && weight.sizes.length >= 3;
  const bias = noBias ? new Float32Array(conv.common?.outputCount ?? 0) : conv.bias;
  return { ...table, quanParameter, bias };
}

function readPart(
  file: Uint8Array,
  at: number,
  bytes: number,
  part: ExternalPart,
  place: string,
): TypedArray {
  if (at + bytes > file.length) {
    throw new MnnFormatError(
      `bytes ${at} to ${at + bytes} lie outside the weight file of ${file.length} bytes`,
      `${place}.${part.field}`,
    );
  }
  const size = SCALAR_BYTES[part.type];
  if (bytes % size !== 0) {
    throw new MnnFormatError(`expected a multiple of ${size} bytes, got ${bytes}`, `${place}.${part.field}`);
  }
  return viewBytes(file, at, bytes / size, part.type);
}

function viewBytes(file: Uint8Array, at: number, length: number, type: ScalarType): TypedArray {
  const size = SCALAR_BYTES[type];
  const start = file.byteOffset + at;
  if (start % size === 0) return new ARRAY_TYPES[type](file.buffer, start, length);
  return new ARRAY_TYPES[type](new Uint8Array(file.subarray(at, at + length * size)).buffer, 0, length);
}
