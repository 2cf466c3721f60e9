import type { HistogramStatistics } from '../src/solvers/feature-solver.ts';
import { featureSolvers } from '../src/solvers/index.ts';

/** A bell over [-absMax, absMax]. */
export function bell(absMax: number): HistogramStatistics {
  const { bins } = featureSolvers.KL.observation;
  const counts = Float64Array.from({ length: bins }, (_, bin) =>
    Math.floor(5000 * Math.exp(-8 * (bin / bins) ** 2)),
  );
  return { counts, absMax, finite: counts.reduce((a, b) => a + b, 0), nonFinite: 0 };
}
