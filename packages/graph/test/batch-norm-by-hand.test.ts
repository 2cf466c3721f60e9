import { buildGraph, GraphError } from '@mnnquant/graph';
import type { BatchNorm } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, type GoldenInput, main } from './golden/golden-case.ts';
import { goldenModel } from './golden/golden-model.ts';
import { expectAnswer, image, tensor } from './support/by-hand.ts';

// MNN's CPU does not run BatchNorm, so the answers are the formula's.

const two: BatchNorm = {
  channels: 2,
  slopeData: Float32Array.of(3, -1),
  biasData: Float32Array.of(0.5, 10),
  meanData: Float32Array.of(1, -2),
  varData: Float32Array.of(3, 0),
  epsilon: 1,
};

function batchNorm(input: GoldenInput, fields: Partial<BatchNorm> = {}): Omit<GoldenCase, 'title'> {
  return { type: 'BatchNorm', main: main('BatchNorm', { ...two, ...fields }), inputs: [input] };
}

describe('BatchNorm', () => {
  it('on an image: epsilon is under the root', async () => {
    await expectAnswer(batchNorm(image(1, 2, 1, 5, -2, 0)), [1, 2, 1, 2], [0.5, 6.5, 10, 8]);
  });

  it('on two dimensions', async () => {
    await expectAnswer(batchNorm(tensor([2, 2], [1, -2, 5, 0])), [2, 2], [0.5, 10, 6.5, 8]);
  });

  it('with the channels last', async () => {
    const input = tensor([1, 1, 2, 2], [1, -2, 5, 0], 'NHWC');
    await expectAnswer(batchNorm(input), [1, 1, 2, 2], [0.5, 10, 6.5, 8]);
  });

  it('without slope and bias', async () => {
    const fields = { slopeData: undefined, biasData: undefined };
    await expectAnswer(batchNorm(image(1, 1, 5, 0), fields), [1, 2, 1, 1], [2, 2]);
  });

  it.each<[string, Partial<BatchNorm>, RegExp]>([
    ['no mean', { meanData: undefined }, /expected 2 mean values, got none/],
    ['short variance', { varData: Float32Array.of(1) }, /expected 2 variance values, got 1/],
    ['a negative variance', { varData: Float32Array.of(1, -2) }, /got -2 for channel 1/],
    ['a variance that is no number', { varData: Float32Array.of(Number.NaN, 1) }, /got NaN for channel 0/],
  ])('refuses %s', (_, fields, message) => {
    const { net } = goldenModel([{ ...batchNorm(image(1, 1, 5, 0), fields), title: 'case' }]);
    expect(() => buildGraph(net)).toThrow(GraphError);
    expect(() => buildGraph(net)).toThrow(message);
  });

  it('refuses another number of channels', async () => {
    await expect(expectAnswer(batchNorm(image(1, 1, 1, 2, 3)), [], [])).rejects.toThrow(
      /expected 2 channels, got 3/,
    );
  });
});
