import { type CpuBackend, createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { affordable } from '../../src/auto/freeable-ops.ts';
import { nearest } from '../../src/auto/nearest.ts';
import { prepareSearch } from '../../src/auto/search.ts';
import type { Settings } from '../../src/auto/settings.ts';
import { divided, someSamples } from '../../src/auto/some-samples.ts';
import type { Trial } from '../../src/auto/trials.ts';
import type { OpenedSamples } from '../../src/samples/opened.ts';
import { type MadeUp, preparedJob, searchMadeUp, verdictOf } from './made-up.ts';

const isMax = ({ settings }: Pick<MadeUp, 'settings'>) => settings.feature_quantize_method === 'MAX';
const accuracyOf = (float: number, int8: number) =>
  ({ a: { top1: float }, b: { top1: int8 }, samples: 10 }) as never;

describe('settings', () => {
  it('are not taken for a lower mean error that may be chance', async () => {
    // Of every second sample MAX loses four times less, of the others twice as much.
    const { chosen } = await searchMadeUp((one) =>
      verdictOf(isMax(one) ? [0.1, 0.1, 0.1, 0.1] : [0.4, 0.05, 0.4, 0.05]),
    );
    expect(isMax(chosen)).toBe(false);
  });

  it('are taken where they lose less of nearly all samples, though a strange one makes their mean error higher', async () => {
    const { chosen } = await searchMadeUp((one) =>
      verdictOf(isMax(one) ? [0.005, 0.005, 0.005, 0.52] : [0.01, 0.01, 0.01, 0.5]),
    );
    expect(isMax(chosen)).toBe(true);
  });
});

describe('a target that the best settings miss', () => {
  /** MAX loses no less of a typical sample, but has the lower mean error. */
  const seems = (one: MadeUp, max: number, others: number) =>
    verdictOf(0.1, { error: isMax(one) ? max : others });

  it('is reached by others without freeing anything', async () => {
    const { chosen, reached, sensitivity, trials } = await searchMadeUp((one) => seems(one, 0.01, 0.1), {
      target: { cosine: 0.95 },
      count: 40,
    });
    expect([reached, isMax(chosen), chosen.freed, sensitivity]).toEqual([true, true, [], []]);
    expect(chosen.verdict.samples).toBe(40);
    expect(trials.filter(({ freed }) => freed.length > 0)).toEqual([]);
  });

  it('is reached by those that lose least of a typical sample, of several', async () => {
    const typical = { MSE: 0.1, MAX: 0.098, KL: 0.099, PERCENTILE: 0.1, ADMM: 0.1, EMA: 0.1 };
    const { chosen } = await searchMadeUp(
      ({ settings: { feature_quantize_method: method } }) =>
        verdictOf(typical[method], { error: method === 'MAX' || method === 'KL' ? 0.01 : 0.1 }),
      { target: { cosine: 0.95 } },
    );
    expect(isMax(chosen)).toBe(true);
  });

  it('is not reached by what holds for some samples only; of what was judged by all the nearest is freed', async () => {
    const { chosen, reached, asked } = await searchMadeUp(
      (one) => {
        if (one.freed.length > 0) return verdictOf(0.01);
        return one.samples === 40 ? seems(one, 0.2, 0.5) : seems(one, 0.01, 0.5);
      },
      { target: { cosine: 0.95 }, count: 40 },
    );
    expect([reached, isMax(chosen), chosen.freed.length]).toEqual([true, true, 1]);
    for (const one of asked.filter(({ freed }) => freed.length > 0)) expect(isMax(one)).toBe(true);
  });
});

describe('where nothing reaches the target', () => {
  it('what misses it least of all that was judged by all samples is the nearest', async () => {
    const errors = new Map([
      ['', 0.5],
      ['conv1', 0.3],
      ['conv1,conv2', 0.35],
    ]);
    const { chosen, reached, trials } = await searchMadeUp(
      ({ freed, samples }) => {
        // By some samples everything seems nearer. For the ranking, conv1 helps most.
        if (samples < 40) return verdictOf(0.1, { typical: freed.includes('conv1') ? 0.01 : 0.2 });
        return verdictOf(errors.get(freed.join())!);
      },
      { target: { cosine: 0.95 }, count: 40 },
    );
    expect(trials.filter(({ verdict }) => verdict.samples === 40)).toHaveLength(errors.size);
    expect([reached, chosen.freed, chosen.verdict.samples]).toEqual([false, ['conv1'], 40]);
  });

  it('that is counted in points of accuracy, and between equals by the error of outputs', () => {
    const trial = (error: number, top1: number): Trial =>
      ({ verdict: verdictOf(error, { accuracy: accuracyOf(0.9, top1) }) }) as Trial;
    const trials = [trial(0.1, 0.7), trial(0.4, 0.85), trial(0.3, 0.85), trial(0.2, 0.8)];
    expect(nearest(trials, { maxDrop: 1 })).toBe(trials[2]);
    expect(nearest(trials, { cosine: 0.99 })).toBe(trials[0]);
    // All of these hold.
    expect(nearest(trials.slice(1, 4), { maxDrop: 20 })).toBe(trials[3]);
  });
});

describe('ops that are freed', () => {
  /** Only conv1 in float does it. */
  const needsFirst = ({ freed }: MadeUp) => verdictOf(freed.includes('conv1') ? 0.001 : 0.1);

  it('are no more than it takes', async () => {
    const { chosen, reached } = await searchMadeUp(needsFirst, { target: { cosine: 0.99 } });
    expect([reached, chosen.freed]).toEqual([true, ['conv1']]);
  });

  it('leave as much in int8 as was asked for', async () => {
    // Without conv1 that is 40 %.
    const least = async (minInt8: number) => {
      const { reached, trials } = await searchMadeUp(needsFirst, { target: { cosine: 0.99 }, minInt8 });
      return { reached, freed: trials.map(({ freed }) => freed.join()).filter((names) => names !== '') };
    };
    expect(await least(0.4)).toEqual({ reached: true, freed: ['conv1'] });
    expect(await least(0.41)).toEqual({ reached: false, freed: ['conv2'] });
    expect(await least(0.61)).toEqual({ reached: false, freed: [] });
  });

  it('are passed over where they cost too much, for others that do not', () => {
    const ops = [3, 5, 1, 2].map((multiplyAdds) => ({ name: `of ${multiplyAdds}`, multiplyAdds }));
    expect(affordable(ops, 6).map(({ name }) => name)).toEqual(['of 3', 'of 1', 'of 2']);
    expect(affordable(ops, 0)).toEqual([]);
  });

  it('are ranked without correcting biases, by few samples, and tried with what was chosen, by all', async () => {
    const { chosen, asked } = await searchMadeUp(
      (one) => {
        const error = needsFirst(one).error * (one.settings.bias_correction ? 1 : 2);
        return verdictOf(error);
      },
      { target: { cosine: 0.99 }, count: 40 },
    );
    const told = asked.map(({ settings: { bias_correction }, freed, samples }) => ({
      bias_correction,
      freed: freed.join(),
      samples,
    }));
    expect(told.filter(({ samples }) => samples === 8)).toEqual([
      { bias_correction: false, freed: '', samples: 8 },
      { bias_correction: false, freed: 'conv2', samples: 8 },
      { bias_correction: false, freed: 'conv1', samples: 8 },
    ]);
    for (const { bias_correction } of told.filter(({ samples }) => samples === 40))
      expect(bias_correction).toBe(true);
    expect(chosen).toMatchObject({ freed: ['conv1'], settings: { bias_correction: true } });
  });
});

describe('samples', () => {
  const SETTINGS: Settings = {
    feature_quantize_method: 'MSE',
    feature_asymmetric: true,
    weight_quantize_method: 'GPTQ',
    equalize: true,
    bias_correction: true,
  };

  let backend: CpuBackend;
  beforeAll(async () => {
    backend = await createCpuBackend();
  });

  /** Which of ten samples are read by what calibrates and by what judges. */
  async function readBy(judging?: number) {
    const job = await preparedJob();
    const read = new Set<string>();
    const samples = madeUpSamples(10, read);
    const own = judging === undefined ? undefined : someSamples(samples, [judging]);
    const options = { backend, memoryBytes: 2 ** 26, warn: () => {} };
    const auto = { given: [], ...(own && { judging: { folder: 'test', samples: own } }) };
    const { bench, judge, data } = prepareSearch(job, samples, { ...options, auto });
    const { written } = await bench.quantize(SETTINGS);
    const calibrating = [...read].sort();
    read.clear();
    await judge.judge(written);
    return { calibrating, judging: [...read].sort(), data };
  }

  it('that are set aside judge and do not calibrate', async () => {
    const { calibrating, judging, data } = await readBy();
    const expected = divided(madeUpSamples(10, new Set()));
    expect(calibrating).toEqual([...expected.calibrating.names].sort());
    expect(judging).toEqual([...expected.judging.names].sort());
    expect(calibrating.filter((name) => judging.includes(name))).toEqual([]);
    expect(data).toMatchObject({ samples: 3, own: true, setAside: true });
  });

  it('all calibrate where others judge', async () => {
    const { calibrating, judging, data } = await readBy(4);
    expect([calibrating.length, judging]).toEqual([10, ['4.png']]);
    expect(data).toMatchObject({ folder: 'test', samples: 1, own: true, setAside: false });
  });
});

/** @param read takes the names of those that are loaded */
function madeUpSamples(count: number, read: Set<string>): OpenedSamples {
  const names = Array.from({ length: count }, (_, i) => `${i}.png`);
  return {
    count,
    names,
    files: [],
    skipped: [],
    unused: 0,
    warnings: [],
    load: async (i) => {
      read.add(names[i]!);
      const data = Float32Array.from({ length: 3 * 16 * 16 }, (_, at) => Math.sin(at * (i + 1)));
      return new Map([['image', data]]);
    },
  };
}
