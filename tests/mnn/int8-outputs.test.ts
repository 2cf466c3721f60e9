import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Prediction } from '@mnnquant/calibrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { meanCosine, topOne } from './evaluation.ts';
import { MnnOracle } from './oracle.ts';
import {
  headCosines,
  int8Convolutions,
  type Outputs,
  quantizeByCommand,
  SUBJECTS,
  type TestData,
  testData,
} from './subjects.ts';

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

  for (const subject of SUBJECTS) {
    const { model, labels, labelOffset = 0, brokenInOldMnn } = subject;
    describe(model, () => {
      const source = join(data, 'models/float', `${model}.mnn`);
      const theirs = join(official, `${model}.KL-MAX_ABS.mnn`);
      const ours = join(folder, `${model}.mnn`);
      let prediction: Prediction;
      let inputs: TestData['inputs'];
      let outputs: { float: Outputs; ours: Outputs; theirs: Outputs };
      let truth: TestData['truth'];

      beforeAll(async () => {
        ({ prediction } = quantizeByCommand(source, ours, `${model}.KL-MAX_ABS.config.json`, official));
        ({ inputs, truth } = await testData(subject, data, oracle));
        outputs = {
          float: oracle.run(source, inputs),
          ours: oracle.run(ours, inputs),
          theirs: oracle.run(theirs, inputs),
        };
      });

      it('has at least as many convolutions in int8 as the model of MNN', () => {
        expect(int8Convolutions(oracle, ours, inputs)).toBe(prediction.convolutions.int8);
        expect(prediction.convolutions.int8).toBeGreaterThanOrEqual(int8Convolutions(oracle, theirs, inputs));
      });

      it('is at least as close to the float model', () => {
        const more = prediction.convolutions.int8 > int8Convolutions(oracle, theirs, inputs);
        const [all, others] = [outputs.ours, outputs.theirs].map((result) =>
          headCosines(result, outputs.float, COSINE_IMAGES),
        );
        const cells = [...all].map(([name, mine]) => {
          const other = others.get(name)!;
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
