import { createTable, type MnnModel } from '@mnnquant/mnn-format';
import { expect, it } from 'vitest';
import { quantizeModel } from '../../src/rewrite/quantize-model.ts';
import { NetBuilder } from './net-builder.ts';
import { weightsOf } from './plans.ts';

function network(relu6: boolean): MnnModel {
  const net = new NetBuilder();
  const output = net.convolution(net.input([1, 3, 4, 4]), { outputs: 4, inputs: 3 }, 'conv');
  const model = net.build([output]);
  const { main } = model.net.oplists![1]!;
  if (main?.type !== 'Convolution2D') throw new Error('the op is no convolution');
  const common = { ...(main.value.common ?? createTable('Convolution2DCommon', {})), relu6 };
  const conv = { ...model.net.oplists![1]!, main: { ...main, value: { ...main.value, common } } };
  return { ...model, net: { ...model.net, oplists: [model.net.oplists![0]!, conv] } };
}

function upperBound(relu6: boolean, scale: number, zeroPoint: number, max = 127): number {
  const model = network(relu6);
  const scales = new Map([
    [0, { scale: 1, zeroPoint: 0, min: -max, max }],
    [1, { scale, zeroPoint, min: -max, max }],
  ]);
  const { net } = quantizeModel(model, { scales, weights: weightsOf(model) });
  return net.extraTensorDescribe![1]!.quantInfo!.max;
}

it.each([
  { scale: 0.1, zeroPoint: 0, max: 60 },
  { scale: 0.1, zeroPoint: -100, max: -40 },
  { scale: 6 / 254, zeroPoint: -127, max: 127 },
  { scale: 0.01, zeroPoint: -127, max: 127 },
  // No step at 6: the first above zero stays.
  { scale: 40, zeroPoint: 3, max: 4 },
])('ends at 6 with scale $scale and zero point $zeroPoint', ({ scale, zeroPoint, max }) => {
  expect(upperBound(true, scale, zeroPoint)).toBe(max);
});

it('leaves other convolutions and smaller clamps alone', () => {
  expect(upperBound(false, 0.1, 0)).toBe(127);
  expect(upperBound(true, 0.5, 0, 7)).toBe(7);
  expect(upperBound(true, 1, 0, 7)).toBe(6);
});
