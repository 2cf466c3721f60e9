import type { BucketForm } from './bucket-arrays.ts';

/**
 * What the arrays of saved statistics mean, as data that JSON can hold. A kind of observation is one optional entry
 * here and one per tensor, so that a new kind leaves the older ones readable.
 */
export interface StatisticsHeader {
  /** Of |x|: `bins` equal bins of [0, largest |x|]; what is at or below `skipBelow` is not counted. */
  readonly histogram?: { readonly bins: number; readonly skipBelow: number };
  readonly tensors: readonly SavedTensor[];
}

/** What was seen of a tensor over all samples. */
export interface SavedTensor {
  /** Its number in the graph, which its arrays are called by. */
  readonly id: number;
  readonly name: string;
  /** The finite values, with their signs; `null` where there is none. */
  readonly range: { readonly min: number; readonly max: number } | null;
  /** How many values there were, and how many of them were NaN or infinite. */
  readonly count: number;
  readonly nonFinite: number;
  /** Of its buckets of |x|. */
  readonly buckets?: BucketForm;
}

/** The name of a tensor's array, such as `12/histogram` or `12/buckets/counts`. */
export function arrayName({ id }: Pick<SavedTensor, 'id'>, ...parts: readonly string[]): string {
  return [id, ...parts].join('/');
}
