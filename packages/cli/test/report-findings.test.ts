import { describe, expect, it } from 'vitest';
import type { ReportAuto, ReportTrial } from '../src/report/auto-schema.ts';
import { findingsOf } from '../src/report/findings/index.ts';
import type {
  Report,
  ReportError,
  ReportHistogram,
  ReportLayer,
  ReportSample,
} from '../src/report/schema.ts';

function error(cosine: number | null, snr: number | null = 40): ReportError {
  return { cosine, snr, maxError: 0.1, worst: { sample: 0, name: 'a.jpg', cosine } };
}

function layer(op: string, change: Partial<ReportLayer> = {}): ReportLayer {
  return {
    op,
    type: 'Convolution',
    tensor: 1,
    tensorName: op,
    order: 1,
    int8: true,
    output: false,
    multiplyAdds: 100,
    samples: 40,
    accumulated: error(0.9999),
    isolated: error(0.9999),
    overflow: 0,
    clipped: 0,
    scale: 0.01,
    zeroPoint: 0,
    ...change,
  };
}

function histogram(tensor: number, largest: number, end = 1.27): ReportHistogram {
  const clip = { low: -end, high: end };
  return {
    tensor,
    min: -largest,
    max: largest,
    counts: [1, 1],
    mean: 0,
    deviation: largest,
    notFinite: 0,
    clip,
  };
}

function sample(
  name: string,
  change: Partial<ReportSample['inputs'][number]> = {},
  like?: number,
): ReportSample {
  const input = { name: 'image', shape: [1, 3, 2, 2], min: -1, max: 1, mean: 0.1, deviation: 0.5, ...change };
  return { name, inputs: [input], ...(like !== undefined && { like }) };
}

/** Forty good samples, one good layer. */
function report(change: Partial<Report> = {}, summary: Partial<Report['summary']> = {}): Report {
  const list = Array.from({ length: 40 }, (_, i) => sample(`${i}.jpg`));
  const file = { file: 'a.mnn', bytes: 1, sha256: '' };
  return {
    version: 1,
    tool: 'mnnquant',
    source: file,
    written: file,
    reproduce: {
      command: '',
      config: { input_type: 'image', format: 'RGB', inputs: [] },
      configFile: file,
      given: ['path', 'format'],
      samplesSha256: '',
      versions: {},
      device: '',
      backend: 'cpu',
      threads: 1,
    },
    outputs: [{ name: 'out', shape: [1, 10], error: error(0.9995) }],
    layers: [layer('conv', { output: true, tensorName: 'out' })],
    histograms: [histogram(1, 1.2)],
    weights: [],
    samples: { used: list.length, skipped: [], list },
    timings: [],
    ...change,
    summary: {
      convolutions: { int8: 1, total: 1 },
      multiplyAdds: { int8: 100, total: 100 },
      casts: 0,
      float: [],
      findings: [],
      warnings: [],
      ...summary,
    },
  };
}

function trial(cosine: number | null, change: Partial<ReportTrial> = {}): ReportTrial {
  return {
    settings: { feature_quantize_method: 'KL' },
    freed: [],
    multiplyAdds: { int8: 1000, total: 1000 },
    outputs: [
      { name: 'out', cosine },
      { name: 'near', cosine: 1 },
    ],
    chosen: false,
    ...change,
  };
}

function auto(trials: ReportTrial[], change: Partial<ReportAuto> = {}): ReportAuto {
  return {
    reached: true,
    judged: { folder: 'judge/', samples: 40, own: true },
    runs: 9,
    seconds: 1,
    trials,
    sensitivity: [],
    ...change,
  };
}

function samplesOf(list: readonly ReportSample[]): Pick<Report, 'samples'> {
  return { samples: { used: list.length, skipped: [], list: [...list] } };
}

/** What is advised where none of it was used. */
const SETTINGS =
  '"feature_quantize_method": "MSE", "feature_asymmetric": true, "equalize": true, "bias_correction": true (ahead or near the best on every network of docs/accuracy.md), or mnnquant auto, which tries settings';

/** Levels and beginnings of what is found. */
function found(data: Report): string[] {
  return findingsOf(data).map(({ level, text }) => `${level}: ${text}`);
}

it('a run without anything odd has no finding', () => {
  expect(found(report())).toEqual([]);
});

it('the report is not changed', () => {
  const data = report({ outputs: [{ name: 'out', shape: [1, 4], error: error(0.9) }] });
  const before = structuredClone(data);
  expect(findingsOf(data)).toEqual(findingsOf(data));
  expect(data).toEqual(before);
});

