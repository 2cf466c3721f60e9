import { buildGraph, createPlan, createReferenceBackend, type Sample } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import {
  calibrate,
  chooseWinograd,
  decodeWinogradAttribute,
  int8Candidates,
  type QuantizedWeights,
  winogradLayers,
} from '../../src/index.ts';
import { winogradUnit } from '../../src/winograd/unit.ts';
import { type ConvolutionSpec, NetBuilder } from '../rewrite/net-builder.ts';

const WEIGHTS = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 } as const;

function planOf(spec: ConvolutionSpec, size = 8) {
  const builder = new NetBuilder();
  const input = builder.input([1, spec.inputs, size, size]);
  return createPlan(buildGraph(builder.build([builder.convolution(input, spec, 'conv')])));
}

const choice = (spec: ConvolutionSpec, size?: number) => {
  const plan = planOf(spec, size);
  const { chosen, possible } = chooseWinograd(plan, int8Candidates(plan.graph, plan, { asymmetric: true }));
  return [chosen.length, possible.length];
};

describe('which layers get Winograd attributes', () => {
  it.each<[string, ConvolutionSpec, number, number]>([
    ['64 to 64 channels', { inputs: 64, outputs: 64, kernel: 3 }, 1, 1],
    ['32 to 128', { inputs: 32, outputs: 128, kernel: 3 }, 1, 1],
    ['32 to 64', { inputs: 32, outputs: 64, kernel: 3 }, 0, 1],
    ['128 to 32', { inputs: 128, outputs: 32, kernel: 3 }, 0, 1],
    ['a kernel of 5, whose tile is 6', { inputs: 64, outputs: 64, kernel: 5 }, 0, 1],
    ['a kernel of 1', { inputs: 64, outputs: 64, kernel: 1 }, 0, 0],
    ['stride 2', { inputs: 64, outputs: 64, kernel: 3, stride: 2 }, 0, 0],
    ['depthwise', { inputs: 64, outputs: 64, kernel: 3, depthwise: true }, 0, 0],
  ])('%s', (_, spec, chosen, possible) => {
    expect(choice(spec)).toEqual([chosen, possible]);
  });

  it('not kernels of 2, which were not measured', () => {
    // 30 pixels are ten tiles of 3, so that the multiplications are more than halved.
    expect(choice({ inputs: 64, outputs: 64, kernel: 2 }, 29)).toEqual([0, 1]);
  });

  it('takes the tile that MNN takes', () => {
    const size = { inputs: 64, outputs: 64, kernel: 3 };
    // As in files of MNN's own tool: cifar_resnet20 and squeezenet.
    expect(winogradUnit({ ...size, height: 8, width: 8 })).toBe(2);
    expect(winogradUnit({ ...size, height: 14, width: 14 })).toBe(4);
    expect(winogradUnit({ ...size, height: 14, width: 14 }, 4)).toBe(2);
    expect(winogradUnit({ ...size, height: 7, width: 7 })).toBeUndefined();
  });
});

describe('ranges of the transformed input', () => {
  const plan = planOf({ inputs: 64, outputs: 64, kernel: 3 });
  const run = async (samples: readonly Float32Array[], winograd: boolean, batchSize = 1) => {
    const load = async (index: number): Promise<Sample> => new Map([['input', samples[index]!]]);
    const { winograd: result } = await calibrate({
      plan,
      backend: createReferenceBackend(),
      samples: { count: samples.length, load },
      config: { featureMethod: 'EMA', featureClamp: 127, ema: { batchSize, weights: WEIGHTS, winograd } },
      memoryBudgetBytes: 2 ** 30,
    });
    return result;
  };
  const weights: QuantizedWeights = {
    quantized: new Int8Array(64 * 64 * 9).fill(1),
    scales: new Float32Array(64).fill(0.5),
  };
  const unitFor = async (samples: readonly Float32Array[], batchSize?: number) => {
    const result = await run(samples, true, batchSize);
    const index = result!.chosen[0]!.index;
    const own = result!.observer.withAttributes(new Map([[index, weights]])).get(index);
    return decodeWinogradAttribute(own!.winogradAttr!, 64);
  };
  const filled = (value: number) => new Float32Array(64 * 64).fill(value);

  it('are taken per position, with the padding', async () => {
    const { inputScales, inputZeroPoints, weightScales } = await unitFor([filled(1)]);
    // The rows of Bᵀ: d0 - d2, d1 + d2, d2 - d1, d3 - d1; the padding makes d0 or d3 zero at the edges.
    // Position (1, 1) sees 2 · 2 = 4 everywhere: 0..4 on 254 steps.
    expect(inputScales[5]).toBeCloseTo(4 / 254, 7);
    expect(inputZeroPoints[5]).toBe(-127);
    // Position (0, 1): -1 at the top, 0 inside, times 2.
    expect(inputScales[1]).toBeCloseTo(2 / 254, 7);
    expect(inputZeroPoints[1]).toBe(127);
    // Weights of 0.5: G sums three of them, halved, per direction.
    expect(weightScales[5 * 64]).toBeCloseTo((0.5 * 1.5 * 1.5) / 127, 7);
    expect(weightScales[0]).toBeCloseTo(0.5 / 127, 7);
  });

  it('move by a hundredth a batch', async () => {
    const { inputScales } = await unitFor([filled(1), filled(2)]);
    expect(inputScales[5]).toBeCloseTo((4 * 0.99 + 8 * 0.01) / 254, 6);
    const together = await unitFor([filled(1), filled(2)], 2);
    expect(together.inputScales[5]).toBeCloseTo(8 / 254, 6);
  });

  it('pass over zeros and numbers that are not finite', async () => {
    const { inputScales, inputZeroPoints } = await unitFor([filled(0)]);
    expect(new Set(inputScales)).toEqual(new Set([1]));
    expect(new Set(inputZeroPoints)).toEqual(new Set([0]));
    const some = filled(1);
    some[20] = Number.NaN;
    some[30] = Number.POSITIVE_INFINITY;
    expect((await unitFor([some])).inputScales[5]).toBeCloseTo(4 / 254, 7);
  });

  it('are not taken without winogradOpt', async () => {
    expect(await run([filled(1)], false)).toBeUndefined();
  });

  it('are found for layers whatever the tile', () => {
    const candidates = int8Candidates(plan.graph, plan, { asymmetric: true });
    expect(winogradLayers(plan, candidates, 4)).toMatchObject([{ name: 'conv', tensor: 0, unit: 2 }]);
  });
});
