import { rankLayers } from '@mnnquant/calibrate';
import { describe, expect, it } from 'vitest';
import { reportedAuto } from '../src/report/auto.ts';
import type { ReportAuto, ReportSensitivity, ReportTrial } from '../src/report/auto-schema.ts';
import { autoSchema } from '../src/report/auto-schema.ts';
import {
  bestFirst,
  chosenTrial,
  floatShare,
  holds,
  leastCosine,
  lostPoints,
  settingsText,
} from '../src/report/auto-trials.ts';
import {
  autoPoints,
  distanceText,
  distanceTicks,
  LEAST_DISTANCE,
  logarithmicRange,
  targetHeight,
} from '../src/report/html/auto-points.ts';
import { LEAST_SPACING } from '../src/report/html/axis-ticks.ts';
import { correctedOps } from '../src/report/html/corrections-section.ts';
import { renderReport } from '../src/report/html/index.ts';
import { durationText, large } from '../src/report/html/text.ts';
import { pointsText, sortedTrials, trialColumns, trialRows } from '../src/report/html/trial-columns.ts';
import { type Report, reportSchema } from '../src/report/schema.ts';
import { exampleAuto, exampleCorrections, searched } from './report-auto-example.ts';
import { exampleReport } from './report-example.ts';

/** @param float multiply-adds of 1000 that run in float */
function trial(cosine: number | null, float = 0, change: Partial<ReportTrial> = {}): ReportTrial {
  return {
    settings: {},
    freed: float > 0 ? ['a'] : [],
    multiplyAdds: { int8: 1000 - float, total: 1000 },
    outputs: [
      { name: 'a', cosine: 1 },
      { name: 'b', cosine },
    ],
    chosen: false,
    ...change,
  };
}

function auto(trials: ReportTrial[], change: Partial<ReportAuto> = {}): ReportAuto {
  const judged = { folder: 'judge/', samples: 40, own: true };
  return { reached: true, judged, runs: 9, seconds: 1, trials, sensitivity: [], ...change };
}

/** Text of a part of the page, without its tags. */
function textOf(report: Report, id: string): string {
  const [, part = ''] =
    new RegExp(`<section id="${id}"([\\s\\S]*?)</section>`).exec(renderReport(report)) ?? [];
  return part.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
}

it('the example is a report', async () => {
  const report = searched(await exampleReport(20));
  expect(reportSchema.safeParse(report).error?.issues ?? []).toEqual([]);
  const { auto: data } = report;
  expect(data?.trials.filter(({ chosen }) => chosen)).toHaveLength(1);
  expect(autoSchema.safeParse({ ...data, stopped: 'memory' }).success).toBe(false);
  expect(autoSchema.safeParse({ ...data, runs: 1.5 }).success).toBe(false);
});

