import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrate, quantizeModel, quantizeWeights, type WeightConfig } from '@mnnquant/calibrate';
import { buildGraph, createPlan, type Sample } from '@mnnquant/graph';
import { BinaryOpOperation, createTable, type MnnModel, PoolType, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, expect, it } from 'vitest';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import { describeWithMnn } from './environment.ts';
import type { NumpyArray } from './npz.ts';
import { cosine, MnnOracle } from './oracle.ts';

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };
const SHAPE = [1, 8, 12, 12];
const SAMPLES = 2;
const OPS = ['a', 'b', 'sum', 'turned', 'c', 'd', 'second', 'pool', 'e', 'mean', 'flat', 'last'];

/** A residual network with copies, a pool and a mean between its sums with ReLU and the convolutions behind them. */
function residual(): MnnModel {
  const net = new NetBuilder();
  const convolution = (from: number, name: string, relu: boolean, outputs = 8): number =>
    net.convolution(from, { inputs: 8, outputs, kernel: outputs === 8 ? 3 : 1, relu }, name);
  const sum = (one: number, other: number, name: string): number => {
    const value = createTable('BinaryOp', { opType: BinaryOpOperation.ADD, activationType: 1 });
    return net.op('BinaryOp', [one, other], { type: 'BinaryOp', value }, name);
  };
  const pool = (from: number, name: string, table: Parameters<typeof createTable<'Pool'>>[1]): number =>
    net.op('Pooling', [from], { type: 'Pool', value: createTable('Pool', table) }, name);
  const a = convolution(net.input(SHAPE), 'a', true);
  const x = sum(convolution(a, 'b', false), a, 'sum');
  const dims = Int32Array.of(0, 1, 3, 2);
  const turned = net.op(
    'Permute',
    [x],
    { type: 'Permute', value: createTable('Permute', { dims }) },
    'turned',
  );
  const y = sum(convolution(convolution(x, 'c', true), 'd', false), turned, 'second');
  const window = { kernelX: 2, kernelY: 2, strideX: 2, strideY: 2 };
  const z = convolution(pool(y, 'pool', { type: PoolType.MAXPOOL, ...window }), 'e', true);
  const mean = pool(z, 'mean', { type: PoolType.AVEPOOL, isGlobal: true });
  const reshape = createTable('Reshape', { dims: Int32Array.of(0, 8, 1, 1) });
  const flat = net.op('Reshape', [mean], { type: 'Reshape', value: reshape }, 'flat');
  return net.build([convolution(flat, 'last', false, 5)]);
}

/** None, each op, each pair, and seeded choices of more. */
function choices(): string[][] {
  const pairs = OPS.flatMap((one, i) => OPS.slice(i).map((other) => [...new Set([one, other])]));
  let seed = 7;
  const next = (): number => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const more = Array.from({ length: 40 }, () => OPS.filter(() => next() < 0.4));
  return [[], ...pairs, ...more];
}

describeWithMnn('what is skipped', ({ python }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-skipped-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([true, false])(
    'leaves the rest right in MNN, whatever it is; asymmetric: %s',
    async (featureAsymmetric) => {
      const model = residual();
      const inputs = new Map([['input', noise()]]);
      const file = join(folder, 'net.mnn');
      writeFileSync(file, writeModel(model.net));
      const [expected] = oracle.run(file, inputs).values();
      const wrong: [number, readonly string[]][] = [];
      // Scales alone have less to go wrong.
      for (const skipped of choices().filter((_, i) => featureAsymmetric || i % 4 === 0)) {
        writeFileSync(file, writeModel((await quantized(model, inputs, featureAsymmetric, skipped)).net));
        const [got] = oracle.run(file, inputs).values();
        const near = cosine(got!.data as Float32Array, expected!.data as Float32Array);
        // A file with a wrong zero point or scale has 0.9 or less.
        if (!(near > 0.99)) wrong.push([near, skipped]);
      }
      expect(wrong).toEqual([]);
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
