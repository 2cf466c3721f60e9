import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTINGS, type Setting } from './accuracy-settings.ts';
import { describeWithMnn } from './environment.ts';
import { topOne } from './evaluation.ts';
import { blockFolder, SubjectCheck } from './subject-check.ts';
import { headCosines, type Outputs, SUBJECTS, type Subject, type TestData } from './subjects.ts';

/** Images per model that no calibration saw. */
const TEST_IMAGES = 40;
/** Where labels are known, all of these images count for them. */
const LABELLED = 'imagenet150';

/** Below this a setting is broken, not only coarse; MNN's own tool gives 0.75 at the worst that works. */
const BROKEN = 0.7;

/** Share of the multiply-adds that must run in int8: more accuracy by float layers would say nothing of a method. */
const LEAST_INT8 = 0.95;

/**
 * `MNNQUANT_ACCURACY`: a regular expression that model and setting, `MODEL: SETTING`, must fit. All of them take half an hour;
 * without it the smallest model has each way to find scales, and all corrections.
 */
const wanted = new RegExp(
  process.env.MNNQUANT_ACCURACY ?? '^cifar_resnet20: .*(asymmetric; weights MSE|equalized)',
);

describeWithMnn("accuracy of every setting in MNN's runtime", (environment) => {
  const folder = blockFolder('accuracy');
  const rows: string[] = [];
  afterAll(() => writeResults(rows));

  for (const subject of SUBJECTS) {
    const settings = SETTINGS.filter(({ title }) => wanted.test(`${subject.model}: ${title}`));
    if (settings.length === 0) continue;
    describe(subject.model, () => {
      const check = new SubjectCheck(subject, environment, folder);
      const statistics = join(folder, `${subject.model}.npz`);
      let saved: readonly string[] = [];
      beforeAll(() => check.prepare(subject.images === LABELLED ? undefined : TEST_IMAGES));

      for (const setting of settings)
        it(setting.title, () => {
          const { feature_quantize_method: method, equalize } = setting.keys;
          // An equalized network has other ranges, EMA none that could be saved, and AUTO takes its own.
          const ownRun = method === 'EMA' || method === 'AUTO' || equalize === true;
          // The network is run once per model, not once per setting.
          const flags = ownRun ? [] : saved.length > 0 ? saved : ['--save-stats', statistics];
          const { prediction, target } = check.quantize(check.config(setting.keys), { flags });
          if (!ownRun) saved = ['--load-stats', statistics];
          const outputs = check.run(target);
          const cosines = headCosines(outputs, check.float, TEST_IMAGES);
          rows.push(
            row(subject, setting, prediction.multiplyAdds, cosines, tops(outputs, check.test, subject)),
          );
          const { int8, total } = prediction.multiplyAdds;
          expect(int8 / total).toBeGreaterThanOrEqual(LEAST_INT8);
          for (const [name, cosine] of cosines) expect.soft(cosine, name).toBeGreaterThan(BROKEN);
        });
    });
  }
});

/** Top-1 in percent, where it is known. */
function tops(
  outputs: Outputs,
  { truth }: TestData,
  { labelOffset = 0, images }: Subject,
): number | undefined {
  if (truth === undefined || images !== LABELLED) return undefined;
  const [scores] = outputs.values();
  return topOne(scores!, truth, labelOffset);
}

function row(
  { model }: Subject,
  { title }: Setting,
  { int8, total }: { readonly int8: number; readonly total: number },
  cosines: ReadonlyMap<string, number>,
  top: number | undefined,
): string {
  const cells = [...cosines].map(([name, cosine]) => `${name} ${cosine.toFixed(4)}`).join(', ');
  const share = ((100 * int8) / total).toFixed(1);
  return `| ${model} | ${title} | ${cells} | ${top === undefined ? '' : `${top.toFixed(1)} %`} | ${share} % |`;
}

/** With `MNNQUANT_RESULTS=file` the measured numbers are added to it as a table. */
function writeResults(rows: readonly string[]): void {
  const file = process.env.MNNQUANT_RESULTS;
  if (!file || rows.length === 0) return;
  const header = [
    '| Model | Setting | Mean cosine | Top-1 | Multiply-adds in int8 |',
    '|---|---|---|---|---|',
  ];
  appendFileSync(file, `${[...header, ...rows].join('\n')}\n`);
}
