import { describe, expect, it } from 'vitest';
import { BatchNormError, foldBatchNorm } from '../../src/batch-norm/index.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { batchNorm, convolutionNamed } from './models.ts';

describe('degenerate layers', () => {
  const fold = (fields: object, channels = 2) => {
    const net = new NetBuilder();
    const conv = net.convolution(net.input([1, 2, 3, 3]), { outputs: 2, inputs: 2 }, 'conv');
    return foldBatchNorm(net.build([batchNorm(net, conv, channels, 'bn', fields)])).model;
  };

  it('a slope of zero leaves the bias alone', () => {
    const conv = convolutionNamed(
      fold({ slopeData: new Float32Array(2), biasData: Float32Array.of(3, -1) }),
      'conv',
    );
    expect(conv.weight!.every((value) => value === 0)).toBe(true);
    expect(conv.bias).toEqual(Float32Array.of(3, -1));
  });

  it('missing slope and bias are one and zero', () => {
    const fields = {
      slopeData: undefined,
      biasData: undefined,
      meanData: new Float32Array(2),
      varData: Float32Array.of(1, 1),
      epsilon: 0,
    };
    const before = new NetBuilder();
    const conv = before.convolution(before.input([1, 2, 3, 3]), { outputs: 2, inputs: 2 }, 'conv');
    expect(convolutionNamed(fold(fields), 'conv').weight).toEqual(
      convolutionNamed(before.build([conv]), 'conv').weight,
    );
  });

  it('a variance of zero stands on epsilon; one a little below zero too', () => {
    const conv = convolutionNamed(fold({ varData: Float32Array.of(0, -1e-9), epsilon: 1e-3 }), 'conv');
    expect(conv.weight!.every(Number.isFinite)).toBe(true);
  });

  it.each<[string, object, number, RegExp]>([
    [
      'a negative variance',
      { varData: Float32Array.of(1, -1) },
      2,
      /bn \(BatchNorm\): .*positive.*got -1 for channel 1/,
    ],
    ['zero variance and epsilon', { varData: new Float32Array(2), epsilon: 0 }, 2, /got 0 for channel 0/],
    [
      'a variance that is no number',
      { varData: Float32Array.of(Number.NaN, 1) },
      2,
      /finite variance values, got NaN/,
    ],
    [
      'an infinite mean',
      { meanData: Float32Array.of(1, Number.POSITIVE_INFINITY) },
      2,
      /finite mean values, got Infinity for channel 1/,
    ],
    ['a missing mean', { meanData: undefined }, 2, /expected 2 mean values, got none/],
    ['other channels than the convolution', {}, 3, /expected 2 channels as its convolution has, got 3/],
  ])('refuses %s', (_, fields, channels, message) => {
    expect(() => fold(fields, channels)).toThrow(BatchNormError);
    expect(() => fold(fields, channels)).toThrow(message);
  });
});
