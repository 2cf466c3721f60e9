import {
  addToHistogram,
  type HostTensor,
  type ObservationKind,
  rangeOf,
  type TensorData,
  type TensorStatistics,
  ValueBuckets,
} from '@mnnquant/graph';
import type { FeatureStatistics, HistogramStatistics } from '../solvers/feature-solver.ts';

/**
 * Statistics of a tensor whose content the plan already knows: constants and folded arithmetic,
 * which no sample produces.
 */
export function hostStatistics(
  tensor: HostTensor,
  observation: ObservationKind & { kind: 'histogram' },
): HistogramStatistics;
export function hostStatistics(tensor: HostTensor, observation: ObservationKind): FeatureStatistics;
export function hostStatistics({ data }: HostTensor, observation: ObservationKind): FeatureStatistics {
  const range = rangeOf(data);
  const absMax = range.count === range.nonFinite ? 0 : Math.max(Math.abs(range.min), Math.abs(range.max));
  return featureStatistics({ range, absMax, values: valuesOf(data, absMax, observation) });
}

/**
 * What a solver gets of what was observed.
 *
 * @param kind what the solver needs, where both were observed
 */
export function featureStatistics(
  { range, absMax, values, buckets }: TensorStatistics,
  kind?: ObservationKind['kind'],
): FeatureStatistics {
  const finite = range.count - range.nonFinite;
  const seen = { absMax, finite, nonFinite: range.nonFinite, range: finiteRange(range) };
  if (values instanceof ValueBuckets) return { ...seen, buckets: values };
  return kind === 'buckets' && buckets ? { ...seen, buckets } : { ...seen, counts: values };
}

/** [0, 0] where no value is finite. No end is -0, which saved statistics would not bring back. */
function finiteRange({ min, max, count, nonFinite }: TensorStatistics['range']): {
  min: number;
  max: number;
} {
  return count === nonFinite ? { min: 0, max: 0 } : { min: min + 0, max: max + 0 };
}

function valuesOf(
  data: TensorData,
  absMax: number,
  observation: ObservationKind,
): Float64Array | ValueBuckets {
  if (observation.kind === 'buckets') {
    const buckets = new ValueBuckets();
    buckets.addValues(data);
    return buckets;
  }
  const { bins, skipBelow } = observation;
  const counts = new Float64Array(bins);
  if (absMax > skipBelow) addToHistogram(data, { bins, max: absMax, skipBelow }, counts);
  return counts;
}
