import { type Convolution2D, decodeConvolutionWeights, readModel, writeModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { quantizeModel } from '../../src/rewrite/quantize-model.ts';
import { quantizeWeights } from '../../src/weights/quantize-weights.ts';
import type { QuantizedWeights } from '../../src/weights/weight-quantizer.ts';
import { NetBuilder } from './net-builder.ts';
import { params, planOf, weightsOf } from './plans.ts';

const scales = new Map([0, 1, 2].map((tensor) => [tensor, params(0.1)]));

/** input 0 → conv 1 (3 × 3) → depthwise 2. */
function model() {
  const net = new NetBuilder();
  const input = net.input([1, 3, 4, 4]);
  const dense = net.convolution(input, { outputs: 4, inputs: 3, kernel: 3 }, 'dense');
  const spec = { outputs: 4, inputs: 4, kernel: 3, depthwise: true };
  return net.build([net.convolution(dense, spec, 'depthwise')]);
}

function written(weights: ReadonlyMap<number, QuantizedWeights>): Uint8Array {
  return writeModel(quantizeModel(model(), { scales, weights }).net);
}

function convolutions(bytes: Uint8Array): Convolution2D[] {
  return [1, 2].map((index) => readModel(bytes).net.oplists![index]!.main!.value as Convolution2D);
}

function quantizedTo(quantBits: number, weightMethod: 'MAX_ABS' | 'ADMM' = 'MAX_ABS') {
  const plan = planOf(model());
  const candidates = int8Candidates(plan.graph, plan);
  return quantizeWeights(plan, candidates, { weightMethod, weightClamp: 127, quantBits });
}

describe('quant_bits in the written model', () => {
  it.each([2, 3, 4, 5, 6, 7])('%i bits: a table without the most negative value, bits packed', (bits) => {
    const weights = quantizedTo(bits);
    const largest = 2 ** (bits - 1) - 1;
    for (const [i, conv] of convolutions(written(weights)).entries()) {
      const { quantized, scales: alpha } = weights.get(i + 1)!;
      const area = quantized.length / alpha.length;
      const table = Array.from({ length: 2 * largest + 1 }, (_, at) => at - largest);
      const { buffer, type, aMaxOrBits } = conv.quanParameter!;
      expect(Array.from(buffer!.subarray(0, 6 + table.length))).toEqual([
        2,
        4,
        0,
        area,
        0,
        table.length,
        ...table,
      ]);
      expect(buffer!.length).toBe(6 + table.length + Math.ceil((bits * quantized.length) / 8));
      expect([type, aMaxOrBits]).toEqual([1, 8]);
      const decoded = Array.from(quantized, (q, at) => Math.fround(q * alpha[Math.floor(at / area)]!) + 0);
      expect(Array.from(decodeConvolutionWeights(conv, 'test'), (value) => value + 0)).toEqual(decoded);
    }
  });

  it.each([2, 5, 8])('%i bits: the runtime is told of 8, with activations within ±127', (bits) => {
    for (const { symmetricQuan } of convolutions(written(quantizedTo(bits))))
      expect(symmetricQuan).toMatchObject({ nbits: 8, clampMin: -127, clampMax: 127 });
  });

  it.each(['MAX_ABS', 'ADMM'] as const)('%s uses the whole range of the bits', (method) => {
    for (const bits of [2, 3, 4, 5, 6, 7, 8]) {
      for (const { quantized, bits: stored } of quantizedTo(bits, method).values()) {
        expect(stored).toBe(bits);
        expect(Math.max(...quantized.map(Math.abs))).toBe(2 ** (bits - 1) - 1);
      }
    }
  });

  it('8 bits are what a file without the key has', () => {
    expect(written(quantizedTo(8))).toEqual(written(weightsOf(model())));
  });

  it('refuses a width that there is not, and weights that it does not hold', () => {
    const [weights] = weightsOf(model()).values();
    const write = (changed: Partial<QuantizedWeights>) =>
      written(new Map([[1, { ...weights!, ...changed }]]));
    expect(() => write({ bits: 9 })).toThrow('dense (Convolution): expected 2 to 8 bits per weight, got 9');
    expect(() => write({ bits: 4.5 })).toThrow('expected 2 to 8 bits per weight, got 4.5');
    const quantized = weights!.quantized.map((_, at) => (at === 5 ? -8 : 0));
    expect(() => write({ bits: 4, quantized })).toThrow('expected weights within ±7 for 4 bits, got -8 at 5');
    const lowest = weights!.quantized.map(() => -128);
    expect(() => write({ quantized: lowest })).toThrow('within ±127 for 8 bits, got -128 at 0');
  });
});
