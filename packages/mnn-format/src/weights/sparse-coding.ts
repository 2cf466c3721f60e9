import { packedBytes, unpackBits } from './bits.ts';
import { BufferReader, indexBits } from './buffer-reader.ts';
import { type CodedWeights, lookUp } from './table-coding.ts';

/**
 * A sparse buffer may claim any number of zeros. 2^28 weights are 1 GiB as floats, far above any
 * layer of a mobile model.
 */
export const MAX_SPARSE_WEIGHTS = 2 ** 28;

const MAX_STEP_BITS = 8;
/** MNN's bound below which a scale counts as 0. */
const TINY_SCALE = 1e-6;

/**
 * Coding 2 of `IDSTQuan.buffer`: extents, the entries that are not zero as packed steps from one
 * position to the next, a table of values and packed indices into it (MNN 3.6.1
 * ConvolutionCommon.cpp, `ReadSparseQuanData_c`).
 *
 * @param alpha with two numbers [min, scale] per row, the rows are filled with the integer for 0
 */
export function decodeSparseCoding(
  buffer: Int8Array,
  shapeInt32: boolean,
  alpha: Float32Array | undefined,
  where: string,
): CodedWeights {
  const reader = new BufferReader(buffer, where);
  const shape = reader.shape(shapeInt32);
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count > MAX_SPARSE_WEIGHTS) reader.fail(`expected at most ${MAX_SPARSE_WEIGHTS} weights, got ${count}`);
  const entries = reader.u32('number of entries');
  const stepBits = reader.u8('step size');
  if (stepBits < 1 || stepBits > MAX_STEP_BITS) reader.fail(`expected steps of 1 to 8 bits, got ${stepBits}`);
  const packedSteps = reader.take(packedBytes(entries, stepBits), `${entries} steps of ${stepBits} bits`);
  const fullTable = reader.table();
  const dataBits = indexBits(fullTable.length);
  const packedIndices = reader.take(packedBytes(entries, dataBits), `${entries} indices of ${dataBits} bits`);
  const table = Int8Array.from(new Set(fullTable));
  const found = lookUp(reader, table, unpackBits(packedIndices, entries, dataBits));
  const values = fillZeros(count, shape[0]!, alpha, dataBits);
  const steps = unpackBits(packedSteps, entries, stepBits);
  let at = 0;
  for (let i = 0; i < entries; i++) {
    at += steps[i]!;
    if (at >= count) reader.fail(`entry ${i} lies at position ${at} of ${count} weights`);
    values[at] = found[i]!;
  }
  return { shape, values };
}

function fillZeros(count: number, rows: number, alpha: Float32Array | undefined, bits: number): Int8Array {
  const values = new Int8Array(count);
  if (alpha?.length !== 2 * rows) return values;
  const lowest = -(2 ** (bits - 1));
  const area = count / rows;
  for (let row = 0; row < rows; row++) {
    const min = alpha[2 * row]!;
    const scale = alpha[2 * row + 1]!;
    // C's round: halves go away from 0.
    const steps = scale > TINY_SCALE ? Math.sign(-min) * Math.round(Math.abs(Math.fround(-min / scale))) : 0;
    values.fill(steps + lowest, row * area, (row + 1) * area);
  }
  return values;
}
