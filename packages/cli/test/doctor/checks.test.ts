import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/commands/doctor/checks/index.ts';
import { diagnose } from '../../src/commands/doctor/diagnose.ts';
import type { Facts } from '../../src/commands/doctor/facts.ts';
import type { Config } from '../../src/config/schema.ts';
import { facts, found, images } from './facts.ts';

describe('a run in which all is well', () => {
  it('has notes only', () => {
    expect(diagnose(facts()).map(({ check, level }) => `${check}: ${level}`)).toEqual([
      'int8-share: note',
      'settings: note',
      'estimate: note',
    ]);
  });

  it('has checks of different names', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
  });
});

describe('findings', () => {
  it('come with the worst first', () => {
    const levels = diagnose(facts({ images: images(3), model: { misfits: ['height: 3'] } })).map(
      ({ level }) => level,
    );
    expect(levels).toEqual(['problem', 'warning', 'note', 'note', 'note']);
  });

  it('say what the config is refused for, and what a run would say of it', () => {
    const given: Facts = {
      config: { file: 'c.json', problems: ['path: missing'], warnings: ['config: no such key'] },
      model: facts().model,
    };
    expect(found('config-keys', given)).toEqual([
      'problem: c.json: path: missing',
      'warning: c.json: no such key',
    ]);
    // Nothing is claimed of images that nobody saw.
    expect(diagnose(given).map(({ check }) => check)).toEqual(['config-keys', 'config-keys', 'int8-share']);
  });

  it('name what makes a model unfit', () => {
    expect(found('model-kind', facts({ model: { problem: 'it is quantized already' } }))).toEqual([
      'problem: it is quantized already',
    ]);
    expect(found('target', facts({ target: { file: 'b.mnn', problem: 'cannot write b.mnn' } }))).toEqual([
      'problem: cannot write b.mnn',
    ]);
  });
});

describe('settings', () => {
  const all = {
    feature_quantize_method: 'MSE',
    feature_asymmetric: true,
    equalize: true,
    bias_correction: true,
  };

  it('names what the config lacks of those that lose least', () => {
    expect(found('settings', facts())).toEqual([
      'note: without "feature_quantize_method": "MSE", "feature_asymmetric": true, "equalize": true, "bias_correction": true, which is ahead or near the best on every network that was measured (docs/accuracy.md)',
    ]);
    expect(found('settings', facts({ config: { ...all, equalize: false } }))[0]).toContain(
      'without "equalize": true, which',
    );
    expect(found('settings', facts({ config: all }))).toEqual([]);
  });

  it('has nothing to say where the search decides, or nothing will be quantized', () => {
    const { config, ...rest } = facts();
    const searched = { ...config.config!, feature_quantize_method: 'AUTO' } as unknown as Config;
    expect(found('settings', { ...rest, config: { ...config, config: searched } })).toEqual([]);
    expect(found('estimate', { ...rest, config: { ...config, config: searched } })[0]).toContain(
      'below a second on one core for each run, of which AUTO makes many;',
    );
    const work = { ...facts().model.work!, int8: 0 };
    expect(found('settings', facts({ model: { work } }))).toEqual([]);
  });
});

describe('int8-share', () => {
  const work = {
    ...facts().model.work!,
    int8: 0,
    convolutions: 2,
    float: new Map([['why not', ['a', 'b']]]),
  };

  it('is a problem where nothing will be quantized', () => {
    expect(found('int8-share', facts({ model: { work } }))).toEqual([
      'problem: nothing will be quantized: each of the 2 convolutions stays float: why not: a, b',
    ]);
    const none = { ...work, convolutions: 0, float: new Map() };
    expect(found('int8-share', facts({ model: { work: none } }))[0]).toMatch(/^problem: .*no convolution$/);
  });

  it('says why some stay float', () => {
    expect(found('int8-share', facts({ model: { work: { ...work, int8: 3, convolutions: 5 } } }))).toEqual([
      'note: 3 of 5 convolutions will run in int8; the others stay float: why not: a, b',
    ]);
  });
});

