import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../packages/cli/src/commands/compare/report.ts';
import { describeWithMnn } from './environment.ts';
import { topOne } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines, type Outputs, SUBJECTS, type Subject, testData } from './subjects.ts';

const CLI = fileURLToPath(new URL('../../packages/cli/bin/mnnquant.js', import.meta.url));

/** `MNNQUANT_IMAGES=all` or a number: how many images the models are fed. */
const IMAGES = process.env.MNNQUANT_IMAGES === 'all' ? 10_000 : Number(process.env.MNNQUANT_IMAGES ?? 20);

/** How far the mean cosine of an output may be from that of MNN's own outputs. */
const BOUND = 0.002;

const MODELS = ['RFB-320', 'mobilenet_v2_1.0_224_dequant', 'squeezenet_v1.1_imagenet'];

describeWithMnn("mnnquant compare, against MNN's runtime", ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const official = join(data, 'models/official');

  describe.each(SUBJECTS.filter(({ model }) => MODELS.includes(model)))('$model', (subject) => {
    const float = join(data, 'models/float', `${subject.model}.mnn`);
    const int8 = join(official, `${subject.model}.KL-MAX_ABS.mnn`);
    let theirs: { float: Outputs; int8: Outputs };
    let truth: readonly number[] | undefined;
    let comparison: Comparison;

    beforeAll(async () => {
      const { inputs, truth: known } = await testData(subject, data, oracle, IMAGES);
      truth = known;
      theirs = { float: oracle.run(float, inputs), int8: oracle.run(int8, inputs) };
      comparison = compared(float, int8, subject);
    });

    it('has the cosine of each output', () => {
      const cosines = headCosines(theirs.int8, theirs.float, IMAGES);
      expect(comparison.outputs.map(({ name }) => name).sort()).toEqual([...cosines.keys()].sort());
      for (const { name, cosine } of comparison.outputs)
        expect.soft(Math.abs(cosine! - cosines.get(name)!), name).toBeLessThanOrEqual(BOUND);
    });

    it('is not fooled: the models differ', () => {
      for (const { name, equal, cosine } of comparison.outputs) {
        expect.soft(equal, name).toBe(false);
        expect.soft(cosine, name).toBeLessThan(0.9999);
      }
    });

    if (subject.labels)
      it('has the accuracy of both, and their agreement', () => {
        const { accuracy, outputs } = comparison;
        const [first, second] = [theirs.float, theirs.int8].map((result) => [...result.values()][0]!);
        const offset = subject.labelOffset ?? 0;
        // The answer for one image may hang on the last bits.
        const one = 1 / truth!.length + 1e-9;
        expect.soft(accuracy!.a.top1).toBeCloseTo(topOne(first!, truth!, offset) / 100, 9);
        expect
          .soft(Math.abs(accuracy!.b.top1 - topOne(second!, truth!, offset) / 100))
          .toBeLessThanOrEqual(one);
        const same = topOne(second!, answers(first!), 0) / 100;
        expect.soft(Math.abs(outputs[0]!.agreement!.top1 - same)).toBeLessThanOrEqual(one);
      });
  });

  it('finds a float model equal to itself, and refuses one of an old tool', () => {
    const subject = SUBJECTS[0]!;
    const float = join(data, 'models/float', `${subject.model}.mnn`);
    expect(compared(float, float, subject).outputs.every(({ equal }) => equal)).toBe(true);
    const { status, stderr } = run(
      float,
      join(data, 'models/official-legacy/RFB-320-quant-KL-5792.mnn'),
      subject,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/ConvInt8.* cannot be evaluated, .*quantize the float model again/);
  });

  function run(a: string, b: string, { model, images, labels, labelOffset = 0 }: Subject) {
    const labelled = labels
      ? ['--labels', join(data, 'images', labels), '--label-offset', String(labelOffset)]
      : [];
    const args = [
      '--data',
      join(data, 'images', images),
      '--config',
      `${model}.KL-MAX_ABS.config.json`,
      ...labelled,
    ];
    return spawnSync(
      process.execPath,
      [CLI, 'compare', a, b, ...args, '--samples', String(IMAGES), '--json'],
      {
        cwd: official,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      },
    );
  }

  function compared(a: string, b: string, subject: Subject): Comparison {
    const { status, stdout, stderr } = run(a, b, subject);
    if (status !== 0) throw new Error(`mnnquant compare ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  }
});

/** The best class of each sample. */
function answers({ shape, data }: NumpyArray): number[] {
  const [samples = 0] = shape;
  const size = data.length / samples;
  return Array.from({ length: samples }, (_, i) => {
    let best = i * size;
    for (let k = best; k < (i + 1) * size; k++) if (data[k]! > data[best]!) best = k;
    return best - i * size;
  });
}
