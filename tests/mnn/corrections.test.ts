import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { equalize } from '@mnnquant/calibrate';
import { buildGraph, createPlan } from '@mnnquant/graph';
import { readModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import type { NumpyArray } from './npz.ts';
import { blockFolder, SubjectCheck } from './subject-check.ts';
import { type Outputs, SUBJECTS, type TestData } from './subjects.ts';

/** Images that the models are fed. */
const IMAGES = Number(process.env.MNNQUANT_IMAGES ?? 10);
const METHOD = process.env.MNNQUANT_METHOD ?? 'KL';
const MODELS = process.env.MNNQUANT_MODELS?.split(',') ?? ['RFB-320', 'cifar_resnet20', 'mobilefacenet'];

const CONFIGS = {
  plain: {},
  'bias correction': { bias_correction: true },
  equalized: { equalize: true },
  both: { equalize: true, bias_correction: true },
} as const;

type Way = keyof typeof CONFIGS;

const sampleCount = ({ inputs }: TestData): number => [...inputs.values()][0]!.shape[0]!;

/** The largest difference as a part of the largest value. */
function distance(a: readonly number[], b: readonly number[]): number {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

describeWithMnn("corrections, in MNN's runtime on images that did not calibrate", (environment) => {
  const folder = blockFolder('corrections');

  describe.each(SUBJECTS.filter(({ model }) => MODELS.includes(model)))('$model', (subject) => {
    const { model } = subject;
    const check = new SubjectCheck(subject, environment, folder);
    const { oracle, source } = check;
    const cosines = new Map<Way, ReadonlyMap<string, number>>();
    let plain: Outputs;

    beforeAll(async () => {
      await check.prepare(IMAGES);
      plain = oracle.run(source, check.test.inputs, { plain: true });
      for (const way of Object.keys(CONFIGS) as Way[]) {
        const config = check.config(CONFIGS[way], `${METHOD}-MAX_ABS`);
        const { target } = check.quantize(config, { name: `${model}-${way}` });
        cosines.set(way, check.cosines(target));
        const shown = [...cosines.get(way)!].map(([name, cosine]) => `${name} ${cosine.toFixed(4)}`);
        process.stderr.write(`| ${model} | ${METHOD} | ${way} | ${shown.join(' | ')} |\n`);
      }
    }, 900_000);

    it('leave the float network its function', async () => {
      const backend = await createCpuBackend();
      const net = readModel(readFileSync(source));
      const [[name, stacked]] = [...check.test.inputs] as [[string, NumpyArray]];
      const values = stacked.data as Float32Array;
      const size = values.length / sampleCount(check.test);
      const samples = Array.from(
        { length: 4 },
        (_, i) => new Map([[name, values.slice(i * size, (i + 1) * size)]]),
      );
      const equalized = await equalize({
        model: net,
        plan: createPlan(buildGraph(net)),
        backend,
        samples: { count: samples.length, load: async (i) => samples[i]! },
        memoryBudgetBytes: 2 ** 28,
      });
      await backend.dispose();
      expect(equalized.factors.size).toBeGreaterThan(0);
      const target = join(folder, `${model}-float.mnn`);
      writeFileSync(target, writeModel(equalized.model.net));
      // By Winograd's method the roundings of both networks would be larger than what equalization changes.
      const ran = oracle.run(target, check.test.inputs, { plain: true });
      for (const [output, { data: before }] of plain) {
        const length = before.length / sampleCount(check.test);
        const part = (values: unknown) => Array.from((values as Float32Array).subarray(0, length));
        const moved = distance(part(before), part(ran.get(output)!.data));
        expect.soft(moved, output).toBeLessThan(1e-5);
      }
    });

    it('are better together than neither', () => {
      for (const [output, plain] of cosines.get('plain')!)
        expect.soft(cosines.get('both')!.get(output), output).toBeGreaterThan(plain - 1e-4);
      const sum = (way: Way) => [...cosines.get(way)!.values()].reduce((total, one) => total + one, 0);
      expect(sum('both')).toBeGreaterThan(sum('plain'));
      expect(sum('bias correction')).toBeGreaterThan(sum('plain') - 1e-4);
    });
  });
});
