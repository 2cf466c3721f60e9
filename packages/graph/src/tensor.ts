/** Element types an activation or constant can have. MNN's bool is int32 with 0 and 1. */
export type DType = 'float32' | 'int32' | 'int8' | 'uint8';

/**
 * The layout tag of a tensor. `NC4HW4` is stored here exactly like `NCHW`, but the tag is kept:
 * Shape, Reshape and ArgMax give different answers for it. `NHWC` is a layout of its own.
 */
export type Layout = 'NCHW' | 'NHWC' | 'NC4HW4';

/** Storage of a tensor on the host. `Float64Array` only occurs in float64 reference runs. */
export type TensorData = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/**
 * What tells a list of tensors from one tensor: its elements lie one behind the other, and the tensor's shape says
 * how many numbers they have in all.
 */
export interface TensorList {
  /** Their shapes; `undefined` where nothing was written and no shape is declared: no numbers yet. */
  readonly elements: readonly (readonly number[] | undefined)[];
  /** Whether writing behind the end makes it longer. */
  readonly grows: boolean;
  /** Whether all elements have one shape, as soon as it is known. */
  readonly uniform: boolean;
}

/** What is known about a tensor before anything runs. */
export interface TensorDesc {
  /** Logical dimensions in the order of `layout`; empty for a scalar. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: Layout;
  /** The content, where shape inference already knows it (constants, folded shape arithmetic). */
  readonly value?: TensorData;
  /** Of a list of tensors. */
  readonly list?: TensorList | undefined;
}

/** A tensor whose elements the host can touch; `data.length` equals the product of the shape. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: Layout;
  readonly data: TensorData;
  readonly list?: TensorList | undefined;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const extent of shape) count *= extent;
  return count;
}

/** Allocates zeroed host storage for `count` elements of `dtype`. */
export function allocateData(
  dtype: DType,
  count: number,
  precision: 'float32' | 'float64' = 'float32',
): TensorData {
  switch (dtype) {
    case 'float32':
      return precision === 'float64' ? new Float64Array(count) : new Float32Array(count);
    case 'int32':
      return new Int32Array(count);
    case 'int8':
      return new Int8Array(count);
    case 'uint8':
      return new Uint8Array(count);
  }
}
