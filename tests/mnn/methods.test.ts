import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { runOfficialTool } from './official-tool.ts';
import { blockFolder, SubjectCheck } from './subject-check.ts';
import { int8Convolutions, SUBJECTS } from './subjects.ts';

/** A choice of methods, given to both tools. */
interface Choice {
  readonly title: string;
  readonly keys: Readonly<Record<string, unknown>>;
}

const CHOICES: readonly Choice[] = [
  { title: 'KL, weights ADMM', keys: { weight_quantize_method: 'ADMM' } },
  // So few images that MNN's own ends in bearable time.
  { title: 'ADMM', keys: { feature_quantize_method: 'ADMM', used_image_num: 2 } },
  { title: 'EMA', keys: { feature_quantize_method: 'EMA', batch_size: 8 } },
];

const MODELS: ReadonlySet<string> = new Set(['RFB-320', 'cifar_resnet20', 'mobilenet_v2_1.0_224_dequant']);

const TEST_IMAGES = 40;

/** Allowed where more convolutions run in int8 than in MNN's own result. */
const MORE_INT8_ALLOWANCE = 0.002;

describeWithMnn('every method, against the same method of MNN', (environment) => {
  const folder = blockFolder('methods');
  const rows: string[] = [];
  afterAll(() => writeResults(rows));

  for (const subject of SUBJECTS.filter(({ model }) => MODELS.has(model))) {
    describe(subject.model, () => {
      const check = new SubjectCheck(subject, environment, folder);
      beforeAll(() => check.prepare(TEST_IMAGES));

      for (const { title, keys } of CHOICES)
        it(`${title}: at least as close to the float model as MNN's own`, () => {
          const config = check.config(keys);
          const theirs = runOfficialTool(environment.python, check.source, config, folder);
          const ours = check.quantize(config);
          const mine = judge(ours.target, check);
          const other = judgeOfficial(theirs.target, check);
          expect(mine.convolutions).toBe(ours.prediction.convolutions.int8);
          rows.push(row(subject.model, title, mine, other));
          if (typeof other === 'string') return;
          const allowance = mine.convolutions > other.convolutions ? MORE_INT8_ALLOWANCE : 0;
          for (const [name, cosine] of mine.cosines)
            expect.soft(cosine, name).toBeGreaterThanOrEqual(other.cosines.get(name)! - allowance);
        });
    });
  }
});

interface Judgement {
  readonly convolutions: number;
  readonly cosines: ReadonlyMap<string, number>;
}

function judge(model: string, check: SubjectCheck): Judgement {
  return {
    convolutions: int8Convolutions(check.oracle, model, check.test.inputs),
    cosines: check.cosines(model),
  };
}

/** MNN's tool fails on some of these, and MNN's runtime on some of its results: then why. */
function judgeOfficial(model: string, check: SubjectCheck): Judgement | string {
  if (!existsSync(model)) return "MNN's tool wrote nothing";
  try {
    return judge(model, check);
  } catch {
    return "MNN's runtime fails on what MNN's tool wrote";
  } finally {
    rmSync(model);
  }
}

function row(model: string, title: string, mine: Judgement, other: Judgement | string): string {
  const number = (value: number | undefined) => value?.toFixed(4) ?? 'no such output';
  const cells = [...mine.cosines].map(([name, cosine]) =>
    typeof other === 'string'
      ? `${name} ${number(cosine)}`
      : `${name} ${number(cosine)} (${number(other.cosines.get(name))})`,
  );
  const theirs = typeof other === 'string' ? other : other.convolutions;
  return `| ${model} | ${title} | ${mine.convolutions} (${theirs}) | ${cells.join(', ')} |`;
}

/** With `MNNQUANT_RESULTS=file` the measured numbers are added to it as a table. */
function writeResults(rows: readonly string[]): void {
  const file = process.env.MNNQUANT_RESULTS;
  if (!file || rows.length === 0) return;
  const header = [
    '| Model | Method | Convolutions in int8 (MNN) | Mean cosine to float (MNN) |',
    '|---|---|---|---|',
  ];
  appendFileSync(file, `${[...header, ...rows].join('\n')}\n`);
}
