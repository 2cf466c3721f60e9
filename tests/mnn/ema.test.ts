import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareRanges, type RangePair } from './ema-comparison.ts';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import {
  headCosines,
  int8Convolutions,
  officialConfig,
  quantizeByCommand,
  SUBJECTS,
  testData,
} from './subjects.ts';

const MODELS = ['RFB-320', 'cifar_resnet20', 'mobilenet_v2_1.0_224_dequant', 'squeezenet_v1.1_imagenet'];

/** Ends of ranges that are the same. */
const SAME = 0.01;

/** Share of the ranges that must be the same. */
const REQUIRED_SHARE = 0.9;

/**
 * A rounded network amplifies rounding: where an activation falls on the other side of half a step,
 * the maximum behind it moves by a step or more. MNN's sums differ from ours in the last bits of every
 * layer; how far ranges move when only the last bits of the samples change is measured. Twice that explains a
 * difference, and what was moved once moves everything behind it.
 */
const AMPLIFIED = 2;

const TEST_IMAGES = 40;

describeWithMnn("EMA, against MNN's own", (environment) => {
  const { python, data } = environment;
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-ema-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe('ranges from the same pixels', () => {
    for (const model of MODELS)
      it(model, async () => {
        const pairs = await compareRanges(model, environment);
        const averaged = pairs.filter(({ result }) => !result);
        const same = averaged.filter(({ distance }) => distance <= SAME);
        note(`${model}: ${same.length} of ${averaged.length} ranges within ${SAME * 100} %`, averaged);
        expect(same.length / averaged.length).toBeGreaterThanOrEqual(REQUIRED_SHARE);
        let moved = 0;
        const unexplained = averaged.filter(({ distance, spread }) => {
          moved = Math.max(moved, spread);
          return distance > Math.max(SAME, AMPLIFIED * moved);
        });
        expect(unexplained).toEqual([]);
        // A result keeps the widest range of all batches, which holds the average.
        for (const { ours, theirs, where } of pairs.filter(({ result }) => result)) {
          const slack = SAME * (theirs[1] - theirs[0]);
          expect.soft(ours[0], where).toBeLessThanOrEqual(theirs[0] + slack);
          expect.soft(ours[1], where).toBeGreaterThanOrEqual(theirs[1] - slack);
        }
      });
  });

  describe('outputs of the written model', () => {
    for (const subject of SUBJECTS.filter(({ model }) => MODELS.includes(model)))
      it(`${subject.model}: at least as close to the float model`, async () => {
        const { model } = subject;
        const source = resolve(data, 'models/float', `${model}.mnn`);
        const theirs = join(data, 'models/official', `${model}.EMA-MAX_ABS.mnn`);
        const target = join(folder, `${model}.mnn`);
        const config = officialConfig(data, model, 'EMA-MAX_ABS');
        const file = join(folder, `${model}.json`);
        const path = `${resolve(data, 'models/official', String(config.path))}/`;
        writeFileSync(file, JSON.stringify({ ...config, path }));
        const { prediction } = quantizeByCommand(source, target, file, folder);
        const { inputs } = await testData(subject, data, oracle, TEST_IMAGES);
        expect(int8Convolutions(oracle, target, inputs)).toBe(prediction.convolutions.int8);
        expect(prediction.convolutions.int8).toBe(int8Convolutions(oracle, theirs, inputs));
        const float = oracle.run(source, inputs);
        const [ours, other] = [target, theirs].map((path) =>
          headCosines(oracle.run(path, inputs), float, TEST_IMAGES),
        );
        for (const [name, cosine] of ours) {
          note(`${model} ${name}: cosine ${cosine.toFixed(4)}, MNN's ${other.get(name)!.toFixed(4)}`);
          expect.soft(cosine, name).toBeGreaterThanOrEqual(other.get(name)!);
        }
      });
  });
});

/** With `MNNQUANT_RESULTS=file` the measured numbers are added to it. */
function note(text: string, pairs: readonly RangePair[] = []): void {
  const file = process.env.MNNQUANT_RESULTS;
  if (!file) return;
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  const rows = pairs
    .filter(({ distance }) => distance > SAME)
    .map(({ where, distance, spread }) => `  ${where}: ${percent(distance)}, last bits ${percent(spread)}`);
  appendFileSync(file, `${[text, ...rows].join('\n')}\n`);
}