describe('colour-order', () => {
  const order = (format: string, mean: number[]): number =>
    found('colour-order', facts({ config: { format, mean } })).length;

  it.each([
    ['RGB', [103.53, 116.28, 123.675]],
    ['BGR', [123.675, 116.28, 103.53]],
    ['BGR', [123.68, 116.78, 103.94]],
    ['RGB', [104, 117, 123]],
    ['BGRA', [123.675, 116.28, 103.53, 0]],
  ])('finds %s with %s', (format, mean) => {
    expect(order(format, mean)).toBe(1);
  });

  it.each([
    ['RGB', [123.675, 116.28, 103.53]],
    ['BGR', [104, 117, 123]],
    ['BGR', [103.94, 116.78, 123.68]],
    ['RGB', [127.5, 127.5, 127.5]],
    ['RGB', [110, 117, 118]],
    ['RGB', []],
    ['GRAY', [104]],
  ])('leaves %s with %s alone', (format, mean) => {
    expect(found('colour-order', facts({ config: { format, ...(mean.length > 0 && { mean }) } }))).toEqual(
      [],
    );
  });

  it('gives the numbers in the other order', () => {
    const [one] = diagnose(facts({ config: { format: 'RGB', mean: [104, 117, 123] } }));
    expect(one!.advice).toContain('"mean": [123, 117, 104]');
  });
});

describe('units', () => {
  const advice = (change: Readonly<Record<string, unknown>>): (string | undefined)[] =>
    CHECKS.find(({ name }) => name === 'units')!
      .find(facts({ config: change }))
      .map((one) => one.advice);

  it('knows the numbers of tools that divide by 255 and by the deviation', () => {
    expect(advice({ mean: [0.485, 0.456, 0.406] })).toEqual(['"mean": [123.675, 116.28, 103.53]']);
    expect(advice({ mean: [0.5, 0.5, 0.5] })).toEqual(['"mean": [127.5, 127.5, 127.5]']);
    // 1 / (255 * 0.229) = 0.0171248
    expect(advice({ normal: [0.229, 0.224, 0.225] })).toEqual(['"normal": [0.0171248, 0.017507, 0.0174292]']);
    expect(advice({ normal: [58.395, 57.12, 57.375] })).toEqual([
      '"normal": [0.0171248, 0.017507, 0.0174292]',
    ]);
  });

  it('finds half the range without its mean', () => {
    expect(found('units', facts({ config: { normal: [0.0078125, 0.0078125, 0.0078125] } }))).toHaveLength(1);
    expect(advice({ normal: [0.00784314, 0.00784314, 0.00784314], mean: [0, 0, 0] })).toHaveLength(1);
  });

  it.each([
    { mean: [123.675, 116.28, 103.53], normal: [0.0171247, 0.017507, 0.0174292] },
    { mean: [127.5, 127.5, 127.5], normal: [0.0078125, 0.0078125, 0.0078125] },
    { mean: [0, 0, 0], normal: [0.00392157, 0.00392157, 0.00392157] },
    { mean: [0, 0, 0], normal: [1, 1, 1] },
    { mean: [127.5, 127.5, 127.5], normal: [1, 1, 1] },
    {},
  ])('leaves %j alone', (change) => {
    expect(advice(change)).toEqual([]);
  });
});

describe('input-range', () => {
  const channels = (mean: number, deviation: number) =>
    Array.from({ length: 3 }, () => ({
      mean,
      deviation,
      min: mean - 2 * deviation,
      max: mean + 2 * deviation,
    }));
  const layer = (weights: number, bias: number) => ({ firstLayer: { name: 'conv1', weights, bias } });

  it('finds values that the first layer is not made for', () => {
    // sqrt(120² + 70²) = 139; times 0.8 / 0.5
    const large = facts({ channels: channels(120, 70), model: layer(0.8, 0.5) });
    expect(found('input-range', large)).toEqual([
      'warning: input values from -20 to 260, mean 120: large for conv1, which makes values 222 times its biases of them',
    ]);
    const small = facts({ channels: channels(0.47, 0.27), model: layer(0.0236, 0.622) });
    expect(found('input-range', small)[0]).toMatch(
      /^warning: .*too small for conv1, whose biases are 48\.6 times/,
    );
  });

  it.each([
    ['pixels for weights that are made for them', channels(120, 70), layer(0.0236, 0.622), {}],
    ['values around 1', channels(0, 1), layer(0.8, 0.5), {}],
    ['a first layer that is unknown', channels(120, 70), { firstLayer: undefined }, {}],
    [
      "Caffe's convention",
      channels(0, 70),
      layer(1.3, 0.0753),
      { format: 'BGR', mean: [104, 117, 123], normal: [1, 1, 1] },
    ],
  ])('leaves %s alone', (_, given, model, change) => {
    expect(found('input-range', facts({ channels: given, model, config: change }))).toEqual([]);
  });

  it('finds constant channels and hardly any deviation', () => {
    const [first, second] = channels(0.4, 0.5);
    const flat = [first!, { mean: 1, deviation: 0, min: 1, max: 1 }, second!];
    expect(found('input-range', facts({ channels: flat }))[0]).toMatch(/^warning: channel 1 of the input/);
    expect(found('input-range', facts({ channels: flat, config: { normal: [1, 0, 1] } }))[0]).toMatch(
      /^problem: /,
    );
    expect(found('input-range', facts({ channels: [{ ...first!, deviation: Number.NaN }] }))).toHaveLength(1);
    const little = facts({ channels: channels(0.001, 0.002), model: { firstLayer: undefined } });
    expect(found('input-range', little)[0]).toMatch(/deviate by 0\.002 only$/);
  });

  it('says nothing where no image was prepared', () => {
    expect(found('input-range', facts({ channels: [] }))).toEqual([]);
  });
});

