import type { RangeStatistics, TensorStatistics } from '@mnnquant/graph';
import { ValueBuckets } from '@mnnquant/graph';
import { bucketArrays } from './bucket-arrays.ts';
import { type NumberArray, narrowest } from './number-array.ts';
import { arrayName, type SavedTensor, type StatisticsHeader } from './statistics-header.ts';

/** Statistics as plain data, to be put into a file. */
export interface EncodedStatistics {
  readonly header: StatisticsHeader;
  /** By name, in the order of the tensors. */
  readonly arrays: ReadonlyMap<string, NumberArray>;
}

/**
 * Statistics of tensors as plain data, the same for the same values in whatever order they were seen.
 *
 * @param seen by tensor: a histogram, buckets, or both
 * @param names of all tensors of the graph
 * @param histogram how histograms were taken
 */
export function encodeStatistics(
  seen: ReadonlyMap<number, TensorStatistics>,
  names: readonly string[],
  histogram: StatisticsHeader['histogram'],
): EncodedStatistics {
  const arrays = new Map<string, NumberArray>();
  const tensors = [...seen]
    .sort(([a], [b]) => a - b)
    .map(([id, statistics]) => encodeTensor({ id, name: names[id] ?? '' }, statistics, arrays));
  return { header: { ...(histogram && { histogram }), tensors }, arrays };
}

function encodeTensor(
  tensor: Pick<SavedTensor, 'id' | 'name'>,
  { range, values, buckets = values instanceof ValueBuckets ? values : undefined }: TensorStatistics,
  arrays: Map<string, NumberArray>,
): SavedTensor {
  if (!(values instanceof ValueBuckets)) arrays.set(arrayName(tensor, 'histogram'), narrowest(values));
  const { count, nonFinite } = range;
  const saved = { ...tensor, range: endsOf(range), count, nonFinite };
  if (buckets === undefined) return saved;
  const encoded = bucketArrays(buckets);
  for (const [name, array] of Object.entries(encoded.arrays))
    arrays.set(arrayName(tensor, 'buckets', name), array);
  return { ...saved, buckets: encoded.form };
}

function endsOf({ min, max, count, nonFinite }: RangeStatistics): SavedTensor['range'] {
  return count === nonFinite ? null : { min, max };
}