it('problems come first, then warnings, then notes', () => {
  const data = report(
    { ...samplesOf([sample('a.jpg')]), outputs: [{ name: 'out', shape: [1, 4], error: error(0.9) }] },
    { casts: 9 },
  );
  const levels = findingsOf(data).map(({ level }) => level);
  expect(levels).toEqual(['problem', 'warning', 'note']);
});

describe('outputs', () => {
  // sqrt(1 - 10^(-SNR/10)): 0.9955 at 20.5 dB, 0.948 at 9.9 dB.
  it.each([
    [20.5, undefined],
    [16.5, 'warning'],
    [9.9, 'problem'],
  ])('of one number are judged by their noise, at %d dB %s', (snr, level) => {
    const data = report({ outputs: [{ name: 'out', shape: [1, 1], error: { ...error(1), snr } }] });
    const [first] = found(data);
    if (level === undefined) expect(first).toBeUndefined();
    else
      expect(first).toMatch(
        new RegExp(`^${level}: The output out is .* off: ${snr} dB from the float network\\.$`),
      );
  });

  it.each([
    [0.9901, undefined],
    [0.9899, 'warning'],
    [0.949, 'problem'],
    [null, 'problem'],
  ])('with a cosine of %s: %s', (cosine, level) => {
    const [first] = findingsOf(
      report({ outputs: [{ name: 'out', shape: [1, 4], error: error(cosine, 12.34) }] }),
    );
    expect(first?.level).toBe(level);
    if (cosine !== null && level)
      expect(first?.text).toContain(`cosine ${cosine.toFixed(4)} to the float network (12.3 dB), at worst`);
    if (level) expect(first?.op).toBe('conv');
  });
});

