import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { quantizeWeights, type SampleOptions } from '@mnnquant/calibrate';
import type { TensorBackend } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { sortedFiles, stackImages } from './evaluation.ts';
import { type Calibrated, calibrated, writeQuantized } from './int8-simulation.ts';
import { runOfficialTool } from './official-tool.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines, int8Convolutions, officialConfig, SUBJECTS, testData } from './subjects.ts';
import { compareWeights, quantile } from './weight-comparison.ts';

/** Numbers of images that keep MNN's own tool to a few seconds (mobilenet_v2: 16 for the weights alone). */
const IMAGES: Readonly<Record<string, { readonly calibration: number; readonly test: number }>> = {
  'RFB-320': { calibration: 15, test: 10 },
  cifar_resnet20: { calibration: 100, test: 100 },
  'mobilenet_v2_1.0_224_dequant': { calibration: 2, test: 10 },
};

/** Allowed where more convolutions run in int8 than in MNN's own result. */
const MORE_INT8_ALLOWANCE = 0.002;

const CLAMP = 127;
const ADMM = { weightMethod: 'ADMM', weightClamp: CLAMP, quantBits: 8 } as const;

describeWithMnn("weights by ADMM, against MNN's own tool", ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const tables = { scales: [] as string[], outputs: [] as string[] };
  let backend: TensorBackend;
  beforeAll(async () => {
    backend = await createCpuBackend();
  });
  afterAll(async () => {
    await backend.dispose();
    writeResults(tables);
  });

  for (const subject of SUBJECTS.filter(({ model }) => model in IMAGES))
    describe(subject.model, () => {
      const { model: name } = subject;
      const folder = mkdtempSync(join(tmpdir(), 'mnnquant-weights-'));
      const path = resolve(data, 'models/float', `${name}.mnn`);
      let source: Calibrated;
      let theirs: string;
      afterAll(() => rmSync(folder, { recursive: true, force: true }));
      beforeAll(async () => {
        const images = join(folder, 'images');
        const config = officialConfig(data, name, 'KL-MAX_ABS');
        const files = sortedFiles(
          resolve(data, 'models/official', String(config.path)),
          IMAGES[name].calibration,
        );
        mkdirSync(images);
        for (const file of files)
          cpSync(resolve(data, 'models/official', String(config.path), file), join(images, file));
        const keys = { ...config, path: 'images/', weight_quantize_method: 'ADMM' };
        ({ target: theirs } = runOfficialTool(python, path, keys, folder));
        const [input] = oracle.info(path).inputs;
        const sampling = { ...config, centerCropHeight: 1, centerCropWidth: 1 } as unknown as SampleOptions;
        const stacked = await stackImages(images, files, sampling, input);
        source = await calibrated(readModel(readFileSync(path)), new Map([[input.name, stacked]]), backend);
      });

      it("MNN's scales are where the closed form is, on MNN's weights and from MNN's first scale", () => {
        const ours = quantizeWeights(source.plan, source.candidates, ADMM);
        const found = compareWeights(source.model, ours, readModel(readFileSync(theirs)), CLAMP);
        const { toDefinition, toOurs, errors } = found;
        // MNN sums in float32, which now and then moves a weight to the next step.
        expect(quantile(toDefinition, 0.5)).toBeLessThan(1e-6);
        expect(quantile(toDefinition, 0.95)).toBeLessThan(1e-4);
        expect(errors.ours).toBeLessThan(errors.theirs);
        const shares = [toDefinition, toOurs].map((list) =>
          [0.5, 0.9, 0.99, 1].map((share) => quantile(list, share).toExponential(0)).join(' / '),
        );
        const ratio = (errors.ours / errors.theirs).toPrecision(2);
        tables.scales.push(
          `| ${name} | ${found.channels} (${found.without}) | ${shares.join(' | ')} | ${ratio} |`,
        );
      });

      it('is at least as close to the float model as the file of MNN', async () => {
        const target = join(folder, 'ours.mnn');
        const limit = IMAGES[name].test;
        const { inputs } = await testData(subject, data, oracle, limit);
        const float = oracle.run(path, inputs);
        writeQuantized(source, quantizeWeights(source.plan, source.candidates, ADMM), target);
        const [mine, other] = [target, theirs].map((file) =>
          headCosines(oracle.run(file, inputs), float, limit),
        );
        const more = int8Convolutions(oracle, target, inputs) > int8Convolutions(oracle, theirs, inputs);
        for (const [output, cosine] of mine) {
          expect
            .soft(cosine, output)
            .toBeGreaterThanOrEqual(other.get(output)! - (more ? MORE_INT8_ALLOWANCE : 0));
          tables.outputs.push(
            `| ${name} | ${output} | ${cosine.toFixed(4)} | ${other.get(output)!.toFixed(4)} |`,
          );
        }
      });
    });
});

/** With `MNNQUANT_RESULTS=file` the measured numbers are added to it as tables. */
function writeResults({ scales, outputs }: Readonly<Record<'scales' | 'outputs', readonly string[]>>): void {
  const file = process.env.MNNQUANT_RESULTS;
  if (!file || scales.length === 0) return;
  const lines = [
    "| Model | Channels (left out) | MNN's scale to its definition, 50 / 90 / 99 / 100 % | MNN's scale to ours | Squared error, of MNN's |",
    '|---|---|---|---|---|',
    ...scales,
    '',
    '| Model | Output | Cosine to float | MNN |',
    '|---|---|---|---|',
    ...outputs,
  ];
  appendFileSync(file, `${lines.join('\n')}\n`);
}