describe('sample-count', () => {
  it.each([
    [9, {}, ['warning: 9 images: so few may miss the range of values that the network meets']],
    [10, {}, []],
    [20, { used_image_num: 30 }, ['warning: 30 images asked for, 20 there']],
    [
      20,
      { feature_quantize_method: 'EMA' },
      ['note: EMA takes batches of 32, there are 20 images: one step, nothing is averaged'],
    ],
    [32, { feature_quantize_method: 'EMA' }, []],
  ])('of %d with %j', (count, change, expected) => {
    expect(found('sample-count', facts({ images: images(count), config: change }))).toEqual(expected);
  });

  it('counts arrays as well', () => {
    const { images: _, ...rest } = facts({ config: { input_type: 'sequence' } });
    const arrays = { count: 1, skipped: [], warnings: ['s: 3 values are NaN'] };
    expect(found('sample-count', { ...rest, arrays })[0]).toMatch(/^warning: 1 sample: /);
    expect(found('array-values', { ...rest, arrays })).toEqual(['warning: s: 3 values are NaN']);
  });
});

describe('unreadable', () => {
  it('names files that are no samples', () => {
    const skipped = [{ name: 'x.txt', reason: 'no image' }];
    expect(found('unreadable', facts({ skipped }))).toEqual([
      'warning: 1 entry of the folder will not be used: x.txt (no image)',
    ]);
    const given = facts({ images: [] });
    expect(found('unreadable', { ...given, images: { ...given.images!, problem: 'none' } })).toEqual([
      'problem: none',
    ]);
  });
});

describe('colours-unsaid', () => {
  it('says what goes in where the config has no format', () => {
    const unsaid = facts();
    const run = { ...unsaid, config: { ...unsaid.config, given: ['path'] } };
    expect(found('colours-unsaid', run)).toEqual([
      `note: the config does not say "format", so channels go in as BGR, the default of MNN's tool`,
    ]);
    expect(found('colours-unsaid', unsaid)).toEqual([]);
    expect(found('colours-unsaid', { ...run, model: { ...run.model, image: undefined } })).toEqual([]);
  });
});

describe('estimate', () => {
  it('has a unit in which the activations of a small network are not nothing', () => {
    const work = { ...facts().model.work!, activationBytes: 5120 };
    expect(found('estimate', facts({ model: { work } }))[0]).toContain('take 5.0 KiB');
  });

  it('says what a run takes, and warns where it takes more than the memory', () => {
    expect(found('estimate', facts())).toEqual([
      'note: 100.0 million multiply-adds x 20 samples: below a second on one core with KL; activations of a sample take 1.0 MiB',
    ]);
    const work = { ...facts().model.work!, activationBytes: 2 ** 31, multiplyAdds: 1e12 };
    expect(found('estimate', facts({ model: { work } }))).toEqual([
      'note: 1000.0 billion multiply-adds x 20 samples: about 67 min on one core with KL; activations of a sample take 2048.0 MiB',
      'warning: the activations of one sample take 2048.0 MiB, more than the default of --memory leaves for them',
    ]);
  });
});
