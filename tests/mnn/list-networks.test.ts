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
import { IMAGE, LIST_NETWORKS } from './list-networks.ts';
import { type NumpyArray, writeNpz } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines } from './subjects.ts';

const TEST_SAMPLES = 4;
const CALIBRATION_SAMPLES = 6;
const REASON = 'lists of tensors are kept in float';

const sample = (seed: number): Float32Array => noise(3 * 8 * 8, seed);

function stacked(): Map<string, NumpyArray> {
  const rows = Array.from({ length: TEST_SAMPLES }, (_, i) => [...sample(100 + i)]).flat();
  return new Map([['x', { shape: [TEST_SAMPLES, ...IMAGE], data: Float32Array.from(rows) }]]);
}

describeWithMnn('lists of tensors between convolutions', ({ python }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-lists-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const samples = join(folder, 'samples');
  mkdirSync(samples);
  for (let i = 0; i < CALIBRATION_SAMPLES; i++)
    writeNpz(join(samples, `${i}.npz`), new Map([['x', { shape: IMAGE, data: sample(i) }]]));
  const run = (path: string) => oracle.run(path, stacked(), { module: true });

  for (const { title, net, pieces } of LIST_NETWORKS) {
    describe(title, () => {
      const source = join(folder, `${title}.mnn`);
      writeFileSync(source, writeModel(net));

      it('answers in float what MNN answers', async () => {
        const [wanted] = run(source).values();
        const inputs = Array.from({ length: TEST_SAMPLES }, (_, i) => new Map([['x', sample(100 + i)]]));
        const { outputs } = await execute(createPlan(buildGraph(net)), createReferenceBackend(), inputs);
        const got = outputs.flatMap((result) => Array.from(result.get('y')!.data));
        expect(got.length).toBe(wanted.data.length);
        for (const [i, value] of got.entries())
          expect(Math.abs(value - Number(wanted.data[i]))).toBeLessThan(1e-4);
      });

      it.each(['KL', 'EMA'])('%s: both convolutions run in int8, near to float', async (method) => {
        const config = join(folder, `${title}-${method}.json`);
        const target = join(folder, `${title}-${method}.mnn`);
        const keys = { input_type: 'sequence', path: samples, feature_quantize_method: method };
        writeFileSync(config, JSON.stringify(keys));
        const outcome = await quantizeFile({ source, target, config, memoryBytes: 2 ** 30 });
        expect(outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
        // Where nothing cuts the network, the runtime copies the bytes of what the first convolution writes.
        const split = outcome.prediction.ops.find(({ type }) => type === 'TensorArraySplit');
        if (pieces) {
          expect(split).toMatchObject({ int8: false, reason: REASON });
          expect(formatSummary(outcome)).toContain(REASON);
        } else expect(split).toMatchObject({ int8: true });
        const cosines = headCosines(run(target), run(source), TEST_SAMPLES);
        console.info(title, method, cosines);
        expect(cosines.get('y')).toBeGreaterThan(0.999);
      });
    });
  }
});
