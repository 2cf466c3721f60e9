import { MnnFormatError } from '../error.ts';
import type { Convolution2D, IDSTQuan } from '../generated/tables.ts';
import { halvesToFloats } from './half.ts';
import { applyScales, type GroupScales, groupScales, storedAlpha } from './scales.ts';
import { decodeSparseCoding, MAX_SPARSE_WEIGHTS } from './sparse-coding.ts';
import { decodeTableCoding } from './table-coding.ts';

/** Values of `IDSTQuan.type`. */
const CODING = { TABLE: 1, SPARSE: 2, HALF: 3, RAW_INT8: 4, EXTERNAL_FLOAT: 8 } as const;

/**
 * The weights of a convolution as floats, however the file stores them: as they are, as half floats,
 * or as integers with scales per channel or per block (MNN 3.6.1 ConvolutionCommon.cpp, `load` with
 * `forceFloat`). Float weights come back as the view that the model holds: do not change them.
 *
 * @param where names the convolution in errors
 * @returns [oc, ic/group, ky, kx] (a deconvolution: [ic, oc/group, ky, kx])
 * @throws MnnFormatError when there are no weights in the model, or they are damaged
 */
export function decodeConvolutionWeights(conv: Convolution2D, where: string): Float32Array {
  const quan = conv.quanParameter;
  if (quan?.index) return decodeFloatSparse(quan, quan.index, where);
  if (quan?.buffer) return decodeBuffer(quan, quan.buffer, where);
  if (conv.weight) return conv.weight;
  if ((conv.external?.length ?? 0) > 1 || quan?.type === CODING.EXTERNAL_FLOAT) {
    throw new MnnFormatError(
      'the weights are in a .mnn.weight file: inline them first (inlineExternalWeights)',
      where,
    );
  }
  throw new MnnFormatError('the convolution has no weights', where);
}

/** Weights as whole numbers: weight = value * scale of its group, and an offset where there are some. */
export interface WholeWeights extends GroupScales {
  /** [oc, ic/group, ky, kx], -128 to 127. */
  readonly values: Int8Array;
}

/**
 * The weights of a convolution as the whole numbers that the file stores, with the scales of as many equal parts as there
 * are scales; `undefined` where it stores floats (MNN 3.6.1 ConvolutionCommon.cpp, `load` with `forceInt8`).
 *
 * @param where names the convolution in errors
 * @throws MnnFormatError when the weights are damaged or have no scales
 */
export function decodeWholeWeights(
  { quanParameter: quan }: Convolution2D,
  where: string,
): WholeWeights | undefined {
  if (quan?.buffer === undefined || quan.index !== undefined || quan.type === CODING.HALF) return undefined;
  const alpha = storedAlpha(quan);
  const values = decodeIntegers(quan, quan.buffer, alpha, where);
  return { values, ...dividing(quan, alpha, values.length, where) };
}

function decodeBuffer(quan: IDSTQuan, buffer: Int8Array, where: string): Float32Array {
  if (quan.type === CODING.HALF) {
    if (buffer.length % 2 !== 0)
      throw new MnnFormatError(`half floats in ${buffer.length} bytes, an odd number`, where);
    return halvesToFloats(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength));
  }
  const alpha = storedAlpha(quan);
  const values = decodeIntegers(quan, buffer, alpha, where);
  return applyScales(values, dividing(quan, alpha, values.length, where));
}

/** The scales, of which each is for as many weights as the others. */
function dividing(
  quan: IDSTQuan,
  alpha: Float32Array | undefined,
  weights: number,
  where: string,
): GroupScales {
  if (alpha === undefined) throw new MnnFormatError('quantized weights without scales (alpha)', where);
  const scales = groupScales(quan, alpha);
  const groups = scales.scales.length;
  if (groups === 0 || weights % groups !== 0) {
    throw new MnnFormatError(`${weights} weights cannot be divided among ${groups} scales`, where);
  }
  return scales;
}

function decodeIntegers(
  quan: IDSTQuan,
  buffer: Int8Array,
  alpha: Float32Array | undefined,
  where: string,
): Int8Array {
  switch (quan.type) {
    case CODING.TABLE:
      return decodeTableCoding(buffer, quan.shapeInt32, where).values;
    case CODING.SPARSE:
      return decodeSparseCoding(buffer, quan.shapeInt32, alpha, where).values;
    case CODING.RAW_INT8:
      return buffer;
    default:
      throw new MnnFormatError(`expected weight coding 1, 2, 3 or 4, got ${quan.type}`, where);
  }
}

/** `alpha` holds the weights that are not zero, `index` their positions. */
function decodeFloatSparse(quan: IDSTQuan, index: Uint32Array, where: string): Float32Array {
  const alpha = storedAlpha(quan);
  if (alpha?.length !== index.length) {
    throw new MnnFormatError(
      `expected ${index.length} sparse weights, got ${alpha?.length ?? 'none'}`,
      where,
    );
  }
  if (quan.weightSize > MAX_SPARSE_WEIGHTS) {
    throw new MnnFormatError(`expected at most ${MAX_SPARSE_WEIGHTS} weights, got ${quan.weightSize}`, where);
  }
  const weights = new Float32Array(quan.weightSize);
  index.forEach((position, i) => {
    if (position >= weights.length) {
      throw new MnnFormatError(`sparse weight ${i} lies at position ${position} of ${weights.length}`, where);
    }
    weights[position] = alpha[i]!;
  });
  return weights;
}
