import { readFileSync, writeFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';

export type NumpyData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

export interface NumpyArray {
  readonly shape: readonly number[];
  readonly data: NumpyData;
}

const DTYPES = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '|u1': Uint8Array,
  '|i1': Int8Array,
} as const;

/** Reads every array of an .npz file (NumPy format 1 and 2, C order). */
export function readNpz(path: string): Map<string, NumpyArray> {
  const files = unzipSync(new Uint8Array(readFileSync(path)));
  return new Map(
    Object.entries(files).map(([name, bytes]) => [name.replace(/\.npy$/, ''), parseNpy(bytes, name)]),
  );
}

/** Writes arrays to an uncompressed .npz file. */
export function writeNpz(path: string, arrays: ReadonlyMap<string, NumpyArray>): void {
  const files = Object.fromEntries([...arrays].map(([name, array]) => [`${name}.npy`, formatNpy(array)]));
  writeFileSync(path, zipSync(files, { level: 0 }));
}

function parseNpy(bytes: Uint8Array, name: string): NumpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const long = bytes[6] >= 2;
  const start = long ? 12 : 10;
  const headerLength = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + headerLength));
  const descr = /'descr': '([^']+)'/.exec(header)?.[1] as keyof typeof DTYPES | undefined;
  const shapeText = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (!descr || !(descr in DTYPES) || shapeText === undefined || header.includes("'fortran_order': True")) {
    throw new Error(`${name}: cannot read the NumPy header ${header.trim()}`);
  }
  const shape = shapeText
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const body = bytes.slice(start + headerLength);
  return { shape, data: new DTYPES[descr](body.buffer) };
}

function formatNpy(array: NumpyArray): Uint8Array {
  const descr = Object.entries(DTYPES).find(([, type]) => array.data instanceof type)![0];
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  const padded = `${text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + padded.length + array.data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(
    new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength),
    10 + padded.length,
  );
  return bytes;
}