describe('a trial', () => {
  it('is as good as its worst output', () => {
    expect(leastCosine(trial(0.98))).toBe(0.98);
    expect(leastCosine(trial(null))).toBe(null);
    expect(leastCosine({ ...trial(1), outputs: [] })).toBe(null);
    // Of one number the cosine is only a sign.
    expect(leastCosine(trial(1, 0, { error: 0.25 }))).toBe(0.75);
    expect(leastCosine(trial(1, 0, { error: null }))).toBe(null);
    expect(holds(trial(1, 0, { error: 1 - 0.99 }), auto([], { target: { cosine: 0.99 } }))).toBe(true);
    expect(floatShare(trial(1, 42))).toBe(0.042);
    expect(floatShare({ ...trial(1), multiplyAdds: { int8: 0, total: 0 } })).toBe(0);
    expect(lostPoints(trial(1, 0, { top1: 0.75 }), 0.8)).toBeCloseTo(5, 12);
    expect(lostPoints(trial(1, 0, { top1: 0.75 }), undefined)).toBeUndefined();
    expect([undefined, 0.671, -0.001, -1.5].map(pointsText)).toEqual(['–', '0.67', '0.00', '−1.50']);
  });

  it('holds a target where all of it holds', () => {
    const both = auto([], { target: { cosine: 0.99, maxDrop: 0.5 }, accuracy: 0.8 });
    expect(holds(trial(0.99, 0, { top1: 0.795 }), both)).toBe(true);
    expect(holds(trial(0.9899, 0, { top1: 0.8 }), both)).toBe(false);
    expect(holds(trial(1, 0, { top1: 0.794 }), both)).toBe(false);
    expect(holds(trial(1), both)).toBe(false);
    expect(holds(trial(null), both)).toBe(false);
    expect(holds(trial(null), auto([]))).toBe(true);
  });

  it('comes first where it holds with less in float, or else where it is nearer', () => {
    const trials = [
      trial(null),
      trial(0.98),
      trial(0.996, 300),
      trial(0.995, 100, { chosen: true }),
      trial(0.999, 100),
      trial(0.989, 10),
      trial(0.98, 50),
    ];
    expect(bestFirst(auto(trials, { target: { cosine: 0.995 } }))).toEqual([3, 4, 2, 5, 1, 6, 0]);
    // Asked for labels, these count.
    const labelled = [trial(0.99, 0, { top1: 0.7 }), trial(0.9, 0, { top1: 0.72 }), trial(0.99, 0)];
    expect(bestFirst(auto(labelled, { target: { maxDrop: 1 }, accuracy: 0.8 }))).toEqual([1, 0, 2]);
    expect(bestFirst(auto([]))).toEqual([]);
  });

  it('has its settings in short words, and says those that it does not know', () => {
    const settings = {
      feature_quantize_method: 'MSE',
      feature_asymmetric: true,
      weight_quantize_method: 'GPTQ',
      equalize: true,
      bias_correction: true,
    };
    expect(settingsText(settings)).toBe('MSE, asymmetric, weights GPTQ, equalized, biases corrected');
    const off = { feature_asymmetric: false, weight_quantize_method: 'MAX_ABS', equalize: false };
    expect(settingsText({ feature_quantize_method: 'KL', ...off, bias_correction: false })).toBe('KL');
    expect(settingsText({ feature_quantize_method: 'PERCENTILE', feature_percentile: 99.9 })).toBe(
      'PERCENTILE, 99.9 %',
    );
    expect(settingsText({ quant_bits: 8, other: [1, null] })).toBe('quant_bits 8, other [1,null]');
    expect(settingsText({})).toBe('as in the config');
  });
});

describe('the table of trials', () => {
  it('sorts by every column, equal ones by rank', () => {
    const data = auto(
      [trial(0.99, 0, { top1: 0.5 }), trial(null, 20), trial(0.999, 20, { chosen: true }), trial(0.98)],
      { accuracy: 0.6 },
    );
    const rows = trialRows(data);
    expect(rows.map(({ rank }) => rank)).toEqual([2, 4, 1, 3]);
    const columns = trialColumns(data);
    expect(columns.map(({ title }) => title)).toEqual([
      ...['#', 'Settings', 'Tried as', 'Freed', 'In float', 'Cosine', 'a', 'b', 'Top-1', 'Lost'],
    ]);
    const by = (key: string, direction: 'ascending' | 'descending'): number[] =>
      sortedTrials(rows, columns.find((one) => one.key === key)!, direction);
    expect(by('rank', 'descending')).toEqual([1, 3, 0, 2]);
    expect(by('cosine', 'descending')).toEqual([2, 0, 3, 1]);
    expect(by('float', 'ascending')).toEqual([0, 3, 2, 1]);
    // What has no value is last both ways.
    expect(by('top1', 'ascending')[0]).toBe(0);
    expect(by('top1', 'descending')[0]).toBe(0);
    for (const { key } of columns) expect([...by(key, 'descending')].sort()).toEqual([0, 1, 2, 3]);
  });

  it('has no column for what no trial has, nor one for each of many outputs', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ name: `o${i}`, cosine: 1 }));
    const keys = (data: ReportAuto): string[] => trialColumns(data).map(({ key }) => key);
    const about = ['rank', 'settings', 'trial', 'freed', 'float', 'cosine'];
    expect(keys(auto([{ ...trial(1), outputs: many }]))).toEqual(about);
    expect(keys(auto([{ ...trial(1), outputs: many.slice(0, 1), top1: 1 }]))).toEqual([...about, 'top1']);
    expect(keys(auto([]))).toEqual(about);
    const some = auto([
      { ...trial(1), outputs: [] },
      { ...trial(1), samples: 8 },
    ]);
    expect(keys(some)).toEqual([...about, 'samples']);
    const texts = trialRows(some).map((row) => trialColumns(some).at(-1)!.text(row));
    expect(texts).toEqual(['40', '8']);
  });
});

