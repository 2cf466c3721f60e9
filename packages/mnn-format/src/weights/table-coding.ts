import { packedBytes, unpackBits } from './bits.ts';
import { BufferReader, indexBits } from './buffer-reader.ts';

/** Integer weights in the order of the file. */
export interface CodedWeights {
  readonly shape: readonly number[];
  readonly values: Int8Array;
}

/** Values at `indices`; an index past the table is an error. */
export function lookUp(reader: BufferReader, table: Int8Array, indices: Uint8Array): Int8Array {
  const values = new Int8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index >= table.length)
      reader.fail(`weight ${i} refers to entry ${index} of a table of ${table.length}`);
    values[i] = table[index]!;
  }
  return values;
}

/**
 * Coding 1 of `IDSTQuan.buffer`: extents, a table of up to 256 values (in ascending order, whatever
 * the file's is), one packed index per weight (MNN 3.6.1 ConvolutionCommon.cpp, `ReadQuanData_c`).
 */
export function decodeTableCoding(buffer: Int8Array, shapeInt32: boolean, where: string): CodedWeights {
  const reader = new BufferReader(buffer, where);
  const shape = reader.shape(shapeInt32);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const table = reader.table();
  const bits = indexBits(table.length);
  const packed = reader.take(packedBytes(count, bits), `${count} weights of ${bits} bits`);
  return { shape, values: lookUp(reader, table, unpackBits(packed, count, bits)) };
}
