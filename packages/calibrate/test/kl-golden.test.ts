import { describe, expect, it } from 'vitest';
import { hostStatistics } from '../src/observers/host-statistics.ts';
import { hasLittleData } from '../src/observers/little-data.ts';
import { mergeStatistics } from '../src/observers/merge.ts';
import { klSolver } from '../src/solvers/kl.ts';
import golden from './golden/kl.json' with { type: 'json' };
import { type GoldenKind, goldenValues } from './golden/kl-values.ts';

/** One histogram over all samples, with the common range, as MNN takes it. */
function statistics(kind: GoldenKind, side: number) {
  const data = new Float32Array(golden.samples * side * side);
  for (let sample = 0; sample < golden.samples; sample++) {
    data.set(goldenValues(kind, sample, side * side), sample * side * side);
  }
  const tensor = { shape: [data.length], dtype: 'float32', layout: 'NCHW', data } as const;
  return hostStatistics(tensor, klSolver.observation);
}

describe('KL against the scales of MNN 3.6.1', () => {
  it.each(golden.kinds)('$kind', ({ kind, side, scale }) => {
    const desc = { shape: [1, 1, side, side], dtype: 'float32', layout: 'NCHW' } as const;
    const threshold = hasLittleData(desc) ? 'maximum' : 'search';
    const seen = mergeStatistics([statistics(kind as GoldenKind, side)], klSolver.observation.bins);
    expect(klSolver.solve(seen, { clamp: 127, threshold }).scale).toBe(scale);
  });
});
