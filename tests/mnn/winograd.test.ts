import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calibrate,
  decodeWinogradAttribute,
  type QuantizedWeights,
  quantizeModel,
  quantizeWeights,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan, createReferenceBackend, type QuantParams } from '@mnnquant/graph';
import { type Convolution2D, type MnnModel, type Op, writeModel } from '@mnnquant/mnn-format';
import { afterAll, expect, it } from 'vitest';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import { describeWithMnn } from './environment.ts';
import type { NumpyArray } from './npz.ts';
import { cosine, MnnOracle } from './oracle.ts';
import { simulateWinograd } from './winograd-simulation.ts';

interface Case {
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
  readonly activation?: 'relu' | 'relu6';
  readonly bits?: number;
}

const CASES: Readonly<Record<string, Case>> = {
  'as many channels as fit': { inputs: 64, outputs: 64, size: 8 },
  'channels that fill no vector, tiles that reach over the edge': { inputs: 70, outputs: 66, size: 41 },
  ReLU: { inputs: 32, outputs: 128, size: 8, activation: 'relu' },
  'ReLU6, which cuts off': { inputs: 64, outputs: 64, size: 8, activation: 'relu6' },
  'weights of 4 bits': { inputs: 64, outputs: 64, size: 8, bits: 4 },
};

function netOf({ inputs, outputs, size, activation }: Case): MnnModel {
  const net = new NetBuilder();
  const input = net.input([1, inputs, size, size]);
  const relu = activation === 'relu';
  const model = net.build([net.convolution(input, { inputs, outputs, kernel: 3, relu }, 'conv')]);
  return activation === 'relu6' ? withRelu6(model) : model;
}

/** With weights so large that many results lie beyond 6. */
function withRelu6({ net, unknownFields }: MnnModel): MnnModel {
  const [input, op] = net.oplists!;
  const conv = convolutionOf(net.oplists!);
  const common = { ...conv.common!, relu6: true };
  const value = { ...conv, common, weight: conv.weight!.map((weight) => 4 * weight) };
  const changed = { ...op!, main: { type: 'Convolution2D' as const, value } };
  return { net: { ...net, oplists: [input!, changed] }, unknownFields };
}

function convolutionOf(ops: readonly Op[]): Convolution2D {
  const main = ops[1]!.main!;
  if (main.type !== 'Convolution2D') throw new Error('expected a convolution');
  return main.value;
}

interface Quantized {
  readonly plain: MnnModel;
  readonly winograd: MnnModel;
  /** What the runtime must answer. */
  readonly expected: Float64Array;
  readonly outputGrid: QuantParams;
}

/** Calibrates with one sample and writes the model without and with the attributes. */
async function quantized(given: Case, model: MnnModel, name: string, data: Float32Array): Promise<Quantized> {
  const plan = createPlan(buildGraph(model));
  const settings = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: given.bits ?? 8 } as const;
  const ema = { batchSize: 1, weights: settings, winograd: true };
  const { scales, candidates, winograd } = await calibrate({
    plan,
    backend: createReferenceBackend(),
    samples: { count: 1, load: async () => new Map([[name, data]]) },
    config: { featureMethod: 'EMA', featureClamp: 127, ema },
    memoryBudgetBytes: 2 ** 28,
  });
  const plain = quantizeWeights(plan, candidates, settings);
  const weights = winograd!.observer.withAttributes(plain);
  const write = (own: typeof plain) => quantizeModel(model, { scales: scales.tensors, weights: own });
  const [inputGrid, outputGrid] = [scales.tensors.get(0)!, scales.tensors.get(1)!];
  const expected = expectedOutput(given, model, weights.get(1)!, data, inputGrid);
  return { plain: write(plain), winograd: write(weights), expected, outputGrid };
}

function expectedOutput(
  given: Case,
  model: MnnModel,
  { quantized: levels, scales, winogradAttr }: QuantizedWeights,
  data: Float32Array,
  inputGrid: QuantParams,
): Float64Array {
  const columns = given.inputs * 9;
  const layer = {
    ...given,
    weights: Float64Array.from(levels, (level, at) => level * scales[Math.floor(at / columns)]!),
    bias: convolutionOf(model.net.oplists!).bias!,
  };
  const unit = decodeWinogradAttribute(winogradAttr!, given.outputs);
  const lowest = given.activation ? 0 : Number.NEGATIVE_INFINITY;
  const highest = given.activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY;
  return simulateWinograd(layer, unit, data, inputGrid).map((value) =>
    Math.min(highest, Math.max(lowest, value)),
  );
}

describeWithMnn('winogradOpt: MNN computes by the attributes as meant', ({ python, oldPython }) => {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-winograd-'));
  const oracle = new MnnOracle(python);
  const runtimes = [oracle, ...(oldPython ? [new MnnOracle(oldPython)] : [])];
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const answerOf = (runtime: MnnOracle, model: MnnModel, inputs: ReadonlyMap<string, NumpyArray>) => {
    const path = join(folder, 'model.mnn');
    writeFileSync(path, writeModel(model.net));
    return runtime.run(path, inputs).get('conv')!.data as Float32Array;
  };

  it.each(Object.entries(CASES))('%s', async (_, given) => {
    const model = netOf(given);
    const path = join(folder, 'float.mnn');
    writeFileSync(path, writeModel(model.net));
    const inputs = oracle.random(path, { seed: 3 });
    const [[name, input]] = [...inputs] as [[string, NumpyArray]];
    const made = await quantized(given, model, name, input.data as Float32Array);
    const float = answerOf(oracle, model, inputs);
    const plain = answerOf(oracle, made.plain, inputs);
    for (const runtime of runtimes) {
      const answer = answerOf(runtime, made.winograd, inputs);
      // Half a step of the output, and what float32 does to values at the edge of a step.
      const worst = Math.max(...[...answer].map((value, at) => Math.abs(value - made.expected[at]!)));
      expect.soft(worst / made.outputGrid.scale).toBeLessThan(1.5);
      expect.soft(cosine(answer, made.expected)).toBeGreaterThan(0.9999);
      expect.soft(cosine(answer, float)).toBeGreaterThan(given.bits ? 0.98 : 0.999);
      expect.soft([...answer]).not.toEqual([...plain]);
    }
  });
});