describe('layers', () => {
  const chain = (cosines: readonly number[], alone: readonly number[]): ReportLayer[] =>
    cosines.map((cosine, i) =>
      layer(`conv${i}`, { order: i, tensor: i, accumulated: error(cosine), isolated: error(alone[i]!) }),
    );

  it('names the steepest fall and says whether the error is made there', () => {
    const made = findingsOf(
      report({ layers: chain([0.999, 0.998, 0.95, 0.94], [0.999, 0.999, 0.96, 0.999]) }),
    );
    expect(made[0]).toMatchObject({ level: 'warning', op: 'conv2' });
    expect(made[0]?.text).toBe(
      'The accumulated cosine falls most at conv2 (Convolution): from 0.9980 to 0.9500. Alone in int8 it has 0.9600: the error is made here, by rounding what it reads.',
    );
    expect(made[0]?.advice).toContain('skip_quant_op_names with "conv2"');
    const arrived = findingsOf(
      report({ layers: chain([0.999, 0.998, 0.95, 0.94], [0.999, 0.99, 0.9999, 0.999]) }),
    );
    expect(arrived[0]?.text).toContain('the error is made before it, and grows here');
  });

  it('tells the scale of a result from what the op does', () => {
    // Of 100 values two are cut off from 10 to 1.27: noise of 152 beside a signal of 200 and little else.
    const counts = new Array<number>(100).fill(0);
    counts[0] = 98;
    counts[99] = 2;
    const spread = { ...histogram(0, 0), min: 0, max: 10, counts };
    const [cut] = chain([0.95], [0.9]).map((one) => ({ ...one, isolated: error(0.9, 1.2) }));
    const [first] = findingsOf(report({ layers: [cut!], histograms: [spread] }));
    expect(first?.text).toContain('the error is made here, by rounding its result');
    expect(first?.advice).toMatch(
      /^Try "feature_quantize_method": "MSE", .* or mnnquant auto, which tries settings\. /,
    );
    const weak = findingsOf(report({ layers: [cut!], histograms: [spread] }))[1];
    expect(weak?.advice).toBe(`Rounding its result is what loses in conv0: try ${SETTINGS}.`);
    // Without outliers rounding is far better than that.
    const [other] = findingsOf(report({ layers: [cut!], histograms: [histogram(0, 1)] }));
    expect(other?.text).toContain('by rounding what it reads');
  });

  it('tells weights that rounding changes from what a layer reads', () => {
    const [conv] = chain([0.95], [0.95]).map((one) => ({ ...one, isolated: error(0.95, 9) }));
    const weights = (snr: (number | null)[], bits = 8, max = [1, 1]) => [
      {
        op: 'conv0',
        type: 'Convolution',
        shape: [2, 1, 1, 1],
        bits,
        min: max.map((one) => -one),
        max,
        scale: max.map((one) => one / 127),
        snr,
      },
    ];
    const adviceOf = (change: Partial<Report>, config = {}): (string | undefined)[] => {
      const data = report({ layers: [conv!], ...change });
      Object.assign(data.reproduce.config, config);
      return findingsOf(data)
        .slice(0, 2)
        .map(({ advice }) => advice);
    };
    // Weights of 40 dB cannot make noise of 9 dB: another method for them would be useless advice.
    const [fall, weak] = adviceOf({ weights: weights([41, 43]) });
    expect(fall).toBe(
      `Try ${SETTINGS}, or skip_quant_op_names with "conv0", which takes 100.0 % of the multiply-adds out of int8.`,
    );
    expect(weak).toBe(`Rounding what it reads is what loses in conv0: try ${SETTINGS}.`);
    expect(adviceOf({ weights: weights([9, 9], 4) })).toEqual([
      'Try more quant_bits, weight_quantize_method "GPTQ" or "MSE", or skip_quant_op_names with "conv0", which takes 100.0 % of the multiply-adds out of int8.',
      'Rounding its weights is what loses in conv0: try more quant_bits, weight_quantize_method "GPTQ" or "MSE", or skip_quant_op_names.',
    ]);
    // A channel that is switched off has nothing to lose.
    expect(adviceOf({ weights: weights([43, 0], 8, [1, 1e-7]) })[1]).toMatch(/^Rounding what it reads/);
    // What the run used already is no advice.
    const used = {
      feature_quantize_method: 'MSE',
      feature_asymmetric: true,
      equalize: true,
      weight_quantize_method: 'GPTQ',
    };
    expect(adviceOf({ weights: weights([9, 9]) }, used)[1]).toBe(
      'Rounding its weights is what loses in conv0: try skip_quant_op_names.',
    );
    expect(adviceOf({ weights: weights([43, 43]) }, used)[1]).toContain(
      ': try "bias_correction": true (ahead',
    );
    const all = { ...used, bias_correction: true, weight_quantize_method: 'MSE' };
    expect(adviceOf({ weights: weights([43, 43]) }, all)[1]).toContain(
      'conv0: try mnnquant auto, which tries settings and frees single layers.',
    );
    expect(adviceOf({ weights: weights([9, 9]) }, all)[1]).toContain('try weight_quantize_method "GPTQ", or');
    // What is learned cannot go with statistics that change the weights afterwards.
    const moving = { feature_quantize_method: 'EMA', bn: 'train' };
    expect(adviceOf({ weights: weights([9, 9]) }, moving)[1]).toContain(
      'try weight_quantize_method "MSE", or',
    );
  });

  it('says that skipping alone is no help behind an op that gives int8', () => {
    const layers = chain([0.999, 0.95], [0.999, 0.95]).map((one) => ({
      ...one,
      reads: one.order ? [0] : [],
    }));
    const [first] = findingsOf(report({ layers }));
    expect(first?.advice).toContain('"conv1" alone helps little, since conv0 gives its result in int8');
  });

  it('says of a float layer where the error grows that it is made before', () => {
    const layers = chain([0.999, 0.9], [0.999, 0.999]);
    layers[1] = { ...layers[1]!, type: 'UnaryOp', int8: false, isolated: undefined };
    const [first] = findingsOf(report({ layers }));
    expect(first?.text).toBe(
      'The accumulated cosine falls most at conv1 (UnaryOp): from 0.9990 to 0.9000. It runs in float: the error is made before it, and grows here.',
    );
    expect(first?.advice).toContain('isolated SNR is lowest');
  });

  it('follows what a layer reads, on the way to the worst output alone', () => {
    const branch = (
      op: string,
      tensor: number,
      reads: number[],
      cosine: number,
      output = false,
    ): ReportLayer =>
      layer(op, {
        tensor,
        order: tensor,
        reads,
        accumulated: error(cosine),
        isolated: error(cosine),
        output,
      });
    const layers = [
      branch('stem', 0, [], 0.999),
      branch('left', 1, [0], 0.97),
      branch('right', 2, [0], 0.996),
      branch('good', 3, [1], 0.998, true),
      branch('bad', 4, [2], 0.985, true),
    ];
    expect(findingsOf(report({ layers }))[0]?.text).toContain(
      'falls most at bad (Convolution): from 0.9960 to 0.9850',
    );
  });

  it('leaves small falls and NaN out', () => {
    const layers = chain([0.9995, 0.9985, 0.9975], [1, 1, 1]);
    expect(found(report({ layers }))).toEqual([]);
    const broken = layers.map((one) => ({
      ...one,
      accumulated: error(null, null),
      isolated: error(null, null),
    }));
    expect(found(report({ layers: broken }))).toEqual([]);
  });

  it('names those that are weak alone, the weakest first', () => {
    const layers = [
      layer('a', { isolated: error(0.999, 19.9) }),
      layer('b', { isolated: error(0.99, 8) }),
      layer('c', { isolated: error(1, 20) }),
    ];
    expect(found(report({ layers }))).toEqual([
      'warning: Alone in int8, with float inputs, 2 layers lose much: b (8 dB), a (19.9 dB).',
    ]);
  });

  it('tells clipping from values that share the end', () => {
    const layers = [
      layer('cut', { clipped: 0.02, overflow: 0.3 }),
      layer('white', { clipped: 0.001, overflow: 0.36 }),
      layer('fine', { clipped: 0.01, overflow: 0.1 }),
    ];
    expect(found(report({ layers }))).toEqual([
      'warning: Values beyond the int8 range are cut off: cut (2.0 %).',
      'note: Many values share the end of the range, without being beyond it: white (36.0 %). White areas of photos do that, and ReLU6.',
    ]);
  });
});

