import type { Numbers } from './numbers.ts';

export interface NpyArray {
  readonly shape: readonly number[];
  /** In C order. */
  readonly data: Numbers;
}

type Read = (view: DataView, at: number, little: boolean) => number | bigint;

const KINDS: Readonly<Record<string, readonly [bytes: number, read: Read]>> = {
  b1: [1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
  u1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  u8: [8, (view, at, little) => view.getBigUint64(at, little)],
  i8: [8, (view, at, little) => view.getBigInt64(at, little)],
  f2: [2, (view, at, little) => halfToNumber(view.getUint16(at, little))],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
};

/**
 * Reads an array of NumPy's format 1, 2 and 3 (numpy/lib/format.py): bool, integers and floats up to 64
 * bits of either byte order; Fortran order is brought into C order. Integers beyond 2^53 are rounded.
 *
 * @throws {Error} when it is not such a file, or cut off
 */
export function parseNpy(bytes: Uint8Array): NpyArray {
  const { descr, fortran, shape, start } = parseHeader(bytes);
  const kind = KINDS[descr.slice(1)];
  if (kind === undefined || !'<>|='.includes(descr[0]))
    throw new Error(
      `expected numbers (bool, int, uint or float up to 64 bits), got the NumPy type "${descr}"`,
    );
  const [size, read] = kind;
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (bytes.length - start !== count * size)
    throw new Error(`expected ${count * size} bytes for [${shape}], got ${bytes.length - start}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * size);
  const data = new Float64Array(count);
  const little = descr[0] !== '>';
  for (let i = 0; i < count; i++) data[i] = Number(read(view, i * size, little));
  return { shape, data: fortran ? toCOrder(data, shape) : data };
}

interface NpyHeader {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
}

function parseHeader(bytes: Uint8Array): NpyHeader {
  const magic = String.fromCharCode(...bytes.subarray(1, 6));
  if (bytes.length < 12 || bytes[0] !== 0x93 || magic !== 'NUMPY')
    throw new Error('it is not a NumPy array (.npy)');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = bytes[6] >= 2 ? 12 : 10;
  const start = first + (bytes[6] >= 2 ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) throw new Error('the NumPy header is cut off');
  const text = new TextDecoder().decode(bytes.subarray(first, start));
  const descr = /'descr':\s*'([^']+)'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const extents = /'shape':\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || extents === undefined)
    throw new Error(`expected a NumPy array of plain numbers, got the header ${text.trim().slice(0, 120)}`);
  const shape = (extents.match(/\d+/g) ?? []).map(Number);
  return { descr, fortran: fortran === 'True', shape, start };
}

/** The first axis runs fastest in Fortran order, the last in C order. */
function toCOrder(data: Float64Array, shape: readonly number[]): Float64Array {
  const result = new Float64Array(data.length);
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, extent) => product * extent, 1),
  );
  for (let i = 0; i < data.length; i++) {
    let [rest, from] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    result[i] = data[from];
  }
  return result;
}

/** IEEE 754 half precision. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
