import type { InlineType, ScalarType } from './descriptor.ts';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | Float32Array;

export const SCALAR_BYTES: Readonly<Record<ScalarType, number>> = {
  bool: 1,
  byte: 1,
  ubyte: 1,
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  float: 4,
  long: 8,
};

interface ArrayType {
  readonly name: string;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

/** The typed array of a vector of each type; a vector of bool is bytes. */
export const ARRAY_TYPES: Readonly<Record<ScalarType, ArrayType>> = {
  bool: Uint8Array,
  byte: Int8Array,
  ubyte: Uint8Array,
  short: Int16Array,
  ushort: Uint16Array,
  int: Int32Array,
  uint: Uint32Array,
  float: Float32Array,
  long: BigInt64Array,
};

export type Scalar = number | boolean;

interface ScalarAccess {
  get(view: DataView, at: number): Scalar;
  set(view: DataView, at: number, value: Scalar): void;
}

const SCALARS: Readonly<Record<InlineType, ScalarAccess>> = {
  bool: {
    get: (view, at) => view.getUint8(at) !== 0,
    set: (view, at, value) => view.setUint8(at, Number(value)),
  },
  byte: {
    get: (view, at) => view.getInt8(at),
    set: (view, at, value) => view.setInt8(at, Number(value)),
  },
  ubyte: {
    get: (view, at) => view.getUint8(at),
    set: (view, at, value) => view.setUint8(at, Number(value)),
  },
  short: {
    get: (view, at) => view.getInt16(at, true),
    set: (view, at, value) => view.setInt16(at, Number(value), true),
  },
  ushort: {
    get: (view, at) => view.getUint16(at, true),
    set: (view, at, value) => view.setUint16(at, Number(value), true),
  },
  int: {
    get: (view, at) => view.getInt32(at, true),
    set: (view, at, value) => view.setInt32(at, Number(value), true),
  },
  uint: {
    get: (view, at) => view.getUint32(at, true),
    set: (view, at, value) => view.setUint32(at, Number(value), true),
  },
  float: {
    get: (view, at) => view.getFloat32(at, true),
    set: (view, at, value) => view.setFloat32(at, Number(value), true),
  },
};

export function getScalar(view: DataView, at: number, type: InlineType): Scalar {
  return SCALARS[type].get(view, at);
}

export function setScalar(view: DataView, at: number, type: InlineType, value: Scalar): void {
  SCALARS[type].set(view, at, value);
}

type WholeType = Exclude<InlineType, 'bool' | 'float'>;

/** What each type of whole numbers holds, both ends included. */
const WHOLE_RANGES: Readonly<Record<WholeType, readonly [low: number, high: number]>> = {
  byte: [-128, 127],
  ubyte: [0, 255],
  short: [-32768, 32767],
  ushort: [0, 65535],
  int: [-2147483648, 2147483647],
  uint: [0, 4294967295],
};

/** What is wrong with `value` as a scalar of `type`; undefined when it is fine. */
export function scalarProblem(value: unknown, type: InlineType): string | undefined {
  if (type === 'bool')
    return typeof value === 'boolean' ? undefined : `expected a boolean, got ${String(value)}`;
  if (type === 'float')
    return typeof value === 'number' ? undefined : `expected a number, got ${String(value)}`;
  const [low, high] = WHOLE_RANGES[type];
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return undefined;
  return `expected an integer in [${low}, ${high}], got ${String(value)}`;
}