describe('scales', () => {
  it('shared with a tensor that is thirty times as wide', () => {
    const layers = [
      layer('narrow', { tensor: 1 }),
      layer('wide', { tensor: 2 }),
      layer('other', { tensor: 3, scale: 1 }),
    ];
    const narrow = report({
      layers,
      histograms: [histogram(1, 0.04), histogram(2, 1.27), histogram(3, 127, 127)],
    });
    expect(found(narrow)).toEqual([
      'warning: A tensor uses few of the 255 levels: narrow holds values up to 0.04 with a range to 1.27, shared with wide.',
    ]);
    expect(found(report({ layers, histograms: [histogram(1, 0.05), histogram(2, 1.27)] }))).toEqual([]);
    // Zeros lose nothing.
    expect(found(report({ layers, histograms: [histogram(1, 0), histogram(2, 1.27)] }))).toEqual([]);
  });
});

describe('weights', () => {
  const weights = (op: string, max: number[], snr: (number | null)[], bits = 8) => ({
    op,
    type: 'Convolution',
    shape: [max.length, 1, 1, 1],
    bits,
    min: max.map((one) => -one / 2),
    max,
    scale: max.map((one) => one / 127),
    snr,
  });

  it('that rounding changes much', () => {
    const data = report({ weights: [weights('a', [1, 1], [45, 12.5]), weights('b', [1, 1], [null, 20])] });
    expect(found(data)).toEqual([
      'warning: Rounding changes weights by more than a tenth: a (1 of 2 channels, channel 1 has 12.5 dB).',
    ]);
    expect(findingsOf(data)[0]?.advice).not.toContain('quant_bits');
    expect(findingsOf(report({ weights: [weights('a', [1], [12], 4)] }))[0]?.advice).toContain('quant_bits');
  });

  it('not of channels that are switched off: what decay left of them is no size', () => {
    const data = report({ weights: [weights('a', [2, 1e-8], [40, 0]), weights('b', [2, 3e-34], [40, 3])] });
    expect(found(data)).toEqual([]);
  });

  it('of channels that differ a hundred times, zeros aside', () => {
    const data = report({
      weights: [weights('a', [2, 0.01, 0], [40, 40, null]), weights('b', [1, 0.02], [40, 40])],
    });
    expect(found(data)).toEqual([
      'note: Channels of one convolution differ much in size: a (200 times: 0.01 to 2).',
    ]);
    expect(found(report({ weights: [weights('zero', [0, 0], [null, null])] }))).toEqual([]);
  });
});

