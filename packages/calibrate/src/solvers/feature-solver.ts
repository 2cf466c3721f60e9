import type { ObservationKind, ValueBuckets } from '@mnnquant/graph';

/** What every solver is told of one tensor, or of a group of tensors that share a scale. */
interface SeenValues {
  /** Largest finite |x|. */
  readonly absMax: number;
  /** How many finite values were seen, those that no bin counts included. */
  readonly finite: number;
  /** How many NaN and infinities were seen; they are in no bin. */
  readonly nonFinite: number;
  /** Smallest and largest finite value; absent where only |x| was told. */
  readonly range?: { readonly min: number; readonly max: number };
}

export interface HistogramStatistics extends SeenValues {
  /** Number of values per bin of |x| over [0, absMax]; its length is the solver's `bins`. */
  readonly counts: Float64Array;
}

export interface BucketStatistics extends SeenValues {
  /** Counts and sums of |x| per small interval. */
  readonly buckets: ValueBuckets;
}

/** As the solver's `observation` asks. */
export type FeatureStatistics = HistogramStatistics | BucketStatistics;

export interface FeatureSolveOptions {
  /** Largest quantized magnitude, `feature_clamp_value`; 127 for full int8. */
  readonly clamp: number;
  /** `maximum` where the whole range must be kept: graph inputs and tensors with little data. */
  readonly threshold: 'search' | 'maximum';
  /**
   * Whether the grid may lie to one side of zero, over what is left of `range`; then it has twice the levels where no value
   * is negative, and a solver that weighs levels should know.
   */
  readonly asymmetric?: boolean;
  /** With PERCENTILE: how many percent of the values are not cut off, above 0 and at most 100. */
  readonly percentile?: number;
}

/** How a scale was found; `fixed` where the values gave none. */
export type ScaleMethod = 'KL' | 'ADMM' | 'MSE' | 'PERCENTILE' | 'maximum' | 'fixed';

export interface FeatureSolution {
  /** Float32, positive and finite. Times the clamp it is where |x| is cut off, with `asymmetric` as well. */
  readonly scale: number;
  readonly method: ScaleMethod;
  /** What a reader of the report should know about it. */
  readonly note?: string;
}

/** One `feature_quantize_method`; `S` is what its observation gives. */
export interface FeatureSolver<S extends FeatureStatistics = FeatureStatistics> {
  /** What it needs observed. */
  readonly observation: ObservationKind;
  /** Statistics of tensors together, in the order given. */
  merge(members: readonly S[]): S;
  solve(statistics: S, options: FeatureSolveOptions): FeatureSolution;
}
