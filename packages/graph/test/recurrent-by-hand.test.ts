import { buildGraph, createPlan } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { lstm } from '../src/ops/lstm.ts';
import { lstmBlockCell } from '../src/ops/lstm-block-cell.ts';
import { rnnSequenceGru } from '../src/ops/rnn-sequence-gru.ts';
import type { HostTensor } from '../src/tensor.ts';
import { type GoldenCase, main } from './golden/golden-case.ts';
import { goldenModel } from './golden/golden-model.ts';
import { GRU, LSTM, RNN } from './golden/recurrent-cases.ts';

function tensor(shape: number[], data?: number[]): HostTensor {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return {
    shape,
    dtype: 'float32',
    layout: 'NCHW',
    data: Float32Array.from(data ?? new Array(count).fill(0)),
  };
}

function expectNumbers({ data }: HostTensor, expected: number[]): void {
  expect(data.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(data[i], `element ${i}`).toBeCloseTo(value, 6);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** So large that a gate is open, or shut when negative. */
const OPEN = 60;

describe('one step of LSTM, which MNN crashes on', () => {
  it('clips the cell', () => {
    // Input gate open, candidate ±1, forget gate open: the cell is the old one ± 1.
    const bias = tensor([8], [OPEN, OPEN, OPEN, -OPEN, OPEN, OPEN, 0, 0]);
    const inputs = [
      tensor([1, 1]),
      tensor([1, 2], [0.25, 0.5]),
      tensor([1, 2]),
      tensor([3, 8]),
      tensor([2]),
      tensor([2]),
      tensor([2]),
      bias,
    ];
    const outputs = Array.from({ length: 7 }, () => tensor([1, 2]));
    lstmBlockCell.reference({ cellClip: 0.75, forgetBias: 0, peephole: false }, inputs, outputs);
    const [input, cell, forget, output, candidate, squashed, hidden] = outputs;
    for (const gate of [input, forget]) expectNumbers(gate, [1, 1]);
    expectNumbers(output, [0.5, 0.5]);
    expectNumbers(candidate, [1, -1]);
    expectNumbers(cell, [0.75, -0.5]);
    expectNumbers(squashed, [Math.tanh(0.75), Math.tanh(-0.5)]);
    expectNumbers(hidden, [Math.tanh(0.75) / 2, Math.tanh(-0.5) / 2]);
  });
});

describe('what MNN crashes on or leaves empty', () => {
  it('LSTM with only a hidden or only a cell state', () => {
    // One unit; the hidden state opens the input gate a little, everything else is shut or open by bias.
    const bias = tensor([1, 4], [0, OPEN, 0, OPEN]);
    const weights = [tensor([1, 4, 1]), tensor([1, 4, 1], [2, 0, 0, 0]), bias];
    const run = (...states: (HostTensor | undefined)[]): HostTensor[] => {
      const outputs = [tensor([1, 1, 1, 1]), tensor([1, 1, 1]), tensor([1, 1, 1])];
      lstm.reference({ units: 1, caffe: undefined }, [tensor([1, 1, 1]), ...weights, ...states], outputs);
      return outputs;
    };
    const one = tensor([1, 1, 1], [0.5]);
    expectNumbers(run(one)[2], [sigmoid(1)]);
    expectNumbers(run(undefined, one)[2], [0.5 + 0.25]);
    expectNumbers(run(undefined, one)[0], [Math.tanh(0.75)]);
  });

  it('the last state of a GRU that goes both ways is where each direction ends', () => {
    const attributes = { units: 1, bidirectional: true, linearBeforeReset: false, keepAll: true };
    // Update gate half open, candidate tanh(x): h' = (tanh(x) + h) / 2.
    const direction = [tensor([2, 2]), tensor([2]), tensor([2, 1], [1, 0]), tensor([1]), tensor([3])];
    const [all, last] = [tensor([2, 2, 1, 1]), tensor([2, 1, 1])];
    const x = tensor([2, 1, 1], [1, -2]);
    rnnSequenceGru.reference(attributes, [x, ...direction, ...direction], [all, last]);
    const [a, b] = [Math.tanh(1), Math.tanh(-2)];
    expectNumbers(all, [a / 2, (a + b / 2) / 2, (b + a / 2) / 2, b / 2]);
    expectNumbers(last, [(b + a / 2) / 2, (a + b / 2) / 2]);
  });
});

function plan(item: GoldenCase): () => unknown {
  return () => createPlan(buildGraph(goldenModel([item]).net));
}

describe('refuses', () => {
  const [first] = LSTM;
  const changed = (index: number, shape: number[], { inputs, ...rest }: GoldenCase = first): GoldenCase => ({
    ...rest,
    inputs: inputs.map((input, i) => (i === index ? { shape } : input)),
  });

  it.each([
    ['c0 (LSTM): expected an input [T, N, C], got [5,3]', changed(0, [5, 3])],
    ['c0 (LSTM): expected input 1 of shape [1,16,3], got [1,12,3]', changed(1, [1, 12, 3])],
    ['c0 (LSTM): expected weights for 1 or 2 directions, got 3', changed(1, [3, 16, 3])],
    ['c0 (LSTM): expected input 3 of shape [1,16], got [1,32]', changed(3, [1, 32])],
    ['c0 (LSTM): expected at least 1 unit, got 0', { ...first, main: main('LSTM') }],
    [
      'c0 (LSTM): expected float weights in the op or as inputs, got none',
      { ...first, inputs: first.inputs.slice(0, 1), outputs: 1 },
    ],
    ['c0 (RNN): expected a parameter of type LSTM, got RNNParam', { ...RNN[0], main: main('RNNParam') }],
    ['c0 (RNN): expected input 2 of shape [1,4,4], got [1,4,3]', changed(2, [1, 4, 3], RNN[0])],
    ['c0 (RNNSequenceGRU): expected input 1 of shape [7,8], got [8,7,2]', changed(1, [8, 7, 2], GRU[0])],
    ['c0 (RNNSequenceGRU): expected 6 or 7 inputs, got 5', { ...GRU[0], inputs: GRU[0].inputs.slice(0, 5) }],
    [
      'c0 (RNNSequenceGRU): its weights are in the op, where MNN 3.6.1 no longer reads them; convert the model again',
      {
        ...GRU[0],
        main: main('RNNParam', { numUnits: 4, fwGateWeight: main('Blob').value as never }),
        inputs: GRU[0].inputs.slice(0, 1),
      },
    ],
  ])('%s', (message, item) => {
    expect(plan(item)).toThrow(message);
  });
});
