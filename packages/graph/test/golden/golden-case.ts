import { type DType, elementCount, type Layout } from '@mnnquant/graph';
import { type Blob, createTable, DataType, type Op, type OpType } from '@mnnquant/mnn-format';

/** An input of a golden case; numbers between -2 and 2 unless `data` is given. */
export interface GoldenInput {
  readonly shape: readonly number[];
  readonly layout?: Layout;
  readonly dtype?: DType;
  readonly data?: readonly number[];
  /** A Const op instead of an Input: what shape inference needs. */
  readonly constant?: boolean;
  /** A list of tensors, made by ops that write them one by one; `shape` is then how many numbers they have in all. */
  readonly list?: GoldenList;
  /** The same tensor as the input at that position. */
  readonly same?: number;
}

export interface GoldenList {
  readonly elements: readonly (readonly number[])[];
  /** Of a fixed length, all elements of one shape, as TensorFlow has it; else it grows, as ONNX has it. */
  readonly uniform?: boolean;
}

/** One op with its attributes as the file has them, to be run by MNN and by us. */
export interface GoldenCase {
  readonly title: string;
  readonly type: keyof typeof OpType;
  readonly main?: Op['main'];
  readonly inputs: readonly GoldenInput[];
  /** Number of outputs. */
  readonly outputs?: number;
  /** `Net.sourceType`-independent data format of the op, `defaultDimentionFormat`. */
  readonly format?: number;
  /** Bound for the difference relative to the largest value where MNN approximates. */
  readonly tolerance?: number;
}

type Union = NonNullable<Op['main']>;

/** The union member of a parameter table; fields not given have the schema's defaults. */
export function main<K extends Union['type']>(
  type: K,
  fields: Partial<Extract<Union, { type: K }>['value']> = {},
): Union {
  return { type, value: createTable(type, fields as never) } as Union;
}

/** Constant whole numbers: axes, sizes, shapes. */
export function ints(...data: number[]): GoldenInput {
  return { shape: [data.length], dtype: 'int32', data, constant: true };
}

/** A list of floats in a parameter table. */
export function blob(data: readonly number[]): Blob {
  return createTable('Blob', {
    dims: Int32Array.of(data.length),
    dataType: DataType.DT_FLOAT,
    float32s: Float32Array.from(data),
  });
}

/** A constant scalar. */
export function scalar(value: number, dtype: DType = 'int32'): GoldenInput {
  return { shape: [], dtype, data: [value], constant: true };
}

/** A list of tensors; numbers between -2 and 2. */
export function list(
  elements: GoldenList['elements'],
  { uniform = false, ...rest }: Pick<GoldenInput, 'dtype' | 'layout'> & { readonly uniform?: boolean } = {},
): GoldenInput {
  const count = elements.reduce((sum, shape) => sum + elementCount(shape), 0);
  return { shape: [count], list: { elements, uniform }, ...rest };
}

export function input(shape: readonly number[], layout: Layout = 'NCHW'): GoldenInput {
  return { shape, layout };
}

/** Numbers in [-2, 2) with few digits, without a pattern that a wrong index could hide in. */
export function noise(count: number, seed: number): Float32Array {
  let state = (Math.imul(seed, 2654435761) + 1) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 20) / 1024 - 2;
  });
}
