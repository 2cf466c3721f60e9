import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { AutoOutcome } from '../../packages/cli/src/auto/outcome.ts';
import { describeWithMnn } from './environment.ts';
import { blockFolder, SubjectCheck } from './subject-check.ts';
import { quantizeByCommand, SUBJECTS } from './subjects.ts';

/** The simulator's bound, op by op exact but for what it approximates (docs/simulator.md). */
const SIMULATOR = 0.002;

/** What the goal is for these models, of each output; MNN's own tool reaches 0.9917 and 0.9998. */
const GOALS: Readonly<Record<string, number>> = { boxes: 0.997, scores: 0.9999 };

/** RFB-320 by default: small, and with a first convolution that MNN's tool leaves in float. */
const MODEL = 'RFB-320';

describeWithMnn("AUTO, in MNN's runtime on images that neither calibration nor search saw", (environment) => {
  const folder = blockFolder('auto');
  const check = new SubjectCheck(SUBJECTS.find(({ model }) => model === MODEL)!, environment, folder);
  // What the config has is not tried: a run in which everything is open takes a minute.
  const own = { equalize: true, bias_correction: true, feature_asymmetric: true };
  const auto = { feature_quantize_method: 'AUTO' };
  let found: string;
  beforeAll(() => check.prepare());

  it('finds settings with which every output reaches the goal, everything in int8', () => {
    const { prediction, target } = check.quantize(check.config({ ...own, ...auto }), { name: 'auto' });
    found = target;
    expect(prediction.multiplyAdds.int8).toBe(prediction.multiplyAdds.total);
    const cosines = check.cosines(target);
    for (const [name, cosine] of cosines) expect.soft(cosine, name).toBeGreaterThan(GOALS[name]!);
  });

  it('writes a config that makes the same file', () => {
    const again = resolve(folder, 'again.mnn');
    quantizeByCommand(check.source, again, `${found}.config.json`, folder);
    expect(readFileSync(again)).toEqual(readFileSync(found));
  });

  it('frees layers until MNN computes what was asked for of the samples that judge', () => {
    const wanted = 0.9993;
    // What the config has is not tried: here layers are what matters.
    const config = check.config({ ...own, bias_correction: false, ...auto });
    const judging = resolve(String(config.path), '../faces_test');
    const flags = ['--target', `cosine=${wanted}`, '--data', judging];
    const outcome = check.quantize(config, { name: 'target', flags, command: ['auto'] });
    const { auto: searched, prediction } = outcome as typeof outcome & { readonly auto: AutoOutcome };
    expect(searched.reached).toBe(true);
    expect(searched.chosen.skip_quant_op_names.length).toBeGreaterThan(0);
    expect(prediction.multiplyAdds.int8).toBeLessThan(prediction.multiplyAdds.total);
    const cosines = check.cosines(outcome.target);
    for (const [name, cosine] of cosines) expect.soft(cosine, name).toBeGreaterThan(wanted - SIMULATOR / 10);
  });
});
