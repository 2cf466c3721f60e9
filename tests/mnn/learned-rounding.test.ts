import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import {
  headCosines,
  type Outputs,
  officialConfig,
  quantizeByCommand,
  SUBJECTS,
  type Subject,
  type TestData,
  testData,
} from './subjects.ts';

const TEST_IMAGES = 40;

/** As in `accuracy.test.ts`: without it the smallest model. */
const wanted = new RegExp(process.env.MNNQUANT_ACCURACY ?? '^cifar_resnet20');

/** Models that are also made with so few bits that rounding decides. */
const FEW_BITS: ReadonlySet<string> = new Set(['RFB-320', 'cifar_resnet20', 'squeezenet_v1.1_imagenet']);

/** An output that weights hardly matter for may be this much further off. */
const ALLOWANCE = 0.0003;

describeWithMnn(
  'weights learned from the samples, on images that were not among them',
  ({ python, data }) => {
    const oracle = new MnnOracle(python);
    const folder = mkdtempSync(join(tmpdir(), 'mnnquant-rounding-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    for (const subject of SUBJECTS.filter(({ model }) => wanted.test(model))) {
      describe(subject.model, () => {
        const source = resolve(data, 'models/float', `${subject.model}.mnn`);
        let test: TestData;
        let float: Outputs;

        beforeAll(async () => {
          test = await testData(subject, data, oracle, TEST_IMAGES);
          float = oracle.run(source, test.inputs);
        });

        const cosines = (keys: Readonly<Record<string, unknown>>): Map<string, number> => {
          const [file, target] = [join(folder, 'config.json'), join(folder, 'int8.mnn')];
          writeFileSync(file, JSON.stringify({ ...configFor(data, subject), ...keys }));
          quantizeByCommand(source, target, file, folder);
          return headCosines(oracle.run(target, test.inputs), float, TEST_IMAGES);
        };

        for (const bits of FEW_BITS.has(subject.model) ? [8, 4] : [8])
          it(`${bits} bits: nearer to the float model than with MAX_ABS`, () => {
            const before = cosines({ quant_bits: bits });
            const after = cosines({ quant_bits: bits, weight_quantize_method: 'GPTQ' });
            note(subject.model, bits, before, after);
            for (const [name, cosine] of after)
              expect.soft(cosine, name).toBeGreaterThanOrEqual(before.get(name)! - ALLOWANCE);
            expect(lost(after)).toBeLessThan(lost(before));
          });
      });
    }
  },
);

function configFor(data: string, { model }: Subject): Record<string, unknown> {
  const config = officialConfig(data, model, 'KL-MAX_ABS');
  return { ...config, path: `${resolve(data, 'models/official', String(config.path))}/` };
}

/** Of all outputs together. */
function lost(cosines: ReadonlyMap<string, number>): number {
  return [...cosines.values()].reduce((sum, cosine) => sum + 1 - cosine, 0);
}

/** A row of the table in docs/accuracy-rounding.md, at the end of the file that MNNQUANT_RESULTS names. */
function note(
  model: string,
  bits: number,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): void {
  const file = process.env.MNNQUANT_RESULTS;
  if (!file) return;
  for (const [name, cosine] of after)
    appendFileSync(
      file,
      `| ${model} | ${name} | ${bits} | ${before.get(name)!.toFixed(5)} | ${cosine.toFixed(5)} |\n`,
    );
}
