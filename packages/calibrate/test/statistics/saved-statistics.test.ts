import { type ObservationKind, type TensorStatistics, ValueBuckets } from '@mnnquant/graph';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureStatistics, hostStatistics } from '../../src/observers/host-statistics.ts';
import { klSolver } from '../../src/solvers/kl.ts';
import { encodeStatistics } from '../../src/statistics/encode.ts';
import { SavedStatistics } from '../../src/statistics/saved-statistics.ts';
import { everyObservation } from '../../src/statistics/what-to-save.ts';

const HISTOGRAM = { kind: 'histogram', bins: 16, skipBelow: 0.5 } as const;
const BUCKETS = { kind: 'buckets' } as const;

/** What an observation of one tensor brings, both kinds. */
function seenOf(data: Float32Array): TensorStatistics {
  const finite = [...data].filter(Number.isFinite);
  const range = {
    min: Math.min(...finite),
    max: Math.max(...finite),
    count: data.length,
    nonFinite: data.length - finite.length,
  };
  const tensor = { data, desc: { shape: [data.length], dtype: 'float32', layout: 'NCHW' } } as const;
  const { counts, absMax } = hostStatistics(tensor as never, HISTOGRAM);
  const buckets = new ValueBuckets();
  buckets.addValues(data);
  return { range, absMax, values: counts, buckets };
}

/** As a file would hold it. */
function saved(seen: ReadonlyMap<number, TensorStatistics>, names: readonly string[]): SavedStatistics {
  const { header, arrays } = encodeStatistics(seen, names, {
    bins: HISTOGRAM.bins,
    skipBelow: HISTOGRAM.skipBelow,
  });
  return new SavedStatistics(JSON.parse(JSON.stringify(header)), (name) => arrays.get(name));
}

describe('saved statistics', () => {
  it('are those that were observed', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 200 }), (data) => {
        const seen = seenOf(data);
        const back = saved(new Map([[3, seen]]), ['', '', '', 'x']);
        expect(back.statisticsOf(3, 'x', HISTOGRAM)).toEqual(featureStatistics(seen));
        const { buckets, ...rest } = back.statisticsOf(3, 'x', BUCKETS) as never as { buckets: ValueBuckets };
        const { buckets: expected, ...others } = featureStatistics(
          seen,
          'buckets',
        ) as never as typeof rest & {
          buckets: ValueBuckets;
        };
        expect([rest, [...buckets]]).toEqual([others, [...expected]]);
      }),
    );
  });

  it('hold counts beyond 32 bits', () => {
    const seen = { ...seenOf(Float32Array.of(1)), values: new Float64Array(16).fill(2 ** 48) };
    const range = { ...seen.range, count: 2 ** 53 - 1 };
    const back = saved(new Map([[0, { ...seen, range }]]), ['x']);
    expect(back.statisticsOf(0, 'x', HISTOGRAM)).toMatchObject({ counts: seen.values });
  });

  const one = new Map([[0, seenOf(Float32Array.of(1, -2, 3))]]);
  const { buckets: _, ...histogramOnly } = one.get(0)!;
  it.each<[string, SavedStatistics, number, string, ObservationKind, RegExp]>([
    ['a tensor', saved(one, ['x']), 1, 'y', HISTOGRAM, /have no tensor 1 \(y\), which this config needs/],
    [
      'the tensor of that name',
      saved(one, ['x']),
      0,
      'y',
      HISTOGRAM,
      /expected tensor 0 to be y, they have x/,
    ],
    ['buckets', saved(new Map([[0, histogramOnly]]), ['x']), 0, 'x', BUCKETS, /\(x\) lack buckets of values/],
    [
      'that many bins',
      saved(one, ['x']),
      0,
      'x',
      { ...HISTOGRAM, bins: 99 },
      /lack a histogram of 99 bins above 0.5, only one of 16 bins above 0.5/,
    ],
  ])('say that they lack %s', (_, statistics, id, name, kind, message) => {
    expect(() => statistics.statisticsOf(id, name, kind)).toThrow(message);
  });

  it('are not believed where there are more counts than values', () => {
    const { header, arrays } = encodeStatistics(one, ['x'], HISTOGRAM);
    const [tensor] = header.tensors;
    const fewer = { ...header, tensors: [{ ...tensor!, count: 1 }] };
    const damaged = new SavedStatistics(fewer, (name) => arrays.get(name));
    for (const kind of [HISTOGRAM, BUCKETS])
      expect(() => damaged.statisticsOf(0, 'x', kind)).toThrow(/tensor 0 \(x\) are damaged: expected/);
  });
});

describe('what is observed to be saved', () => {
  it('is what the solvers want, all of them', () => {
    expect(everyObservation()).toEqual({ ...klSolver.observation, withBuckets: true });
  });

  it('is one histogram', () => {
    const other = { ...klSolver, observation: { ...klSolver.observation, bins: 100 } };
    expect(() => everyObservation([klSolver, other] as never)).toThrow('one kind of histogram');
  });
});