describe('the curve', () => {
  it('has a point for each trial by what runs in float, and joins what nothing beats', () => {
    const data = auto([
      trial(0.99, 100),
      trial(0.98),
      trial(null, 50),
      trial(0.97, 50),
      trial(0.999, 200, { chosen: true }),
      trial(0.5),
    ]);
    const points = autoPoints(data, 'cosine');
    expect(points.map(({ trial: at }) => at)).toEqual([1, 5, 3, 2, 0, 4]);
    expect(points.map(({ x }) => x)).toEqual([0, 0, 5, 5, 10, 20]);
    for (const [i, y] of [0.02, 0.5, 0.03, null, 0.01, 0.001].entries())
      if (y === null) expect(points[i]!.y).toBe(null);
      else expect(points[i]!.y).toBeCloseTo(y, 12);
    expect(points.filter(({ isFront }) => isFront).map(({ trial: at }) => at)).toEqual([1, 0, 4]);
    expect(points.findIndex(({ chosen }) => chosen)).toBe(5);
  });

  it('shows what equals float at the least that its axis has', () => {
    const [point] = autoPoints(auto([trial(1)]), 'cosine');
    expect(point?.y).toBe(LEAST_DISTANCE);
    expect(targetHeight(auto([], { target: { cosine: 1 } }), 'cosine')).toBe(LEAST_DISTANCE);
  });

  it('has the target of its measure as a line', () => {
    const data = auto([trial(1, 0, { top1: 0.9 })], {
      target: { cosine: 0.995, maxDrop: 0.5 },
      accuracy: 0.91,
    });
    expect(targetHeight(data, 'cosine')).toBeCloseTo(0.005, 12);
    expect(targetHeight(data, 'top1')).toBeCloseTo(9.5, 12);
    expect(autoPoints(data, 'top1')[0]?.y).toBeCloseTo(10, 12);
    expect(targetHeight(auto([]), 'cosine')).toBeUndefined();
    expect(targetHeight({ ...data, accuracy: undefined }, 'top1')).toBeUndefined();
  });

  it.each(
    [
      ...[[0.0031, 0.0048], [0.02], [0.0034, 0.0034003], [0.3, 0.9]],
      ...[[1e-5, 1], [2e-6, 0.7], [1e-7, 2], [1e-7], [1e-7, 1e-7], [], [1e-7, 1e12], [0.09999, 0.1]],
    ].map((values) => [values]),
  )('has numbers at distances that can be read for %j', (values) => {
    const [low, high] = logarithmicRange(values);
    for (const value of values) expect(value > low && value < high).toBe(true);
    for (const pixels of [120, 200, 228, 600]) {
      const ticks = distanceTicks(low, high, pixels);
      expect(ticks.length).toBeGreaterThanOrEqual(pixels < 200 ? 2 : 3);
      const heights = ticks.map((tick) => (pixels * Math.log(tick / low)) / Math.log(high / low));
      for (const [i, height] of heights.entries()) {
        expect(height).toBeGreaterThanOrEqual(0);
        expect(height).toBeLessThanOrEqual(pixels);
        if (i > 0) expect(height - heights[i - 1]!).toBeGreaterThanOrEqual(LEAST_SPACING);
      }
      const texts = ticks.map(distanceText);
      // What is written is where it stands: read back, it is the same number, and no two are alike.
      expect(texts.map((text) => Number(text.replace('≤ ', '').replace('−', '-')))).toEqual(ticks);
      expect(new Set(texts).size).toBe(texts.length);
      for (const text of texts) expect(text.length).toBeLessThanOrEqual(8);
    }
  });

  it('has each power of ten over several, 1, 2 and 5 over some, and equal steps over less than one', () => {
    const texts = (...[low, high]: [number, number]): string[] =>
      distanceTicks(low, high, 228).map(distanceText);
    expect(texts(0.9e-5, 1.1)).toEqual(['1e−5', '1e−4', '0.001', '0.01', '0.1', '1']);
    expect(texts(0.9e-3, 0.11)).toEqual(['0.001', '0.002', '0.005', '0.01', '0.02', '0.05', '0.1']);
    expect(texts(2.4e-3, 4.8e-3)).toEqual(['0.0025', '0.003', '0.0035', '0.004', '0.0045']);
    expect(texts(0.8e-7, 1e-6)).toEqual(['≤ 1e−7', '2e−7', '5e−7', '1e−6']);
  });

  it('leaves room above what equals float, and does not fill the axis with chance', () => {
    expect(logarithmicRange([LEAST_DISTANCE])).toEqual([LEAST_DISTANCE / 1.3, 10 * LEAST_DISTANCE]);
    const [low, high] = logarithmicRange([0.00342]);
    expect(high / low).toBeCloseTo(2, 9);
    expect(Math.sqrt(high * low)).toBeCloseTo(0.00342, 9);
  });
});

