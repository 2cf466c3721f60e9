import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGraph, createPlan, createReferenceBackend, execute } from '@mnnquant/graph';
import { writeModel } from '@mnnquant/mnn-format';
import { afterAll, describe, expect, it } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { formatSummary } from '../../packages/cli/src/summary.ts';
import { noise } from '../../packages/graph/test/golden/golden-case.ts';
import { describeWithMnn } from './environment.ts';
import { type NumpyArray, writeNpz } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { FEATURES, RECURRENT_NETS, STEPS } from './recurrent-nets.ts';
import { headCosines } from './subjects.ts';

const SHAPE = [STEPS, 1, FEATURES];
const TEST_SAMPLES = 4;
const CALIBRATION_SAMPLES = 6;

function sample(seed: number): Float32Array {
  return noise(STEPS * FEATURES, seed);
}

function stacked(): Map<string, NumpyArray> {
  const rows = Array.from({ length: TEST_SAMPLES }, (_, i) => [...sample(100 + i)]).flat();
  return new Map([['x', { shape: [TEST_SAMPLES, ...SHAPE], data: Float32Array.from(rows) }]]);
}

describeWithMnn('networks with recurrent ops', ({ python }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-recurrent-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const samples = join(folder, 'samples');
  mkdirSync(samples);
  for (let i = 0; i < CALIBRATION_SAMPLES; i++)
    writeNpz(join(samples, `${i}.npz`), new Map([['x', { shape: SHAPE, data: sample(i) }]]));

  for (const { title, net, recurrent } of RECURRENT_NETS) {
    describe(title, () => {
      const source = join(folder, `${title}.mnn`);
      writeFileSync(source, writeModel(net));

      it('answers in float what MNN answers', async () => {
        const [wanted] = oracle.run(source, stacked()).values();
        const inputs = Array.from({ length: TEST_SAMPLES }, (_, i) => new Map([['x', sample(100 + i)]]));
        const { outputs } = await execute(createPlan(buildGraph(net)), createReferenceBackend(), inputs);
        const got = outputs.flatMap((result) => Array.from(result.get('after')!.data));
        expect(got.length).toBe(wanted.data.length);
        for (const [i, value] of got.entries())
          expect(Math.abs(value - Number(wanted.data[i]))).toBeLessThan(1e-6);
      });

      it.each(['KL', 'ADMM', 'EMA'])(
        '%s: the recurrence stays float and MNN runs the rest in int8',
        async (method) => {
          const config = join(folder, `${title}-${method}.json`);
          const target = join(folder, `${title}-${method}.mnn`);
          const keys = { input_type: 'sequence', path: samples, feature_quantize_method: method };
          writeFileSync(config, JSON.stringify(keys));
          const outcome = await quantizeFile({ source, target, config, memoryBytes: 2 ** 30, threads: 2 });
          const float = outcome.prediction.ops.filter(({ name }) => recurrent.includes(name));
          expect(float.map(({ name }) => name)).toEqual(recurrent);
          const summary = formatSummary(outcome);
          for (const { name, type, int8, reason } of float) {
            expect(int8, name).toBe(false);
            expect(reason, name).toBe(`MNN runs ${type} in float`);
            expect(summary).toContain(name);
          }
          const ran = oracle.commands(target, stacked()).filter(({ int8 }) => int8);
          const isCast = ({ type }: { type: string }) => /^(FloatToInt8|Int8ToFloat)$/.test(type);
          const predicted = outcome.prediction.commands.filter(({ int8 }) => int8);
          expect(predicted.map(({ type }) => type)).toEqual(
            ran.filter((command) => !isCast(command)).map(({ type }) => type),
          );
          expect(outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
          const cosines = headCosines(
            oracle.run(target, stacked()),
            oracle.run(source, stacked()),
            TEST_SAMPLES,
          );
          console.info(title, method, cosines);
          expect(cosines.get('after')).toBeGreaterThan(0.99);
        },
      );
    });
  }
});
