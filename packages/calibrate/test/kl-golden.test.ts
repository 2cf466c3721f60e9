import { describe, expect, it } from 'vitest';
import { hostStatistics } from '../src/observers/host-statistics.ts';
import { hasLittleData } from '../src/observers/little-data.ts';
import { klScale, klSolver } from '../src/solvers/kl.ts';
import { KlSearch } from '../src/solvers/kl-threshold.ts';
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

// Where values pile up in few bins, or are few, MNN cuts the largest off; ours keeps them and says so.
const LED_ASTRAY = new Set(['sparse', 'spiked', 'two-values']);

describe('KL against the scales of MNN 3.6.1', () => {
  it.each(golden.kinds)('$kind', ({ kind, side, scale }) => {
    const desc = { shape: [1, 1, side, side], dtype: 'float32', layout: 'NCHW' } as const;
    const threshold = hasLittleData(desc) ? 'maximum' : 'search';
    const seen = statistics(kind as GoldenKind, side);
    if (threshold === 'search')
      expect(klScale(new KlSearch(seen.counts).threshold(), seen.absMax, 127)).toBe(scale);
    const solution = klSolver.solve(seen, { clamp: 127, threshold });
    if (LED_ASTRAY.has(kind)) {
      expect(solution.scale * 127).toBeCloseTo(seen.absMax, 2);
      expect(solution.note).toMatch(
        /KL would have cut off the largest [\d.]+ % of the values; the maximum is used/,
      );
    } else {
      expect(solution.method).toBe(threshold === 'search' ? 'KL' : 'maximum');
      // Among equally good thresholds ours takes the largest.
      expect(solution.scale).toBeGreaterThanOrEqual(scale);
      expect(solution.scale).toBeLessThan(scale * 1.05);
    }
  });
});
