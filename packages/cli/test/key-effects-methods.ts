import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { formatSummary } from '../src/summary.ts';
import { type Effect, type KeyResult, plain, RED, runWith, WIDEST } from './key-job.ts';
import { netOf, netOfUnequalChannels, netWithOffset } from './key-nets.ts';
import { smallJob, smallNet } from './scratch.ts';
import { trainingNet } from './training-net.ts';

const lights = { 'a.bmp': 0x640000, 'b.bmp': 0x960000, 'c.bmp': 0xfa0000 };

/** Large enough that its tensors are searched: smaller ones keep their whole range. */
const WIDE = { net: smallNet(16, 16), images: { 'a.bmp': (x: number, y: number) => 0x0b2f35 * (1 + x + y) } };
const wide = { width: 16, height: 16 };

/** Keys that say what is made of it. */
export const methodEffects: readonly Effect[] = [
  [
    'feature_quantize_method',
    'KL and ADMM are symmetric and differ, EMA has zero points',
    async () => {
      const [kl, admm, ema] = [
        await runWith({ feature_quantize_method: 'KL' }),
        await runWith({ feature_quantize_method: 'ADMM' }),
        await runWith({ feature_quantize_method: 'EMA' }),
      ];
      expect(kl.quant('conv1').zero).toBe(0);
      expect(admm.quant('conv1').zero).toBe(0);
      expect(admm.quant('conv1').scale).not.toBe(kl.quant('conv1').scale);
      // Nothing behind a ReLU is negative: all 255 levels are for what is positive.
      expect(ema.quant('conv1').zero).toBe(-127);
      expect((await runWith({ feature_quantize_method: undefined })).bytes).toEqual(kl.bytes);
    },
  ],
  [
    'feature_quantize_method',
    'MAX cuts nothing off, PERCENTILE and MSE do',
    async () => {
      const scale = async (change: object) =>
        (await runWith({ ...wide, ...change }, WIDE)).quant('conv1').scale;
      const max = await scale({ feature_quantize_method: 'MAX' });
      expect(await scale({ feature_quantize_method: 'PERCENTILE', feature_percentile: 100 })).toBe(max);
      expect(await scale({ feature_quantize_method: 'PERCENTILE', feature_percentile: 90 })).toBeLessThan(
        max,
      );
      const coarse = { feature_clamp_value: 2 };
      const coarsest = await scale({ ...coarse, feature_quantize_method: 'MAX' });
      expect(await scale({ ...coarse, feature_quantize_method: 'MSE' })).toBeLessThan(0.98 * coarsest);
    },
  ],
  [
    'feature_quantize_method',
    'AUTO is what the config that it writes says',
    async () => {
      const job = smallJob({ feature_quantize_method: 'AUTO' });
      const { configFile, auto } = await quantizeFile(job);
      await quantizeFile({ ...job, target: job.at('again.mnn'), config: configFile! });
      expect(readFileSync(job.at('again.mnn'))).toEqual(readFileSync(job.target));
      expect(JSON.parse(readFileSync(configFile!, 'utf8'))).toMatchObject({
        format: 'RGB',
        feature_quantize_method: auto!.chosen.feature_quantize_method,
      });
    },
  ],
  [
    'feature_percentile',
    'less cuts off more, 99.99 where nothing is said',
    async () => {
      const run = (change: object) =>
        runWith({ ...wide, feature_quantize_method: 'PERCENTILE', ...change }, WIDE);
      const scales: number[] = [];
      for (const feature_percentile of [100, 90, 75])
        scales.push((await run({ feature_percentile })).quant('conv1').scale);
      expect(scales[1]).toBeLessThan(scales[0]!);
      expect(scales[2]).toBeLessThan(scales[1]!);
      expect((await run({})).bytes).toEqual((await run({ feature_percentile: 99.99 })).bytes);
    },
  ],
  ...['KL', 'ADMM', 'MSE', 'PERCENTILE', 'MAX'].map(
    (feature_quantize_method): Effect => [
      'feature_asymmetric',
      `gives all levels to what is positive behind a ReLU, with ${feature_quantize_method}`,
      async () => {
        const off = await runWith({ feature_quantize_method });
        expect(off.quant('conv1').zero).toBe(0);
        expect((await runWith({ feature_quantize_method, feature_asymmetric: false })).bytes).toEqual(
          off.bytes,
        );
        const on = (await runWith({ feature_quantize_method, feature_asymmetric: true })).quant('conv1');
        expect(on).toMatchObject({ zero: -127, min: -127, max: 127 });
        expect(on.scale / off.quant('conv1').scale).toBeCloseTo(0.5, 1);
      },
    ],
  ),
  [
    'weight_quantize_method',
    'MSE is no worse than the others',
    async () => {
      const weights = Array.from({ length: 108 }, (_, i) => Math.sin(i + 1) / 5);
      const errors: number[] = [];
      for (const weight_quantize_method of ['MSE', 'ADMM', 'MAX_ABS']) {
        const { alpha, levels } = (await runWith({ quant_bits: 3, weight_quantize_method })).convolution(
          'conv1',
        );
        errors.push(
          weights.reduce((sum, w, i) => sum + (w - levels[i]! * alpha[Math.floor(i / 27)]!) ** 2, 0),
        );
      }
      expect(errors[0]).toBeLessThanOrEqual(Math.min(errors[1]!, errors[2]!) * (1 + 1e-6));
    },
  ],
  [
    'weight_quantize_method',
    'MAX_ABS maps the largest weight to the clamp, ADMM fits the scale',
    async () => {
      const few = { quant_bits: 3 };
      const max = (await runWith({ ...few, weight_quantize_method: 'MAX_ABS' })).convolution('conv1');
      const admm = (await runWith({ ...few, weight_quantize_method: 'ADMM' })).convolution('conv1');
      const weights = Array.from({ length: 108 }, (_, i) => Math.sin(i + 1) / 5);
      expect(max.alpha[0]).toBeCloseTo(Math.max(...weights.slice(0, 27).map(Math.abs)) / 3, 6);
      const errorOf = ({ alpha, levels }: typeof max) =>
        weights.reduce((sum, w, i) => sum + (w - levels[i]! * alpha[Math.floor(i / 27)]!) ** 2, 0);
      expect(errorOf(admm)).toBeLessThan(errorOf(max));
    },
  ],
  ...['KL', 'ADMM', 'EMA'].map(
    (method): Effect => [
      'weight_quantize_method',
      `GPTQ learns from the samples with ${method}`,
      async () => {
        const config = { feature_quantize_method: method, quant_bits: 3 };
        const plainly = await runWith(config);
        const { outcome, convolution } = await runWith({ ...config, weight_quantize_method: 'GPTQ' });
        expect(convolution('conv1').levels).not.toEqual(plainly.convolution('conv1').levels);
        expect(plainly.outcome.rounding).toBeUndefined();
        expect(outcome.rounding!.layers.map(({ op }) => op)).toContain('conv1');
        expect(outcome.rounding!.gain).toBeGreaterThan(0);
        expect(formatSummary(outcome)).toMatch(
          /^Rounding {4}learned for \d+ layers?, each \d+\.\d dB nearer/m,
        );
      },
    ],
  ),
  [
    'feature_clamp_value',
    'is the largest activation, and the scale grows as it shrinks',
    async () => {
      const config = { ...plain, feature_clamp_value: 64 };
      const { quant } = await runWith(config, { images: RED });
      expect(quant('image')).toMatchObject({ min: -64, max: 64 });
      expect(quant('image').scale).toBeCloseTo((255 / 64) * WIDEST, 5);
    },
  ],
  ...['KL', 'ADMM', 'EMA'].map(
    (method): Effect => [
      'feature_clamp_value',
      `is honoured by ${method}`,
      async () => {
        const wide = await runWith({ feature_quantize_method: method });
        const narrow = await runWith({ feature_quantize_method: method, feature_clamp_value: 32 });
        const { max, scale } = narrow.quant('conv1');
        expect(max).toBe(32);
        expect(scale).toBeGreaterThan(2 * wide.quant('conv1').scale);
      },
    ],
  ),
  [
    'weight_clamp_value',
    'is the largest weight, and the scale grows as it shrinks',
    async () => {
      const wide = (await runWith({})).convolution('conv1');
      const narrow = (await runWith({ weight_clamp_value: 64 })).convolution('conv1');
      expect(Math.max(...narrow.levels.map(Math.abs))).toBe(64);
      for (const [i, alpha] of narrow.alpha.entries())
        expect(alpha / wide.alpha[i]!).toBeCloseTo(127 / 64, 5);
    },
  ],
  ...[2, 3, 4, 5, 6, 7, 8].map(
    (bits): Effect => [
      'quant_bits',
      `${bits}: no more levels, no more bytes`,
      async () => {
        const { convolution } = await runWith({ quant_bits: bits });
        const { levels, buffer } = convolution('conv1');
        const top = 2 ** (bits - 1) - 1;
        expect(Math.max(...levels.map(Math.abs))).toBe(top);
        // Two dimensions, the levels and 108 weights.
        const table = bits === 8 ? 256 : 2 ** bits - 1;
        expect(buffer.length).toBe(1 + 4 + 1 + table + Math.ceil((108 * bits) / 8));
      },
    ],
  ),
  [
    'batch_size',
    'EMA: a batch counts with its largest value, the first most',
    async () => {
      const ema = { ...plain, feature_quantize_method: 'EMA' };
      const widest = async (batch_size: number) => {
        const { quant } = await runWith({ ...ema, batch_size }, { images: lights });
        return quant('image').scale * 254;
      };
      expect(await widest(3)).toBeCloseTo(250, 3);
      expect(await widest(32)).toBeCloseTo(250, 3);
      // Each step 0.99 of the old and 0.01 of the new; the last batch has one image.
      expect(await widest(2)).toBeCloseTo(150 * 0.99 + 250 * 0.01, 3);
      expect(await widest(1)).toBeCloseTo((100 * 0.99 + 150 * 0.01) * 0.99 + 250 * 0.01, 3);
    },
  ],
  [
    'bn',
    'train takes the statistics of the samples',
    async () => {
      const ema = { feature_quantize_method: 'EMA', batch_size: 3 };
      const [fold, train] = [
        await runWith({ ...ema, bn: 'fold' }, { net: trainingNet() }),
        await runWith({ ...ema, bn: 'train' }, { net: trainingNet() }),
      ];
      expect(fold.outcome.warnings[0]).toContain('the stored statistics');
      expect(train.outcome.warnings[0]).toContain('moved with the samples');
      expect(train.convolution('conv1').alpha).not.toEqual(fold.convolution('conv1').alpha);
      expect((await runWith(ema, { net: trainingNet() })).bytes).toEqual(fold.bytes);
    },
  ],
  ...[
    ['KL', 'MAX_ABS'],
    ['ADMM', 'ADMM'],
    ['EMA', 'MAX_ABS'],
  ].map(
    ([feature, weight]): Effect => [
      'skip_quant_op_names',
      `leaves ops float with ${feature} and ${weight}`,
      async () => {
        const methods = { feature_quantize_method: feature, weight_quantize_method: weight };
        const { outcome, net } = await runWith({ ...methods, skip_quant_op_names: ['conv1'] });
        expect(outcome.prediction.convolutions).toEqual({ int8: 1, total: 2 });
        expect(outcome.skips).toEqual([{ pattern: 'conv1', ops: 1 }]);
        expect(net.oplists![1]!.main).toMatchObject({ value: { quanParameter: undefined } });
        const all = await runWith({ ...methods, skip_quant_op_names: ['con?1', 'type:Conv*'] });
        expect(all.outcome.prediction.convolutions.int8).toBe(0);
        expect(all.outcome.skips.map(({ ops }) => ops)).toEqual([1, 2]);
      },
    ],
  ),
  ...['KL', 'ADMM', 'EMA'].map(
    (feature_quantize_method): Effect => [
      'skip_quant_op_names',
      `leaves ops float that are no convolutions, with ${feature_quantize_method}`,
      async () => {
        const int8 = async (skip_quant_op_names: readonly string[]) => {
          const inputs = [{ name: 'offset', value: 3 }];
          const config = { feature_quantize_method, inputs, skip_quant_op_names };
          const { outcome } = await runWith(config, { net: netWithOffset() });
          if (skip_quant_op_names.length > 0)
            expect(formatSummary(outcome)).toContain('Skipped     type:Bin* (1 op)\n');
          return outcome.prediction.ops.filter((op) => op.int8).map(({ name }) => name);
        };
        expect(await int8([])).toContain('sum');
        expect(await int8(['type:Bin*'])).toEqual(['conv1', 'conv2']);
      },
    ],
  ),
  [
    'winogradOpt',
    'EMA: wide 3x3 convolutions get Winograd attributes, or none do',
    async () => {
      const ema = { feature_quantize_method: 'EMA' };
      const given = { net: netOf(3, 64) };
      const attributes = ({ net }: KeyResult) =>
        net.oplists!.map(({ main }) =>
          main?.type === 'Convolution2D' ? main.value.symmetricQuan?.winogradAttr?.length : undefined,
        );
      const on = await runWith({ ...ema, winogradOpt: true }, given);
      expect(attributes(on)).toEqual([undefined, undefined, expect.any(Number)]);
      expect(on.outcome.winograd?.layers).toEqual(['conv2']);
      expect((await runWith(ema, given)).bytes).toEqual(on.bytes);
      const off = await runWith({ ...ema, winogradOpt: false }, given);
      expect(attributes(off)).toEqual([undefined, undefined, undefined]);
    },
  ],
  [
    'equalize',
    'gives channels other weights before calibration, and says so',
    async () => {
      const given = { net: netOfUnequalChannels() };
      const plainRun = await runWith({}, given);
      const { outcome, convolution, quant } = await runWith({ equalize: true }, given);
      expect(outcome.corrections?.equalize?.convolutions).toBeGreaterThan(0);
      expect(formatSummary(outcome)).toMatch(
        /Equalized {3}\d+ convolutions?, channels enlarged up to [\d.]+ times/,
      );
      expect(convolution('conv1').alpha).not.toEqual(plainRun.convolution('conv1').alpha);
      // What leaves the network is what it was.
      expect(quant('image')).toEqual(plainRun.quant('image'));
      expect((await runWith({ equalize: false }, given)).bytes).toEqual(plainRun.bytes);
    },
  ],
  ...['KL', 'ADMM', 'EMA'].map(
    (method): Effect => [
      'bias_correction',
      `changes biases and nothing else, with ${method}`,
      async () => {
        const given = { feature_quantize_method: method, quant_bits: 3 };
        const off = await runWith({ ...given, bias_correction: false });
        const on = await runWith({ ...given, bias_correction: true });
        const biases = ({ net }: KeyResult) =>
          net.oplists!.flatMap(({ main }) => (main?.type === 'Convolution2D' ? [...main.value.bias!] : []));
        expect(biases(on)).not.toEqual(biases(off));
        expect(on.convolution('conv1')).toEqual(off.convolution('conv1'));
        expect(on.outcome.corrections?.biasCorrection).toMatchObject({ passes: 1 });
        expect(formatSummary(on.outcome)).toMatch(
          /Biases {6}of \d convolutions? corrected, by up to [\d.]+ steps/,
        );
        expect(off.outcome).not.toHaveProperty('corrections');
      },
    ],
  ),
  [
    'debug',
    'writes what each layer lost',
    async () => {
      const { outcome, folder, read } = await runWith({ debug: true });
      expect(outcome.debug?.layers).toHaveLength(3);
      expect(JSON.parse(read('small-int8.mnn.debug.json')).layers).toHaveLength(3);
      expect(folder).toContain('small-int8.mnn.debug.json');
      expect((await runWith({ debug: false })).folder).not.toContain('small-int8.mnn.debug.json');
    },
  ],
  ...[
    ['model', 'mobilenet.mnn', []],
    ['$schema', './node_modules/mnnquant/schema/config.schema.json', []],
    ['winogradOptForMobile', true, [expect.stringContaining('"winogradOptForMobile" has no effect')]],
  ].map(
    ([key, value, warnings]): Effect => [
      String(key),
      'changes nothing',
      async () => {
        const { outcome, bytes } = await runWith({ [String(key)]: value });
        expect(outcome.warnings).toEqual(warnings);
        expect(bytes).toEqual((await runWith({})).bytes);
      },
    ],
  ),
];
