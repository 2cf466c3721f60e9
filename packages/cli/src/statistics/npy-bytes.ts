import type { NumberArray } from '@mnnquant/calibrate';

/** NumPy's names of the types. Whatever runs WebAssembly in Node with shared views is little-endian. */
const TYPES: Readonly<Record<string, string>> = {
  Uint8Array: '|u1',
  Uint16Array: '<u2',
  Uint32Array: '<u4',
  Float64Array: '<f8',
};

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0); // "\x93NUMPY", format 1.0
/** Where the elements begin is a multiple of this (numpy/lib/format.py). */
const ALIGNMENT = 64;

/** An array of one dimension as a `.npy` file. */
export function npyBytes(array: NumberArray): Uint8Array {
  const type = TYPES[array.constructor.name];
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${array.length},), }`;
  const header = MAGIC.length + 2;
  const start = Math.ceil((header + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + array.byteLength);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint16(MAGIC.length, start - header, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - header - 1)}\n`), header);
  bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start);
  return bytes;
}
