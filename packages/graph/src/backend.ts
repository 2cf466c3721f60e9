import type { GraphNode } from './graph.ts';
import type { DType, Layout, TensorData, TensorDesc, TensorList } from './tensor.ts';
import type { ValueBuckets } from './value-buckets.ts';

/** A tensor that lives in a backend. Opaque to everybody else. */
export interface DeviceTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: Layout;
  /** Of a list of tensors: as in the description it was allocated from. */
  readonly list?: TensorList | undefined;
}

/** Smallest and largest finite value, and how many values were not finite. */
export interface RangeStatistics {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly nonFinite: number;
}

/** A histogram of |x| over `bins` equal bins of [0, max]; |x| <= `skipBelow` is not counted. */
export interface HistogramRequest {
  readonly bins: number;
  readonly max: number;
  readonly skipBelow: number;
}

/** Affine int8 parameters: x ≈ (q - zeroPoint) * scale, q in [min, max]. */
export interface QuantParams {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
}

/** Sums over all elements of two tensors a, b: enough for cosine, SNR and mean squared error. */
export interface ErrorSums {
  readonly dot: number;
  readonly squaredA: number;
  readonly squaredB: number;
  readonly squaredError: number;
  readonly maxAbsoluteError: number;
}

/**
 * A node bound to kernels and packed weights; runs it for tensors of the planned shapes. With a
 * `concurrency` above 1 the work is queued when this returns, and calls that follow see its result; the promise resolves
 * when it is done.
 */
export type BoundKernel = (
  inputs: readonly (DeviceTensor | undefined)[],
  outputs: readonly DeviceTensor[],
) => void | Promise<void>;

/**
 * What a CPU, a GPU or the plain reference must offer. Every call that moves data or needs a
 * result is asynchronous, so that a device with a queue can implement it.
 */
export interface TensorBackend {
  /** `cpu`, `gpu:webgpu`, `reference`. */
  readonly name: string;
  /** What really computes, in words, for reports. */
  readonly device: string;
  readonly limits: { readonly maxTensorBytes: number };
  /**
   * Samples that can be worked on at the same time, 1 if absent. Above 1 calls take effect in their order for
   * what belongs to one sample, so that the caller need not wait for one before it makes the next.
   */
  readonly concurrency?: number;
  /**
   * @param sample what belongs to one sample is kept together; without it the tensor belongs to all (a constant)
   */
  allocate(desc: TensorDesc, sample?: number): DeviceTensor;
  upload(tensor: DeviceTensor, data: TensorData): void;
  /** A copy of the content. */
  download(tensor: DeviceTensor): Promise<TensorData>;
  free(tensor: DeviceTensor): void;
  /**
   * Binds a node to a kernel for these shapes and packs its weights (once per node, not per shape).
   * `undefined` when the backend has no kernel: the executor then runs the op's reference on the
   * host and counts it in the run report.
   */
  bind(
    node: GraphNode,
    inputs: readonly (TensorDesc | undefined)[],
    outputs: readonly TensorDesc[],
  ): BoundKernel | undefined;
  /** Like `bind`, for a node without a kernel: runs its reference where the tensors are, if that is not here. */
  bindReference?(
    node: GraphNode,
    inputs: readonly (TensorDesc | undefined)[],
    outputs: readonly TensorDesc[],
  ): BoundKernel;
  /**
   * Frees what is kept of nodes, such as their packed weights; with a `concurrency` above 1 behind what was queued before, else no kernel may be
   * running. Kernels that were bound for them must not be run any more; a node that is bound again gets all it needs again. Nothing
   * happens to nodes that are not known. A backend that keeps nothing of nodes has no such method.
   */
  forget?(nodes: Iterable<GraphNode>): void;
  range(tensor: DeviceTensor): Promise<RangeStatistics>;
  /**
   * Adds to `counts` (length `bins`): bin = floor(|x| * (bins / max)), both operations in float32 as in
   * MNN; the last bin takes what lies beyond. Numbers that are not finite are passed over.
   */
  histogram(tensor: DeviceTensor, request: HistogramRequest, counts: Float64Array): Promise<void>;
  /**
   * The same, in its turn, with a maximum that is known only then; one that is not above `skipBelow` counts nothing.
   * A backend whose `concurrency` is above 1 has it: so nobody need wait for a layer before the next is queued.
   */
  histogramLater?(
    tensor: DeviceTensor,
    request: Omit<HistogramRequest, 'max'>,
    max: Promise<number>,
    counts: Float64Array,
  ): Promise<void>;
  /** Adds |x| of every finite value that is not zero to `buckets`. */
  valueBuckets(tensor: DeviceTensor, buckets: ValueBuckets): Promise<void>;
  /** Rounds the tensor in place to the grid of `params`. */
  fakeQuantize(tensor: DeviceTensor, params: QuantParams): void | Promise<void>;
  compare(a: DeviceTensor, b: DeviceTensor): Promise<ErrorSums>;
  /** How many values are at or beyond an end: x <= low or x >= high. An end may be infinite; NaN is passed over. */
  countOutside(tensor: DeviceTensor, low: number, high: number): Promise<number>;
  /** Frees weights, workers and memory; the backend cannot be used afterwards. */
  dispose(): Promise<void>;
}