describe('the section', () => {
  it('is not there without a search, nor are corrections without any', async () => {
    const page = renderReport(await exampleReport(8));
    expect(page).not.toMatch(/id="(auto|corrections)"|href="#(auto|corrections)"/);
    expect(page).not.toContain('"auto":');
  });

  it('says what was asked for, whether it holds, and what judged', async () => {
    const report = await exampleReport(20);
    const data = exampleAuto(report, { target: { cosine: 0.994, maxDrop: 1 } });
    const text = textOf({ ...report, auto: data }, 'auto');
    expect(text).toContain(
      'Good The target holds Asked for: a cosine of 0.994 at least for every output, and at most 1 points',
    );
    expect(text).toContain('150 samples of validation/');
    expect(text).toContain('others than those that calibrated');
    expect(text).toContain('24 trials, 57 runs of a network over its samples');
    expect(text).toContain('6 min 11 s');
    const missed = { ...data, reached: false, stopped: 'time' as const };
    const badly = textOf({ ...report, auto: { ...missed, judged: { ...data.judged, own: false } } }, 'auto');
    expect(badly).toContain('Problem The target was not reached');
    expect(badly).toContain('The best found of 24 trials');
    expect(badly).toContain('it was over before the search was');
    expect(badly).toContain('those that calibrated, which flatters');
    const { target: _, ...free } = data;
    expect(textOf({ ...report, auto: free }, 'auto')).toContain('No target was asked for');
  });

  it('has all trials, the best first, and what each layer costs', async () => {
    const report = await exampleReport(60);
    const data = exampleAuto(report, { trials: 300 });
    const page = renderReport({ ...report, auto: data });
    const rows = [...page.matchAll(/<tr id="trial-(\d+)"/g)].map(([, i]) => Number(i));
    expect(rows).toEqual(bestFirst(data));
    expect(data.trials[rows[0]!]?.chosen).toBe(true);
    expect(page.match(/<span class="tag">chosen<\/span>/g)).toHaveLength(1);
    const text = textOf({ ...report, auto: data }, 'auto');
    const [{ op }] = data.sensitivity as [ReportSensitivity];
    const tag = chosenTrial(data)!.freed.includes(op) ? ' in float' : '';
    expect(text).toContain(`${op}${tag}0.992140.9952439 %`);
  });

  it('shows a search that found nothing, and ops that no row has', async () => {
    const report = await exampleReport(8);
    const none = textOf({ ...report, auto: auto([], { reached: false, target: { cosine: 1 } }) }, 'auto');
    expect(none).toContain('Nothing was chosen');
    const sensitivity = [
      { op: 'gone', multiplyAdds: 3, cost: 4, before: null, after: 0.5 },
      { op: 'equal', multiplyAdds: 0, cost: 1, before: 1, after: 1 },
      { op: 'harmful', multiplyAdds: 500, cost: 501, before: 0.5, after: 0.4 },
      { op: 'useless', multiplyAdds: 0, cost: 0, before: 0.5, after: 0.5 },
      { op: 'hardly', multiplyAdds: 0, cost: 1, before: 0.5, after: 0.4999 },
    ];
    const text = textOf({ ...report, auto: auto([trial(1)], { sensitivity }) }, 'auto');
    expect(text).toContain('Nothing was chosen');
    expect(text).toContain('goneNaN0.50000–0.3 %3–');
    expect(text).toContain('equal1.000001.00000–0 %0–');
    expect(text).toContain('harmful0.500000.40000−20 %50.0 %500–');
    expect(text).toContain('useless0.500000.500000 %0 %0–');
    expect(text).toContain('hardly0.500000.499900 %0 %0–');
  });
});

