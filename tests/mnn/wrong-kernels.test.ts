import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calibrate,
  predictInt8,
  quantizeModel,
  quantizeWeights,
  type WeightConfig,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan, type Sample } from '@mnnquant/graph';
import { type MnnModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { cosine, MnnOracle } from './oracle.ts';
import { INPUT_SHAPE, RIGHT, WRONG, type WrongKernelNet } from './wrong-kernel-nets.ts';

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };

/** What int8 itself costs in two or three convolutions; the kernels where they are wrong cost 0.997 to -0.7. */
const CLOSE = 0.9985;
/** Signs of values that int8 rounds to 0 are missing. */
const CLOSE_SIGNS = 0.99;

describeWithMnn("MNN's runtime with int8 kernels that are wrong, against the float network", ({ python }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-wrong-'));
  const target = join(folder, 'net.mnn');
  const data = noise();
  const inputs = new Map([['input', { shape: [1, ...INPUT_SHAPE], data }]]);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (model: MnnModel): Float32Array => {
    writeFileSync(target, writeModel(model.net));
    const [output] = oracle.run(target, inputs).values();
    return output!.data as Float32Array;
  };

  async function check({ title, model, int8 }: WrongKernelNet) {
    const float = run(model);
    for (const method of ['KL', 'EMA'] as const) {
      const { written, prediction } = await quantized(model, data, method);
      const close = title === 'signs' ? CLOSE_SIGNS : CLOSE;
      expect.soft(cosine(run(written), float), method).toBeGreaterThan(close);
      const op = prediction.ops.find(({ name }) => name === 'x');
      expect.soft(op?.int8, method).toBe(int8);
      if (!int8) expect.soft(op?.reason, method).toMatch(/MNN|skip/);
      const type = op?.type === 'Pooling3D' ? 'Pooling' : op?.type;
      const ran = oracle.commands(target, inputs).filter((command) => command.type === type);
      expect.soft(ran.at(-1)?.int8, method).toBe(int8);
    }
  }

  describe('runs in float what would be wrong', () => {
    for (const net of WRONG) it(net.title, () => check(net));
  });

  describe('runs in int8 what is right', () => {
    for (const net of RIGHT) it(net.title, () => check(net));
  });
});

async function quantized(model: MnnModel, data: Float32Array, method: 'KL' | 'EMA') {
  const plan = createPlan(buildGraph(model));
  const backend = await createCpuBackend();
  const load = async (): Promise<Sample> => new Map([['input', data]]);
  const ema = { batchSize: 1, weights: WEIGHTS };
  const { scales, candidates } = await calibrate({
    plan,
    backend,
    samples: { count: 1, load },
    config: {
      featureClamp: 127,
      ...(method === 'EMA' ? { featureMethod: method, ema } : { featureMethod: method }),
    },
    memoryBudgetBytes: 2 ** 28,
  });
  await backend.dispose();
  const weights = quantizeWeights(plan, candidates, WEIGHTS);
  const { means, apart } = candidates;
  const written = quantizeModel(model, { scales: scales.tensors, weights, means, apart });
  return { written, prediction: predictInt8(written, plan, candidates) };
}

/** Seeded values of both signs. */
function noise(): Float32Array {
  let seed = 12345;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const size = INPUT_SHAPE.reduce((product, extent) => product * extent, 1);
  return Float32Array.from({ length: size }, () => 3 * next() - 1.2);
}
