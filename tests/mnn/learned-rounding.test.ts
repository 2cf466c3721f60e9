import { appendFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { blockFolder, SubjectCheck } from './subject-check.ts';
import { SUBJECTS } from './subjects.ts';

const TEST_IMAGES = 40;

/** As in `accuracy.test.ts`: without it the smallest model. */
const wanted = new RegExp(process.env.MNNQUANT_ACCURACY ?? '^cifar_resnet20');

/** Models that are also made with so few bits that rounding decides. */
const FEW_BITS: ReadonlySet<string> = new Set(['RFB-320', 'cifar_resnet20', 'squeezenet_v1.1_imagenet']);

/** An output that weights hardly matter for may be this much further off. */
const ALLOWANCE = 0.0003;

describeWithMnn('weights learned from the samples, on images that were not among them', (environment) => {
  const folder = blockFolder('rounding');

  for (const subject of SUBJECTS.filter(({ model }) => wanted.test(model))) {
    describe(subject.model, () => {
      const check = new SubjectCheck(subject, environment, folder);
      beforeAll(() => check.prepare(TEST_IMAGES));

      const cosines = (keys: Readonly<Record<string, unknown>>): Map<string, number> =>
        check.cosines(check.quantize(check.config(keys)).target);

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
});

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
