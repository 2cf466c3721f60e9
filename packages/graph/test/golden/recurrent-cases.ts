import type { GoldenCase, GoldenInput } from './golden-case.ts';
import { main, noise } from './golden-case.ts';

/** Constant numbers small enough that the gates are not all open or closed. */
function weights(seed: number, ...shape: number[]): GoldenInput {
  return { ...state(seed, ...shape), constant: true };
}

function state(seed: number, ...shape: number[]): GoldenInput {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return { shape, data: Array.from(noise(count, seed), (value) => value / 2) };
}

type Sizes = readonly [steps: number, batch: number, features: number, units: number, directions: number];

/** Input and weights of LSTM (4 gates) and RNN (1). */
function gated(gates: number, [steps, batch, features, units, directions]: Sizes): GoldenInput[] {
  return [
    { shape: [steps, batch, features] },
    weights(2, directions, gates * units, features),
    weights(3, directions, gates * units, units),
    weights(4, directions, gates * units),
  ];
}

function lstm(title: string, sizes: Sizes, states: boolean): GoldenCase {
  const [, batch, , units, directions] = sizes;
  const first = [state(5, directions, batch, units), state(6, directions, batch, units)];
  return {
    title: `LSTM, ${title}`,
    type: 'LSTM',
    main: main('LSTM', { outputCount: units }),
    inputs: [...gated(4, sizes), ...(states ? first : [])],
    outputs: 3,
  };
}

function rnn(title: string, sizes: Sizes, states: boolean): GoldenCase {
  const [, batch, , units, directions] = sizes;
  return {
    title: `RNN, ${title}`,
    type: 'RNN',
    main: main('LSTM', { outputCount: units }),
    inputs: [...gated(1, sizes), ...(states ? [state(5, directions, batch, units)] : [])],
    outputs: 2,
  };
}

/** Caffe's, with its weights in the op: in three blobs, or all in one. */
function caffe(title: string, blobs: readonly (number | undefined)[], features: number): GoldenCase {
  const [weightI, weightH, bias] = blobs.map((count, i) => {
    if (count === undefined) return undefined;
    const float32s = Float32Array.from(noise(count, i + 7), (value) => value / 2);
    return main('Blob', { dims: Int32Array.of(count), float32s }).value as never;
  });
  return {
    title: `LSTM, ${title}`,
    type: 'LSTM',
    main: main('LSTM', { outputCount: 4, weightI, weightH, bias }),
    inputs: [{ shape: [2, 5, 1, features], layout: 'NC4HW4' }],
  };
}

export const LSTM: readonly GoldenCase[] = [
  lstm('from zero', [5, 1, 3, 4, 1], false),
  lstm('a batch', [4, 3, 5, 6, 1], false),
  lstm('given states', [4, 1, 3, 5, 1], true),
  lstm('a batch, given states', [3, 2, 4, 5, 1], true),
  lstm('both ways', [4, 1, 6, 4, 2], false),
  lstm('both ways, a batch, given states', [5, 2, 3, 4, 2], true),
  lstm('a single step', [1, 1, 3, 4, 1], false),
  lstm('a single step, given states', [1, 2, 3, 4, 2], true),
  caffe("Caffe's", [4 * 4 * 3, 4 * 4 * 4, 16], 3),
  caffe("Caffe's with two biases", [4 * 4 * 3, 4 * 4 * 4, 32], 3),
  caffe("Caffe's, all weights in one", [4 * 4 * (3 + 4 + 2), undefined, undefined], 3),
];

export const RNN: readonly GoldenCase[] = [
  rnn('from zero', [5, 1, 3, 4, 1], false),
  rnn('a batch, given states', [4, 2, 3, 4, 1], true),
  rnn('both ways', [4, 2, 5, 3, 2], false),
  rnn('both ways, given states', [3, 2, 3, 4, 2], true),
  rnn('a single step', [1, 2, 3, 4, 1], false),
];

interface GruOptions {
  readonly linearBeforeReset?: boolean;
  readonly states?: boolean;
  readonly last?: boolean;
}

function gru(title: string, sizes: Sizes, options: GruOptions): GoldenCase {
  const [steps, batch, features, units, directions] = sizes;
  const { linearBeforeReset = false, states = false, last = false } = options;
  const rows = features + units;
  const direction = (seed: number): GoldenInput[] => [
    weights(seed, rows, 2 * units),
    weights(seed + 1, 1, 2 * units),
    weights(seed + 2, rows, units),
    weights(seed + 3, 1, units),
    weights(seed + 4, 1, 3 * units),
  ];
  return {
    title: `RNNSequenceGRU, ${title}`,
    type: 'RNNSequenceGRU',
    main: main('RNNParam', {
      numUnits: units,
      isBidirectionalRNN: directions === 2,
      linearBeforeReset,
      keepAllOutputs: !last,
    }),
    inputs: [
      { shape: [steps, batch, features] },
      ...direction(11),
      ...(directions === 2 ? direction(21) : []),
      ...(states ? [state(5, directions, batch, units)] : []),
    ],
    outputs: last || directions === 2 ? 1 : 2,
  };
}

// Both directions with the last state as second output are not here: MNN leaves zeros in it.
export const GRU: readonly GoldenCase[] = [
  gru('from zero', [5, 1, 3, 4, 1], {}),
  gru('a batch', [4, 3, 5, 6, 1], {}),
  gru('linear before reset', [4, 2, 3, 5, 1], { linearBeforeReset: true }),
  gru('given state', [4, 2, 3, 5, 1], { states: true }),
  gru('only the last state', [4, 2, 3, 4, 1], { last: true }),
  gru('both ways', [4, 2, 6, 4, 2], {}),
  gru('both ways, linear before reset, given state', [3, 2, 3, 4, 2], {
    linearBeforeReset: true,
    states: true,
  }),
  gru('both ways, only the last state', [4, 2, 3, 4, 2], { last: true }),
  gru('a single step', [1, 1, 3, 4, 1], {}),
];

function cell(title: string, batch: number, forget_bias: number, use_peephole: boolean): GoldenCase {
  return {
    title: `LSTMBlockCell, ${title}`,
    type: 'LSTMBlockCell',
    main: main('LSTMBlockCell', { cell_clip: 0, forget_bias, use_peephole }),
    inputs: [
      { shape: [batch, 3] },
      state(5, batch, 4),
      state(6, batch, 4),
      weights(7, 7, 16),
      ...[8, 9, 10].map((seed) => weights(seed, 4)),
      weights(11, 16),
    ],
    outputs: 7,
  };
}

// MNN crashes where the cell is clipped, and of larger batches' peepholes it takes the first number for all units.
export const LSTM_BLOCK_CELL: readonly GoldenCase[] = [
  cell('plain', 2, 1, false),
  cell('peepholes', 1, 0.5, true),
];
