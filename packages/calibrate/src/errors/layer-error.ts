import { type ErrorSums, log } from '@mnnquant/graph';

/** How far a tensor x is from its int8 version y, over samples. */
export interface SignalError {
  /**
   * Cosine similarity of x and y, the mean over samples: 1 is equal, NaN where some value was not a number. What MNN's
   * tool calls "cos distance".
   */
  readonly cosine: number;
  /** Of all samples together, in dB, see {@link snrOf}; infinite where x and y are equal. */
  readonly snr: number;
  /** Largest |x - y|. */
  readonly maxError: number;
  /** The sample with the smallest cosine, the first of equals. */
  readonly worst: { readonly sample: number; readonly cosine: number };
}

/** How far a tensor of the int8 network is from that of the float one, everything before it in int8 as well. */
export interface LayerError extends SignalError {
  /** The op that makes the tensor; the input's name for a graph input. */
  readonly op: string;
  /** MNN's op type; `Input` for a graph input. */
  readonly type: string;
  readonly tensor: number;
  readonly tensorName: string;
  /** Whether MNN's runtime runs the op in int8; for a graph input: whether it is rounded to int8. */
  readonly int8: boolean;
  /** Whether the tensor is an output of the network. */
  readonly output: boolean;
  /** How many samples were measured. */
  readonly samples: number;
  /**
   * The same for the op alone in int8, its inputs rounded from the float network's; absent where it runs in float, or
   * was not asked for. Of a ReLU that is alone in reading its input: for the ReLU and the op before it together.
   */
  readonly isolated?: SignalError;
  /**
   * Share of the values at or beyond an end of the int8 range, MNN's "overflow ratio"; absent where the
   * tensor stays float. An end that stands for zero is no overflow.
   */
  readonly overflow?: number;
  /** Share of the values beyond an end, which rounding changed by more than half a step. */
  readonly clipped?: number;
}

/** Cosine similarity from -1 to 1; 1 for two zero vectors, 0 for one, NaN where a value is not finite. */
export function cosineOf({ dot, squaredA, squaredB }: ErrorSums): number {
  if (squaredA === 0 && squaredB === 0) return 1;
  if (squaredA === 0 || squaredB === 0) return dot === 0 ? 0 : Number.NaN;
  return Math.min(1, Math.max(-1, dot / (Math.sqrt(squaredA) * Math.sqrt(squaredB))));
}

/**
 * Signal-to-noise ratio 10 log10(signal / noise) in dB, of sums of squares: infinite where nothing is noise, -infinite
 * where all is, NaN where a sum is no number.
 */
export function snrOf(signal: number, noise: number): number {
  if (noise === 0) return Number.isNaN(signal) ? signal : Number.POSITIVE_INFINITY;
  return (10 / Math.LN10) * (log(signal) - log(noise));
}

/** Worst first: NaN, then by rising cosine, then by falling overflow; equals keep their order. */
export function worstFirst(errors: readonly LayerError[]): LayerError[] {
  return [...errors].sort(
    (a, b) => compareCosines(a.cosine, b.cosine) || (b.overflow ?? 0) - (a.overflow ?? 0),
  );
}

/** Negative where `a` is worse. */
export function compareCosines(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a - b;
}
