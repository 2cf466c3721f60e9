import { MnnFormatError } from '../error.ts';
import { packBits, packedBytes } from './bits.ts';

/** What `IDSTQuan` needs for coding 1. */
export interface EncodedWeights {
  readonly buffer: Int8Array;
  /** Must be stored beside the buffer: its extents are 32-bit numbers. */
  readonly shapeInt32: boolean;
}

const MIN_BITS = 2;
const MAX_BITS = 8;
const MAX_UINT16 = 65535;

/** Whether the extents of a buffer of [rows, columns] are stored in 32 bits (`IDSTQuan.shapeInt32`). */
export function weightsNeedShapeInt32(rows: number, columns: number): boolean {
  return rows > MAX_UINT16 || columns > MAX_UINT16;
}

/**
 * Integer weights in coding 1 of `IDSTQuan.buffer`: extents, table, packed indices. 8 bits: the table
 * is -128 … 127. Fewer: the 2^bits - 1 values that lie symmetrically around 0, which MNN (3.6.1, x86)
 * unpacks to bytes, while its own full 2^bits tables take paths that calibrated models cannot run.
 *
 * @param quantized [rows, columns], row by row
 * @param rows output channels
 * @param columns weights per output channel
 * @param bits 2 … 8
 * @throws MnnFormatError when the size is wrong or a weight does not fit
 */
export function encodeWeights(
  quantized: Int8Array,
  rows: number,
  columns: number,
  bits: number,
): EncodedWeights {
  if (!Number.isInteger(bits) || bits < MIN_BITS || bits > MAX_BITS) {
    throw new MnnFormatError(`expected 2 to 8 bits per weight, got ${bits}`);
  }
  if (quantized.length !== rows * columns) {
    throw new MnnFormatError(`expected ${rows} x ${columns} weights, got ${quantized.length}`);
  }
  const lowest = bits === MAX_BITS ? -128 : 1 - 2 ** (bits - 1);
  const tableSize = bits === MAX_BITS ? 256 : 2 ** bits - 1;
  const shapeInt32 = weightsNeedShapeInt32(rows, columns);
  const header = 1 + (shapeInt32 ? 8 : 4) + 1 + tableSize;
  const bytes = new Uint8Array(header + packedBytes(quantized.length, bits));
  writeHeader(bytes, rows, columns, shapeInt32, lowest, tableSize);
  const packed = bytes.subarray(header);
  if (bits === MAX_BITS) toBytes(quantized, packed);
  else packBits(toIndices(quantized, lowest, tableSize), bits, packed);
  return { buffer: new Int8Array(bytes.buffer), shapeInt32 };
}

/**
 * {@link encodeWeights} with 8 bits. Store `shapeInt32: weightsNeedShapeInt32(rows, columns)` with it.
 *
 * @returns the buffer of `IDSTQuan` with `type` 1
 */
export function encodeInt8Weights(quantized: Int8Array, rows: number, columns: number): Int8Array {
  return encodeWeights(quantized, rows, columns, MAX_BITS).buffer;
}

function writeHeader(
  bytes: Uint8Array,
  rows: number,
  columns: number,
  shapeInt32: boolean,
  lowest: number,
  tableSize: number,
): void {
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 2);
  if (shapeInt32) {
    view.setUint32(1, rows, true);
    view.setUint32(5, columns, true);
  } else {
    view.setUint16(1, rows, true);
    view.setUint16(3, columns, true);
  }
  const at = shapeInt32 ? 9 : 5;
  view.setUint8(at, tableSize & 0xff); // 256 is stored as 0
  for (let i = 0; i < tableSize; i++) view.setInt8(at + 1 + i, lowest + i);
}

/** Indices of the full table: every int8 is in it, at 128 more than itself. */
function toBytes(quantized: Int8Array, target: Uint8Array): void {
  for (let i = 0; i < quantized.length; i++) target[i] = quantized[i]! + 128;
}

function toIndices(quantized: Int8Array, lowest: number, tableSize: number): Uint8Array {
  const indices = new Uint8Array(quantized.length);
  for (let i = 0; i < quantized.length; i++) {
    const index = quantized[i]! - lowest;
    if (index < 0 || index >= tableSize) {
      throw new MnnFormatError(
        `weight ${i}: expected ${lowest} to ${lowest + tableSize - 1}, got ${quantized[i]}`,
      );
    }
    indices[i] = index;
  }
  return indices;
}
