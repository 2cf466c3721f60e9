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
import { INPUT_SHAPE, type OpNet } from './int8-op-builder.ts';
import { COMPUTING, COPIES, FLOAT } from './int8-op-nets.ts';
import { simulate } from './int8-simulation.ts';
import type { NumpyArray } from './npz.ts';
import { cosine, MnnOracle } from './oracle.ts';

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };

/** What rounding in other places (Softmax, LayerNorm) may cost. */
const RIGHT = 0.9999;

describeWithMnn('an op between two int8 convolutions, in MNN', ({ python }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-op-'));
  const inputs = new Map([['input', noise()]]);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function check({ model, int8 }: OpNet) {
    const target = join(folder, 'int8.mnn');
    const { written, prediction } = await quantized(model, inputs);
    const backend = await createCpuBackend();
    const exact = await simulate({ model: written, prediction, bytes: 0 }, inputs, backend);
    await backend.dispose();
    writeFileSync(target, writeModel(written.net));
    const ran = oracle.commands(target, inputs).filter(({ type }) => !COPYING.has(type));
    const predicted = prediction.commands.filter(({ type }) => !COPYING.has(type));
    const short = ({ type, int8 }: { type: string; int8: boolean }) => `${type}${int8 ? '*' : ''}`;
    expect.soft(ran.map(short)).toEqual(predicted.map(short));
    const middle = prediction.ops.filter(({ name }) => name === 'x');
    const last = middle.at(-1)!;
    if (int8) expect.soft(middle.every((op) => op.int8)).toBe(true);
    else expect.soft(last).toMatchObject({ int8: false, reason: expect.any(String) });
    const got = oracle.run(target, inputs).get('last')!.data as Float32Array;
    const expected = exact.get('last')!.data as Float32Array;
    expect.soft(cosine(got, expected)).toBeGreaterThan(RIGHT);
  }

  describe('a copy', () => {
    for (const net of COPIES) it(net.title, () => check(net));
  });

  describe('an op that computes', () => {
    for (const net of COMPUTING) it(net.title, () => check(net));
  });

  describe('an op that stays float', () => {
    for (const net of FLOAT) it(net.title, () => check(net));
  });
});

const COPYING: ReadonlySet<string> = new Set(['Raster', 'FloatToInt8', 'Int8ToFloat']);

async function quantized(model: MnnModel, inputs: ReadonlyMap<string, NumpyArray>) {
  const plan = createPlan(buildGraph(model));
  const backend = await createCpuBackend();
  const data = inputs.get('input')!.data as Float32Array;
  const load = async (): Promise<Sample> => new Map([['input', data]]);
  const { scales, candidates } = await calibrate({
    plan,
    backend,
    samples: { count: 1, load },
    config: { featureMethod: 'KL', featureClamp: 127 },
    memoryBudgetBytes: 2 ** 28,
  });
  await backend.dispose();
  const weights = quantizeWeights(plan, candidates, WEIGHTS);
  const { means, apart } = candidates;
  const written = quantizeModel(model, { scales: scales.tensors, weights, means, apart });
  return { written, prediction: predictInt8(written, plan, candidates) };
}

/** Seeded values of both signs. */
function noise(): NumpyArray {
  let seed = 12345;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const size = INPUT_SHAPE.reduce((product, extent) => product * extent, 1);
  return { shape: [1, ...INPUT_SHAPE], data: Float32Array.from({ length: size }, () => 3 * next() - 1.2) };
}
