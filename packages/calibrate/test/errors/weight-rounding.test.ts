import { createTable } from '@mnnquant/mnn-format';
import { expect, it } from 'vitest';
import { measureWeights } from '../../src/errors/weight-rounding.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';

/** Two channels of two weights, then one channel without a counterpart in int8. */
function model() {
  const net = new NetBuilder();
  const common = createTable('Convolution2DCommon', {
    kernelX: 1,
    kernelY: 1,
    outputCount: 3,
    inputCount: 2,
  });
  const value = createTable('Convolution2D', {
    common,
    weight: Float32Array.of(127, 0.4, -254, 1, 0, 0),
    bias: new Float32Array(3),
  });
  const input = net.input([1, 2, 1, 1]);
  return net.build([net.op('Convolution', [input], { type: 'Convolution2D', value }, 'conv')]);
}

it('tells range, step and SNR of each channel', () => {
  const float = model();
  const written = quantized(float);
  const [weights, ...others] = measureWeights(planOf(float), planOf(written), written);
  expect(others).toEqual([]);
  expect(weights).toMatchObject({
    op: 'conv',
    type: 'Convolution',
    shape: [3, 2, 1, 1],
    min: [Math.fround(0.4), -254, 0],
    max: [127, 1, 0],
  });
  // Steps 1 and 2: 0.4 becomes 0, and 1 (half a step) becomes 2.
  expect(weights?.int8?.scale.slice(0, 2)).toEqual([1, 2]);
  expect(weights?.int8?.scale[2]).toBeGreaterThan(0);
  const [first, second, zeros] = weights!.int8!.snr;
  expect(first).toBeCloseTo(10 * Math.log10((127 ** 2 + 0.4 ** 2) / 0.4 ** 2), 4);
  expect(second).toBeCloseTo(10 * Math.log10((254 ** 2 + 1) / 1), 4);
  expect(zeros).toBe(Number.POSITIVE_INFINITY);
});

it('has no step where the weights stay float', () => {
  const float = model();
  const [weights] = measureWeights(planOf(float), planOf(float), float);
  expect(weights).not.toHaveProperty('int8');
  expect(weights?.max).toEqual([127, 1, 0]);
});
