import { FORMS, type Form } from './dimension-forms.ts';
import type { GoldenCase, GoldenInput } from './golden-case.ts';

/** A shape of each number of dimensions. */
const SHAPES: readonly (readonly number[])[] = [
  [6],
  [4, 3],
  [2, 3, 4],
  [2, 3, 1, 4],
  [2, 1, 3, 2, 2],
  [1, 2, 2, 3, 1, 2],
];

/** Numbers of dimensions that make sense: nothing comes out that has none, or more than six. */
const RANKS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  Unsqueeze: [1, 5],
  OneHot: [1, 5],
  Pack: [1, 5],
  Unpack: [2, 6],
  ReverseSequence: [2, 6],
  LayerNorm: [2, 6],
  MatMul: [2, 6],
  MatrixBandPart: [2, 6],
};

/** What MNN 3.6.1 does not run on whole numbers, or takes for floats: its results are bits of something else. */
const FLOATS_ONLY: readonly string[] = [
  ...[
    'ArgMin',
    'Eltwise',
    'ELU',
    'LayerNorm',
    'MatMul',
    'MatrixBandPart',
    'ReLU',
    'ReLU6',
    'Segment',
    'Selu',
  ],
  ...['Sigmoid', 'Softmax', 'TanH', 'Threshold'],
];

/** What MNN 3.6.1 crashes on or refuses without a row, in the order of its ways: empty-by-hand.test.ts. */
const NEEDS_ROWS: readonly string[] = ['GatherND', 'Segment', 'Histogram'];

function casesOf(x: GoldenInput, what: string, left: (form: Form) => boolean = () => true): GoldenCase[] {
  return FORMS.map((form) => form(x))
    .filter(left)
    .map(({ type, main, inputs, outputs }) => ({
      title: `${type}, ${what}`,
      type,
      main,
      inputs: inputs(x),
      ...(outputs !== undefined && { outputs }),
      tolerance: 1e-5,
    }));
}

/** Ops on tensors of any number of dimensions, by that number. */
function withDimensions(rank: number): GoldenCase[] {
  return casesOf({ shape: SHAPES[rank - 1] }, `${rank}-D`, ({ type }) => {
    const [least, most] = RANKS[type] ?? [1, 6];
    return rank >= least && rank <= most;
  });
}

export const DIMENSIONS: Readonly<Record<string, readonly GoldenCase[]>> = {
  oneDimension: withDimensions(1),
  twoDimensions: withDimensions(2),
  threeDimensions: withDimensions(3),
  fourDimensions: withDimensions(4),
  fiveOfThem: withDimensions(5),
  sixOfThem: withDimensions(6),
  channelsLast: casesOf({ shape: [2, 3, 2, 3], layout: 'NHWC' }, 'channels last'),
  anyWholeNumbers: casesOf(
    { shape: [3, 4], dtype: 'int32' },
    'any whole numbers',
    ({ type }) => !FLOATS_ONLY.includes(type),
  ),
  noRow: casesOf({ shape: [0, 3] }, 'no row', ({ type }) => !NEEDS_ROWS.includes(type)),
};