it.each([
  [999, '999'],
  [999_499, '999 k'],
  [999_500, '1.00 M'],
  [999_499_999, '999 M'],
  [999_500_000, '1.00 G'],
  [1.234e9, '1.23 G'],
])('large numbers have a prefix and no exponent: %s', (count, shown) => {
  expect(large(count)).toBe(shown);
});

describe('the ranking of ops', () => {
  /** Costs as the ranking counts them, of a network with 1000 multiply-adds that can all be freed. */
  const brings = (op: string, multiplyAdds: number, after: number) => ({
    ...{ op, multiplyAdds, cost: multiplyAdds + 1 },
    ...{ before: 0.9, after },
  });

  it('says that it goes by multiply-adds, and has the number that it goes by', async () => {
    const report = await exampleReport(8);
    // A tenth of the error for a thousandth, half of it for 40 + 1, all of it for 900 + 1 of 1000.
    const sensitivity = [brings('pad', 0, 0.91), brings('first', 40, 0.95), brings('large', 900, 1)];
    const chosen = trial(0.99, 40, { freed: ['first'], chosen: true });
    const text = textOf({ ...report, auto: auto([chosen], { sensitivity }) }, 'auto');
    expect(text).toContain('Most useful first for each multiply-add left in float');
    expect(text).toContain('Mult-addsof a sampleGone per 1 %');
    expect(text).toContain('pad0.900000.9100010 %0 %0100 %');
    expect(text).toContain('first in float0.900000.9500050 %4.0 %4012.2 %');
    expect(text).toContain('large0.900001.00000100 %90.0 %9001.11 %');
  });

  it.each([
    [999.4, '999 %'],
    [999.6, '1000 %'],
    [999.99, '1000 %'],
    [1000.4, '1000 %'],
  ])('says what goes for a percent without an exponent: %s', async (percents, shown) => {
    // All of the error, of a network of 1000 multiply-adds.
    const one = { op: 'a', multiplyAdds: 1, cost: 1000 / percents, before: 0, after: 1 };
    const report = await exampleReport(8);
    const text = textOf({ ...report, auto: auto([trial(1)], { sensitivity: [one] }) }, 'auto');
    expect(text).toContain(`100 %0.1 %1${shown}`);
  });

  it('has numbers that fall as the ranking does', async () => {
    const ops = [3, 0, 500, 40, 7, 450].map((multiplyAdds, i) => ({ name: `op${i}`, multiplyAdds }));
    const gains = [0.01, 0.002, 0.3, 0.1, 0.0004, 0.28];
    const ranked = await rankLayers(ops, 0.5, async (op) => 0.5 - gains[ops.indexOf(op as never)]!);
    const sensitivity = ranked.map(({ name, before, after, ...one }) => ({
      ...{ op: name, ...one },
      ...{ before: 1 - before, after: 1 - after },
    }));
    const page = renderReport({ ...(await exampleReport(8)), auto: auto([trial(0.9)], { sensitivity }) });
    const [, table = ''] = /id="sensitivity-table">([\s\S]*?)<\/table>/.exec(page) ?? [];
    const worth = [...table.matchAll(/([\d.]+) %<\/td><\/tr>/g)].map(([, number]) => Number(number));
    expect(worth).toHaveLength(6);
    expect(worth).toEqual([...worth].sort((a, b) => b - a));
  });
});