describe('advice of what was searched or set already', () => {
  const settings = { feature_quantize_method: 'MSE', feature_asymmetric: true, equalize: true };
  const of = (change: Partial<Report>, config: Record<string, unknown>): string => {
    const data = report(change);
    Object.assign(data.reproduce.config, config);
    return findingsOf(data)
      .map(({ advice }) => advice)
      .join('\n');
  };
  const off = { outputs: [{ name: 'out', shape: [1, 4], error: error(0.9) }] };
  const wide = { op: 'a', type: 'Convolution', shape: [2, 1, 1, 1], bits: 8 };
  const uneven = { weights: [{ ...wide, min: [0, 0], max: [2, 0.01], scale: [1, 1], snr: [40, 40] }] };

  it('a search is not advised to who searched', () => {
    expect(of(off, { feature_quantize_method: 'AUTO' })).toContain(
      'try mnnquant auto with more samples or a longer --time,',
    );
    expect(of({ ...off, auto: auto([trial(0.9)]) }, {})).toContain('a longer --time,');
    expect(of(off, {})).toContain(`try ${SETTINGS},`);
  });

  it('equalization where it is off, in the config or in what was chosen', () => {
    expect(of(uneven, {})).toContain('Try "equalize": true, or leave such a convolution');
    expect(of(uneven, settings)).toContain('could not even them out, leave');
    const chosen = auto([trial(0.999, { settings, chosen: true })]);
    expect(of({ ...uneven, auto: chosen }, {})).toContain('could not even them out, leave');
  });

  it('ranges to one side of 0 for an input that is, where there are none', () => {
    const list = Array.from({ length: 40 }, (_, i) =>
      sample(`${i}.jpg`, { min: 1, max: 2, mean: 1.5, deviation: 0.2 }),
    );
    expect(of(samplesOf(list), {})).toContain('Else "feature_asymmetric": true gives ranges');
    expect(of(samplesOf(list), settings)).toBe('Check mean: is it that of the training?');
    expect(of(samplesOf(list), { feature_quantize_method: 'EMA' })).not.toContain('feature_asymmetric');
  });
});

describe('a search', () => {
  it('that reached its target and freed nothing has nothing to tell', () => {
    expect(found(report({ auto: auto([trial(0.999, { chosen: true })]) }))).toEqual([]);
  });

  it('that missed its target is a problem, with what was asked for and found', () => {
    const missed = auto([trial(0.98), trial(0.991, { chosen: true, top1: 0.7 })], {
      target: { cosine: 0.995, maxDrop: 0.5 },
      accuracy: 0.713,
      reached: false,
    });
    expect(found(report({ auto: missed }))).toEqual([
      'problem: The search did not reach its target: a cosine of 0.995 (the best found has 0.9910) and at most 0.5 points of top-1 lost (the best found loses 1.3).',
    ]);
    expect(findingsOf(report({ auto: missed }))[0]?.advice).toMatch(/^Its curve/);
    const late = findingsOf(report({ auto: { ...missed, stopped: 'time' } }));
    expect(late.map(({ level }) => level)).toEqual(['problem']);
    expect(late[0]?.advice).toMatch(/^Its time was over: give a longer --time\. /);
  });

  it('of no number says so', () => {
    const broken = auto([trial(null, { chosen: true })], {
      target: { cosine: 0.9, maxDrop: 1 },
      reached: false,
    });
    expect(found(report({ auto: broken }))[0]).toContain(
      'a cosine of 0.9 (the best found has none) and at most 1 points of top-1 lost (the best found loses an unknown number).',
    );
    expect(found(report({ auto: auto([], { reached: false }) }))).toEqual([
      'problem: The search did not reach its target: the one that was asked for.',
    ]);
  });

  it('tells what was freed and what that brought, how it ended and what judged', () => {
    const freed = trial(0.996, {
      chosen: true,
      freed: ['a', 'b', 'c', 'd'],
      multiplyAdds: { int8: 958, total: 1000 },
    });
    const data = auto([trial(0.98), trial(0.99), trial(null), freed], {
      target: { cosine: 0.995 },
      stopped: 'time',
      judged: { folder: 'x/', samples: 40, own: false },
    });
    expect(found(report({ auto: data }))).toEqual([
      'note: The search left 4 ops in float: a, b, c and 1 more. 4.2 % of the multiply-adds run in float; the worst output has a cosine of 0.9960, at best 0.9900 with none of them freed.',
      'note: The time of the search was over after 4 trials (9 runs over all samples), before everything was tried.',
      'note: The search was judged by the 40 samples that calibrated, which flatters what it found.',
    ]);
    expect(findingsOf(report({ auto: data }))[0]?.op).toBe('a');
  });
});

