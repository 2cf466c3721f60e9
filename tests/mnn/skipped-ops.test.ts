import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrate, quantizeModel, quantizeWeights, type WeightConfig } from '@mnnquant/calibrate';
import { buildGraph, createPlan, type Sample } from '@mnnquant/graph';
import { type MnnModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, describe, expect, it } from 'vitest';
import { choicesOf, SHAPE, SKIPPED_NETS } from '../../packages/calibrate/test/rewrite/skipped-nets.ts';
import { describeWithMnn } from './environment.ts';
import type { NumpyArray } from './npz.ts';
import { cosine, MnnOracle } from './oracle.ts';

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };
const SAMPLES = 2;
describeWithMnn('what is skipped', ({ python }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-skipped-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each([true, false])(
    'leaves the rest right in MNN, whatever it is; asymmetric: %s',
    (asymmetric) => {
      it.each(SKIPPED_NETS)('$title', async ({ ops, build }) => {
        const model = build();
        const inputs = new Map([['input', noise()]]);
        const file = join(folder, 'net.mnn');
        writeFileSync(file, writeModel(model.net));
        const expected = oracle.run(file, inputs);
        const wrong: [number, string, readonly string[]][] = [];
        for (const skipped of choicesOf(ops)) {
          writeFileSync(file, writeModel((await quantized(model, inputs, asymmetric, skipped)).net));
          for (const [name, { data }] of oracle.run(file, inputs)) {
            const near = cosine(data as Float32Array, expected.get(name)!.data as Float32Array);
            // With rounding alone it is above; a scale or zero point that is not an op's own takes it to 0.993 and less.
            if (!(near > 0.999)) wrong.push([near, name, skipped]);
          }
        }
        expect(wrong).toEqual([]);
      });
    },
  );
});

async function quantized(
  model: MnnModel,
  inputs: ReadonlyMap<string, NumpyArray>,
  featureAsymmetric: boolean,
  skipped: readonly string[],
) {
  const plan = createPlan(buildGraph(model));
  const data = inputs.get('input')!.data as Float32Array;
  const size = data.length / SAMPLES;
  const load = async (index: number): Promise<Sample> =>
    new Map([['input', data.slice(index * size, (index + 1) * size)]]);
  const backend = await createCpuBackend();
  const { scales, candidates } = await calibrate({
    plan,
    backend,
    samples: { count: SAMPLES, load },
    config: {
      featureMethod: 'MAX',
      featureAsymmetric,
      featureClamp: 127,
      ema: { batchSize: SAMPLES, weights: WEIGHTS },
      skip: ({ name }) => skipped.includes(name),
    },
    memoryBudgetBytes: 2 ** 28,
  });
  await backend.dispose();
  const { means, apart } = candidates;
  const weights = quantizeWeights(plan, candidates, WEIGHTS);
  return quantizeModel(model, { scales: scales.tensors, weights, means, apart });
}

/** Seeded values within ±2, most of them within ±1. */
function noise(): NumpyArray {
  const size = SHAPE.reduce((product, extent) => product * extent, SAMPLES);
  let seed = 12345;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const data = Float32Array.from({ length: size }, () => next() + next() + next() + next() - 2);
  return { shape: [SAMPLES, ...SHAPE], data };
}
