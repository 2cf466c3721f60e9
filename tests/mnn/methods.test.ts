import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { runOfficialTool } from './official-tool.ts';
import { MnnOracle } from './oracle.ts';
import {
  headCosines,
  int8Convolutions,
  type Outputs,
  officialConfig,
  quantizeByCommand,
  SUBJECTS,
  type Subject,
  type TestData,
  testData,
} from './subjects.ts';

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

describeWithMnn('every method, against the same method of MNN', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-methods-'));
  const rows: string[] = [];
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    writeResults(rows);
  });

  for (const subject of SUBJECTS.filter(({ model }) => MODELS.has(model))) {
    describe(subject.model, () => {
      const source = resolve(data, 'models/float', `${subject.model}.mnn`);
      let test: TestData;
      let float: Outputs;

      beforeAll(async () => {
        test = await testData(subject, data, oracle, TEST_IMAGES);
        float = oracle.run(source, test.inputs);
      });

      for (const { title, keys } of CHOICES)
        it(`${title}: at least as close to the float model as MNN's own`, () => {
          const config = configFor(data, subject, keys);
          const theirs = runOfficialTool(python, source, config, folder);
          const ours = quantizeWith(source, config, folder);
          const mine = judge(ours.target, test, float, oracle);
          const other = judgeOfficial(theirs.target, test, float, oracle);
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

function configFor(data: string, { model }: Subject, keys: Choice['keys']): Record<string, unknown> {
  const config = officialConfig(data, model, 'KL-MAX_ABS');
  return { ...config, path: `${resolve(data, 'models/official', String(config.path))}/`, ...keys };
}

function quantizeWith(source: string, config: Record<string, unknown>, folder: string) {
  const [file, target] = [join(folder, 'ours.config.json'), join(folder, 'ours.mnn')];
  writeFileSync(file, JSON.stringify(config));
  return { target, ...quantizeByCommand(source, target, file, folder) };
}

function judge(model: string, { inputs }: TestData, float: Outputs, oracle: MnnOracle): Judgement {
  return {
    convolutions: int8Convolutions(oracle, model, inputs),
    cosines: headCosines(oracle.run(model, inputs), float, TEST_IMAGES),
  };
}

/** MNN's tool fails on some of these, and MNN's runtime on some of its results: then why. */
function judgeOfficial(model: string, test: TestData, float: Outputs, oracle: MnnOracle): Judgement | string {
  if (!existsSync(model)) return "MNN's tool wrote nothing";
  try {
    return judge(model, test, float, oracle);
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