describe('what runs in float', () => {
  it('nothing quantized, with the reasons', () => {
    const float = [{ reason: 'it is in skip_quant_op_names', ops: [{ op: 'a', type: 'Convolution' }] }];
    const data = report(
      {},
      { convolutions: { int8: 0, total: 1 }, multiplyAdds: { int8: 0, total: 100 }, float },
    );
    expect(found(data)).toEqual([
      'problem: Nothing was quantized: none of 1 convolution runs in int8. Why ops stay float: it is in skip_quant_op_names (1).',
    ]);
  });

  it('much of the work, with the heaviest first', () => {
    const layers = [
      layer('small', { int8: false, multiplyAdds: 5, reason: 'x' }),
      layer('big', { int8: false, multiplyAdds: 20, reason: 'it has groups' }),
      layer('fine'),
    ];
    const data = report({ layers }, { multiplyAdds: { int8: 75, total: 100 } });
    expect(found(data)).toEqual([
      'warning: Only 75.0 % of the multiply-adds run in int8. In float: big (it has groups), small (x).',
    ]);
  });

  it('casts, where there are many for what runs in int8', () => {
    const layers = Array.from({ length: 10 }, (_, i) => layer(`conv${i}`, { tensor: i }));
    const float = [{ reason: 'MNN runs Eltwise in float', ops: [{ op: 'sum', type: 'Eltwise' }] }];
    expect(found(report({ layers }, { casts: 2, float }))).toEqual([]);
    expect(found(report({ layers }, { casts: 3, float }))).toEqual([
      'note: 3 casts between float and int8 for 10 ops in int8, 0.3 each. In float run 1 op: MNN runs Eltwise in float (sum).',
    ]);
  });
});

describe('samples', () => {
  const all = (change: Partial<ReportSample['inputs'][number]>): Report =>
    report(samplesOf(Array.from({ length: 40 }, (_, i) => sample(`${i}.jpg`, change))));

  it('few, and fewer', () => {
    const some = (count: number) =>
      found(report(samplesOf(Array.from({ length: count }, (_, i) => sample(`${i}`)))));
    expect(some(30)).toEqual([]);
    expect(some(29)[0]).toMatch(/^note: 29 samples used/);
    expect(some(9)[0]).toMatch(/^warning: 9 samples used/);
    expect(some(1)[0]).toMatch(/^warning: 1 sample used/);
  });

  it.each([
    [
      { min: 0, max: 255, mean: 120, deviation: 60 },
      'note: The input image has values from 0 to 255: pixels go in nearly as they are.',
    ],
    [
      { min: 0, max: 0.0039, mean: 0.002, deviation: 0.001 },
      'warning: The input image has values from 0 to 0.0039, next to nothing',
    ],
    [
      { min: 4, max: 6, mean: 5, deviation: 0.5 },
      'note: The input image has values from 4 to 6, around 5 with a deviation of 0.5',
    ],
  ])('whose values are odd: %j', (change, text) => {
    expect(found(all(change))[0]?.startsWith(text)).toBe(true);
    expect(found(all(change))).toHaveLength(1);
  });

  it('constant, and not those that the config says', () => {
    const flat = { min: 0.5, max: 0.5, mean: 0.5, deviation: 0 };
    const list = Array.from({ length: 40 }, (_, i) => sample(`${i}.jpg`, i === 3 ? flat : {}));
    expect(found(report(samplesOf(list)))).toEqual([
      'warning: A sample is one value all over: 3.jpg (image: 0.5).',
    ]);
    const withValue = report(samplesOf(list));
    withValue.reproduce.config.inputs = [{ name: 'image', value: 0.5 }];
    expect(found(withValue)).toEqual([]);
  });

  it('with numbers that are none', () => {
    const list = Array.from({ length: 40 }, (_, i) =>
      sample(`${i}`, i === 0 ? { notFinite: 2, min: null, max: null, mean: null } : {}),
    );
    expect(found(report(samplesOf(list)))).toEqual([
      'problem: Samples have values that are NaN or infinite: 0 (image: 2).',
    ]);
  });

  it('alike, and skipped', () => {
    const list = Array.from({ length: 40 }, (_, i) => sample(`${i}.jpg`, {}, i > 28 ? 0 : undefined));
    expect(found(report(samplesOf(list)))[0]).toMatch(
      /^warning: 11 of 40 samples \(27\.5 %\) are nearly the same .*: 29\.jpg like 0\.jpg/,
    );
    const data = report();
    data.samples.skipped.push({ name: 'notes.txt', reason: 'is no image' });
    expect(found(data)).toEqual(['note: 1 file not used: notes.txt: is no image.']);
  });

  it('whose order of colours nobody has said', () => {
    const data = report();
    data.reproduce.config.format = 'BGR';
    data.reproduce.given = ['path'];
    expect(found(data)).toEqual([
      `note: The config does not say "format", so channels go in as BGR, the default of MNN's tool.`,
    ]);
  });
});
