import { type GoldenInput, main } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';
import type { KnownError } from './known-errors.ts';

/** Numbers so small that the gates are neither open nor shut; constants half the time. */
class Weights {
  readonly #draw: Draw;
  readonly #constant: boolean;

  constructor(draw: Draw) {
    this.#draw = draw;
    this.#constant = draw.bool();
  }

  tensor(...shape: number[]): GoldenInput {
    return { ...this.state(...shape), constant: this.#constant };
  }

  state(...shape: number[]): GoldenInput {
    const count = shape.reduce((product, extent) => product * extent, 1);
    return { shape, data: Array.from(this.#draw.floats(count), (value) => value / 3) };
  }
}

/** LSTM with four gates, RNN with one. */
const gated =
  (type: 'LSTM' | 'RNN', gates: number): Generator =>
  (draw): RandomCase => {
    const [steps, batch, features, units] = [draw.int(1, 6), draw.int(1, 3), draw.int(1, 9), draw.int(1, 9)];
    const directions = draw.int(1, 2);
    const weights = new Weights(draw);
    const states = draw.bool() ? (type === 'LSTM' ? 2 : 1) : 0;
    return {
      type,
      main: main('LSTM', { outputCount: units }),
      inputs: [
        { shape: [steps, batch, features] },
        weights.tensor(directions, gates * units, features),
        weights.tensor(directions, gates * units, units),
        weights.tensor(directions, gates * units),
        ...Array.from({ length: states }, () => weights.state(directions, batch, units)),
      ],
      outputs: type === 'LSTM' ? 3 : 2,
    };
  };

/** Caffe's LSTM: weights in three blobs, or all in one. */
function caffe(draw: Draw): RandomCase {
  const [batch, steps, features, units] = [draw.int(1, 3), draw.int(1, 6), draw.int(1, 7), draw.int(1, 7)];
  const blob = (count: number) => {
    const float32s = draw.floats(count).map((value) => value / 3);
    return main('Blob', { dims: Int32Array.of(count), float32s }).value as never;
  };
  const inOne = draw.bool();
  const fields = inOne
    ? { weightI: blob(4 * units * (features + units + 2)) }
    : {
        weightI: blob(4 * units * features),
        weightH: blob(4 * units * units),
        bias: blob(draw.pick(4, 8) * units),
      };
  return {
    type: 'LSTM',
    main: main('LSTM', { outputCount: units, ...fields }),
    inputs: [{ shape: [batch, steps, 1, features], layout: 'NC4HW4' }],
  };
}

function gru(draw: Draw): RandomCase {
  const [steps, batch, features, units] = [draw.int(1, 6), draw.int(1, 3), draw.int(1, 9), draw.int(1, 9)];
  const directions = draw.int(1, 2);
  const keepAllOutputs = draw.bool();
  const weights = new Weights(draw);
  const rows = features + units;
  const perDirection = [
    [rows, 2 * units],
    [1, 2 * units],
    [rows, units],
    [1, units],
    [1, 3 * units],
  ];
  return {
    type: 'RNNSequenceGRU',
    main: main('RNNParam', {
      numUnits: units,
      isBidirectionalRNN: directions === 2,
      linearBeforeReset: draw.bool(),
      keepAllOutputs,
    }),
    inputs: [
      { shape: [steps, batch, features] },
      ...Array.from({ length: directions }, () =>
        perDirection.map((shape) => weights.tensor(...shape)),
      ).flat(),
      ...(draw.bool() ? [weights.state(directions, batch, units)] : []),
    ],
    outputs: keepAllOutputs ? draw.int(1, 2) : 1,
  };
}

function blockCell(draw: Draw): RandomCase {
  const [batch, features, units] = [draw.int(1, 4), draw.int(1, 9), draw.int(1, 9)];
  const weights = new Weights(draw);
  const peephole = (): GoldenInput => weights.tensor(units);
  return {
    type: 'LSTMBlockCell',
    // MNN crashes where it clips the cell.
    main: main('LSTMBlockCell', {
      cell_clip: draw.pick(0, -1),
      forget_bias: draw.number(-1, 1),
      use_peephole: draw.bool(),
    }),
    inputs: [
      { shape: [batch, features] },
      weights.state(batch, units),
      weights.state(batch, units),
      weights.tensor(features + units, 4 * units),
      peephole(),
      peephole(),
      peephole(),
      weights.tensor(4 * units),
    ],
    outputs: 7,
  };
}

export const RECURRENT_OPS: Readonly<Record<string, Generator>> = {
  LSTM: (draw) => (draw.int(0, 3) === 0 ? caffe(draw) : gated('LSTM', 4)(draw)),
  RNN: gated('RNN', 1),
  RNNSequenceGRU: gru,
  LSTMBlockCell: blockCell,
};

/** What MNN 3.6.1 gets wrong of these. */
export const RECURRENT_ERRORS: readonly KnownError[] = [
  {
    type: 'RNNSequenceGRU',
    when: ({ main: table, outputs }) =>
      table?.type === 'RNNParam' && table.value.isBidirectionalRNN && outputs === 2,
    why: 'the last state of the backward direction is not written',
  },
  {
    type: 'LSTMBlockCell',
    when: ({ main: table, inputs }) =>
      table?.type === 'LSTMBlockCell' && table.value.use_peephole && inputs[0].shape[0] > 1,
    why: 'the first peephole is taken for every unit of a batch',
  },
];