it('trials that have no point in the curve are counted', async () => {
  const report = await exampleReport(8);
  const text = (...trials: ReportTrial[]): string => textOf({ ...report, auto: auto(trials) }, 'auto');
  expect(text(trial(1))).not.toContain('no point');
  expect(text(trial(1), trial(null))).toContain('1 trial without a cosine has no point.');
  expect(text(trial(null), trial(null))).toContain('2 trials without a cosine have no point.');
});

it('the ops that a trial freed are named, and open without a script', async () => {
  const freed = ['a/<b>', 'c'];
  const page = renderReport({ ...(await exampleReport(8)), auto: auto([trial(1), trial(1, 5, { freed })]) });
  const [, list = ''] = /<details class="freed">([\s\S]*?)<\/details>/.exec(page) ?? [];
  expect(list.replaceAll(/<wbr>/g, '')).toBe(
    '<summary>+ 2 ops in float</summary><ul class="ops"><li><bdi>a/&lt;b&gt;</bdi></li><li><bdi>c</bdi></li></ul>',
  );
  expect(page.match(/<details class="freed">/g)).toHaveLength(1);
});

describe('corrections', () => {
  it('are told layer by layer, in the order of the network', async () => {
    const report = await exampleReport(20);
    const corrected = exampleCorrections(report);
    const text = textOf({ ...report, ...corrected }, 'corrections');
    const [first, second] = report.weights.map(({ op }) => op);
    expect(text).toContain(`${first}31 of 32×2×1.232 of 320.400.1031.038.0`);
    // No error at all, with either.
    expect(text).toContain(`${second}47 of 48×9×1.9547 of 482.070.35∞∞`);
    expect(text.indexOf(first!)).toBeLessThan(text.indexOf(second!));
    expect(text).toContain('7.0 dB nearer to float than with MAX_ABS on the average');
  });

  it('have columns for what was asked for alone', async () => {
    const report = await exampleReport(20);
    const { corrections } = exampleCorrections(report);
    const one = { ...report, corrections: { biasCorrection: corrections!.biasCorrection } };
    const text = textOf(one, 'corrections');
    expect(text).toContain('OpBiasesLargest shiftMean shift');
    expect(text).not.toMatch(/Equalized|Learned|equalize:/);
    const nothing = { equalize: { convolutions: 0, largestGain: 1, layers: [] } };
    expect(textOf({ ...report, corrections: nothing }, 'corrections')).toContain(
      'in 0 convolutions, by ×1 at most',
    );
    expect(correctedOps({ rounding: { layers: [{ op: 'x', nearest: 1 }], gain: 0 } })).toEqual([
      { op: 'x', learned: { op: 'x', nearest: 1 } },
    ]);
  });
});

it('an outcome of the search is the data of a report', () => {
  const settings = {
    feature_quantize_method: 'MSE',
    feature_asymmetric: true,
    weight_quantize_method: 'MAX_ABS',
    equalize: true,
    bias_correction: false,
  } as const;
  const common = { settings, freed: ['a'], multiplyAdds: { int8: 5, total: 9 }, error: 0.01, typical: 0.002 };
  const outputs = [{ name: 'out', cosine: 0.99 }];
  const data = reportedAuto({
    target: { cosine: 0.9 },
    reached: true,
    judged: { folder: 'x/', samples: 8, own: true, setAside: true },
    runs: 3,
    seconds: 2,
    trials: [
      { ...common, outputs, samples: 8, chosen: true },
      { ...common, outputs, samples: 4, chosen: false },
    ],
    sensitivity: [{ op: 'a', multiplyAdds: 4, cost: 4.01, before: 0.9, after: null }],
    chosen: { ...settings, skip_quant_op_names: ['a'] },
  });
  expect(autoSchema.parse(data)).toEqual(data);
  expect(data.trials.map(({ samples }) => samples)).toEqual([undefined, 4]);
  expect(data).not.toHaveProperty('chosen');
});

it('durations are in what a person counts', () => {
  expect([0.04, 59.94, 60, 371.4, 3599.7, 7425].map(durationText)).toEqual([
    ...['0.0 s', '59.9 s', '1 min 0 s', '6 min 11 s', '1 h 0 min', '2 h 3 min'],
  ]);
});
