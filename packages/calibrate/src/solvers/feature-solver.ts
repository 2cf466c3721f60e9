/** What was seen of one tensor, or of a group of tensors that share a scale. */
export interface FeatureStatistics {
  /** Number of values per bin of |x| over [0, absMax]; its length is the solver's `bins`. */
  readonly counts: Float64Array;
  /** Largest finite |x|. */
  readonly absMax: number;
  /** How many finite values were seen, those below `skipBelow` included. */
  readonly finite: number;
  /** How many NaN and infinities were seen; they are in no bin. */
  readonly nonFinite: number;
}

export interface FeatureSolveOptions {
  /** Largest quantized magnitude, `feature_clamp_value`; 127 for full int8. */
  readonly clamp: number;
  /** `maximum` where the whole range must be kept: graph inputs and tensors with little data. */
  readonly threshold: 'search' | 'maximum';
}

/** How a scale was found; `fixed` where the values gave none. */
export type ScaleMethod = 'KL' | 'maximum' | 'fixed';

export interface FeatureSolution {
  /** Float32, positive and finite. */
  readonly scale: number;
  readonly method: ScaleMethod;
  /** What a reader of the report should know about it. */
  readonly note?: string;
}

/** One `feature_quantize_method`. */
export interface FeatureSolver {
  /** What it needs observed. */
  readonly observation: { readonly bins: number; readonly skipBelow: number };
  solve(statistics: FeatureStatistics, options: FeatureSolveOptions): FeatureSolution;
}
