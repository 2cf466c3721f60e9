import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Prediction, SampleOptions } from '@mnnquant/calibrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { meanCosine, readLabels, sortedFiles, stackImages, topOne } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';

const CLI = fileURLToPath(new URL('../../packages/cli/bin/mnnquant.js', import.meta.url));

interface Subject {
  readonly model: string;
  /** Images that were not used to calibrate. */
  readonly images: string;
  readonly labels?: string;
  /** Class index of label 0 in the output. */
  readonly labelOffset?: number;
  /** An op whose int8 kernel the older MNN gets wrong; the file of MNN's own tool shows it as well. */
  readonly brokenInOldMnn?: string;
}

const SUBJECTS: readonly Subject[] = [
  { model: 'RFB-320', images: 'faces_test' },
  { model: 'slim-320', images: 'faces_test' },
  { model: 'cifar_resnet20', images: 'cifar10_test500', labels: 'cifar10_test500_labels.csv' },
  { model: 'squeezenet_v1.1_imagenet', images: 'imagenet150', labels: 'imagenet150_labels.csv' },
  {
    model: 'mobilenet_v2_1.0_224_dequant',
    images: 'imagenet150',
    labels: 'imagenet150_labels.csv',
    labelOffset: 1,
  },
  { model: 'mobilefacenet', images: 'faces_test', brokenInOldMnn: 'PReLU' },
];

/** The cosine is taken over so many images, the top-1 over all. */
const COSINE_IMAGES = 40;

/** Allowed where more convolutions run in int8 than in MNN's own result. */
const MORE_INT8_ALLOWANCE = 0.002;

interface Row {
  readonly model: string;
  readonly text: string;
}

describeWithMnn('the written int8 models, against those of MNN', ({ python, oldPython, data }) => {
  const oracle = new MnnOracle(python);
  const official = join(data, 'models/official');
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-int8-'));
  const rows: Row[] = [];
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    writeResults(rows);
  });

  for (const { model, images, labels, labelOffset = 0, brokenInOldMnn } of SUBJECTS) {
    describe(model, () => {
      const source = join(data, 'models/float', `${model}.mnn`);
      const theirs = join(official, `${model}.KL-MAX_ABS.mnn`);
      const ours = join(folder, `${model}.mnn`);
      let prediction: Prediction;
      let inputs: Map<string, NumpyArray>;
      let outputs: { float: Outputs; ours: Outputs; theirs: Outputs };
      let truth: number[] | undefined;

      beforeAll(async () => {
        prediction = quantize(source, ours, `${model}.KL-MAX_ABS.config.json`, official);
        const config = JSON.parse(readFileSync(join(official, `${model}.KL-MAX_ABS.config.json`), 'utf8'));
        const [input] = oracle.info(source).inputs;
        const files = sortedFiles(join(data, 'images', images));
        inputs = new Map([
          [input.name, await stackImages(join(data, 'images', images), files, sampling(config), input)],
        ]);
        outputs = {
          float: oracle.run(source, inputs),
          ours: oracle.run(ours, inputs),
          theirs: oracle.run(theirs, inputs),
        };
        const known = labels ? readLabels(join(data, 'images', labels)) : undefined;
        truth = known && files.map((file) => known.get(file)!);
      });

      it('has at least as many convolutions in int8 as the model of MNN', () => {
        expect(int8Convolutions(oracle, ours, inputs)).toBe(prediction.convolutions.int8);
        expect(prediction.convolutions.int8).toBeGreaterThanOrEqual(int8Convolutions(oracle, theirs, inputs));
      });

      it('is at least as close to the float model', () => {
        const more = prediction.convolutions.int8 > int8Convolutions(oracle, theirs, inputs);
        const cells = [...outputs.float].map(([name, float]) => {
          const [mine, other] = [outputs.ours, outputs.theirs].map((result) =>
            meanCosine(head(result.get(name)!, COSINE_IMAGES), head(float, COSINE_IMAGES)),
          );
          expect.soft(mine, name).toBeGreaterThanOrEqual(other - (more ? MORE_INT8_ALLOWANCE : 0));
          return `${name} ${mine.toFixed(4)} (${other.toFixed(4)})`;
        });
        const convolutions = `${prediction.convolutions.int8} of ${prediction.convolutions.total} (${int8Convolutions(oracle, theirs, inputs)})`;
        rows.push({ model, text: `| ${model} | ${convolutions} | ${cells.join(', ')} | ${topOneCells()} |` });
      });

      if (labels)
        it('keeps the top-1 of the model of MNN to one point', () => {
          const [mine, other] = [outputs.ours, outputs.theirs].map((result) =>
            topOne([...result.values()][0], truth!, labelOffset),
          );
          expect(mine).toBeGreaterThanOrEqual(other - 1);
        });

      if (oldPython && !brokenInOldMnn)
        it('runs alike in an older MNN', () => {
          const old = new MnnOracle(oldPython!).run(ours, inputs);
          for (const [name, result] of outputs.ours) {
            expect(meanCosine(old.get(name)!, result), name).toBeGreaterThanOrEqual(0.99);
          }
        });

      if (oldPython && brokenInOldMnn)
        it(`shares a fault of the older MNN (int8 ${brokenInOldMnn}) with MNN's file`, () => {
          const old = new MnnOracle(oldPython!).run(theirs, inputs);
          for (const [name, result] of outputs.theirs)
            expect(meanCosine(old.get(name)!, result), name).toBeLessThan(0.5);
        });

      function topOneCells(): string {
        if (!truth) return '–';
        const shares = [outputs.float, outputs.ours, outputs.theirs].map((result) =>
          topOne([...result.values()][0], truth!, labelOffset).toFixed(1),
        );
        return `${shares[0]} → ${shares[1]} (${shares[2]})`;
      }
    });
  }
});

type Outputs = ReadonlyMap<string, NumpyArray>;

/** Runs the command as a user would, in the folder that the config's path is relative to. */
function quantize(source: string, target: string, config: string, cwd: string): Prediction {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, source, target, config, '--json'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`mnnquant ended with ${status}: ${stderr}`);
  return JSON.parse(stdout).prediction;
}

function sampling(config: Record<string, unknown>): SampleOptions {
  const { format, mean, normal, width, height } = config as unknown as SampleOptions;
  return { format, mean, normal, width, height, centerCropHeight: 1, centerCropWidth: 1 };
}

function head({ shape, data }: NumpyArray, samples: number): NumpyArray {
  const kept = Math.min(samples, shape[0]);
  return {
    shape: [kept, ...shape.slice(1)],
    data: data.subarray(0, (data.length / shape[0]) * kept) as NumpyArray['data'],
  };
}

function int8Convolutions(oracle: MnnOracle, model: string, inputs: ReadonlyMap<string, NumpyArray>): number {
  return oracle
    .commands(model, inputs)
    .filter(({ type, int8 }) => int8 && /^Convolution(Depthwise)?$/.test(type)).length;
}

/** With `MNNQUANT_RESULTS=file` the measured numbers are added to it as a table. */
function writeResults(rows: readonly Row[]): void {
  const file = process.env.MNNQUANT_RESULTS;
  if (!file || rows.length === 0) return;
  const header = [
    '| Model | Convolutions in int8 (MNN) | Mean cosine to float (MNN) | Top-1 float → int8 (MNN) |',
    '|---|---|---|---|',
  ];
  appendFileSync(file, `${[...header, ...rows.map(({ text }) => text)].join('\n')}\n`);
}
