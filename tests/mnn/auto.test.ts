import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AutoOutcome } from '../../packages/cli/src/auto/outcome.ts';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import {
  headCosines,
  type Outputs,
  officialConfig,
  quantizeByCommand,
  SUBJECTS,
  type TestData,
  testData,
} from './subjects.ts';

/** The simulator's bound, op by op exact but for what it approximates (docs/simulator.md). */
const SIMULATOR = 0.002;

/** What the goal is for these models, of each output; MNN's own tool reaches 0.9917 and 0.9998. */
const GOALS: Readonly<Record<string, number>> = { boxes: 0.997, scores: 0.9999 };

/** RFB-320 by default: small, and with a first convolution that MNN's tool leaves in float. */
const MODEL = 'RFB-320';

describeWithMnn(
  "AUTO, in MNN's runtime on images that neither calibration nor search saw",
  ({ python, data }) => {
    const oracle = new MnnOracle(python);
    const folder = mkdtempSync(join(tmpdir(), 'mnnquant-auto-'));
    const at = (name: string): string => join(folder, name);
    const source = resolve(data, 'models/float', `${MODEL}.mnn`);
    let test: TestData;
    let float: Outputs;
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    beforeAll(async () => {
      const subject = SUBJECTS.find(({ model }) => model === MODEL)!;
      test = await testData(subject, data, oracle);
      float = oracle.run(source, test.inputs);
      const config = officialConfig(data, MODEL, 'KL-MAX_ABS');
      const path = `${resolve(data, 'models/official', String(config.path))}/`;
      // What the config has is not tried: a run in which everything is open takes a minute.
      const own = { equalize: true, bias_correction: true, feature_asymmetric: true };
      writeFileSync(
        at('config.json'),
        JSON.stringify({ ...config, ...own, path, feature_quantize_method: 'AUTO' }),
      );
    });

    it('finds settings with which every output reaches the goal, everything in int8', () => {
      const { prediction } = quantizeByCommand(source, at('auto.mnn'), at('config.json'), folder);
      expect(prediction.multiplyAdds.int8).toBe(prediction.multiplyAdds.total);
      const cosines = headCosines(oracle.run(at('auto.mnn'), test.inputs), float, Number.POSITIVE_INFINITY);
      for (const [name, cosine] of cosines) expect.soft(cosine, name).toBeGreaterThan(GOALS[name]!);
    });

    it('writes a config that makes the same file', () => {
      quantizeByCommand(source, at('again.mnn'), at('auto.mnn.config.json'), folder);
      expect(readFileSync(at('again.mnn'))).toEqual(readFileSync(at('auto.mnn')));
    });

    it('frees layers until MNN computes what was asked for of the samples that judge', () => {
      const wanted = 0.9993;
      const config = JSON.parse(readFileSync(at('config.json'), 'utf8')) as { path: string };
      // What the config has is not tried: here layers are what matters.
      const own = { equalize: true, bias_correction: false, feature_asymmetric: true };
      writeFileSync(at('few.json'), JSON.stringify({ ...config, ...own }));
      const judging = resolve(config.path, '../faces_test');
      const flags = ['--target', `cosine=${wanted}`, '--data', judging];
      const outcome = quantizeByCommand(source, at('target.mnn'), at('few.json'), folder, flags, ['auto']);
      const { auto, prediction } = outcome as typeof outcome & { readonly auto: AutoOutcome };
      expect(auto.reached).toBe(true);
      expect(auto.chosen.skip_quant_op_names.length).toBeGreaterThan(0);
      expect(prediction.multiplyAdds.int8).toBeLessThan(prediction.multiplyAdds.total);
      const cosines = headCosines(oracle.run(at('target.mnn'), test.inputs), float, Number.POSITIVE_INFINITY);
      for (const [name, cosine] of cosines)
        expect.soft(cosine, name).toBeGreaterThan(wanted - SIMULATOR / 10);
    });
  },
);
