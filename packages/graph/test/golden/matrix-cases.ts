import { type GoldenCase, type GoldenInput, input, ints, scalar } from './golden-case.ts';

function bandPart(title: string, x: GoldenInput, below: number, above: number): GoldenCase {
  return {
    title: `MatrixBandPart, ${title}, ${below} below, ${above} above`,
    type: 'MatrixBandPart',
    inputs: [x, scalar(below), scalar(above)],
  };
}

function eyeLike(title: string, x: GoldenInput, k?: number): GoldenCase {
  return {
    title: `EyeLike, ${title}${k === undefined ? '' : `, k ${k}`}`,
    type: 'EyeLike',
    inputs: k === undefined ? [x] : [x, ints(k)],
  };
}

const det = (title: string, x: GoldenInput): GoldenCase => ({
  title: `Det, ${title}`,
  type: 'Det',
  inputs: [x],
});

const svd = (title: string, x: GoldenInput): GoldenCase => ({
  title: `Svd, ${title}`,
  type: 'Svd',
  inputs: [x],
  outputs: 3,
});

const whole = (shape: readonly number[], ...data: number[]): GoldenInput => ({ shape, dtype: 'int32', data });

export const MATRICES: readonly GoldenCase[] = [
  bandPart('the diagonal', input([4, 5]), 0, 0),
  bandPart('the lower triangle', input([2, 5, 4]), -1, 0),
  bandPart('the upper triangle', input([2, 3, 4, 4]), 0, -1),
  bandPart('a band', input([2, 6, 5]), 2, 1),
  bandPart('everything', input([3, 2]), -1, -1),
  bandPart('more than there is', input([3, 3]), 7, 1),
  bandPart('channels last', input([1, 3, 4, 2], 'NHWC'), 1, 0),
  bandPart('whole numbers', whole([2, 3], 1, 2, 3, 4, 5, 6), 0, 1),
  { ...bandPart('a list of one', input([3, 4]), 1, 0), inputs: [input([3, 4]), ints(1), ints(0)] },
  eyeLike('no k', input([3, 4])),
  ...[0, 1, 3, 4, -1, -2, -3, 9].map((k) => eyeLike('a matrix', input([3, 4]), k)),
  eyeLike('more rows', input([5, 2]), -1),
  eyeLike('more rows', input([5, 2]), -4),
  eyeLike('a batch', input([2, 3, 3]), 1),
  eyeLike('whole numbers', whole([2, 2], 5, 6, 7, 8), 0),
  det('1x1', input([1, 1])),
  det('2x2', input([2, 2])),
  det('3x3', input([3, 3])),
  det('5x5 in a batch', input([3, 5, 5])),
  // MNN eliminates in single precision.
  { ...det('9x9 in two dimensions', input([2, 2, 9, 9])), tolerance: 1e-5 },
  det('singular', { shape: [3, 3], data: [1, 2, 3, 2, 4, 6, 7, 1, 0] }),
  svd('1x1', { shape: [1, 1], data: [-2.5] }),
  svd('2x2', input([2, 2])),
  svd('3x3', input([3, 3])),
  svd('6x6', input([6, 6])),
  svd('columns orthogonal from the start', { shape: [2, 2], data: [3, 0, 0, -4] }),
  svd('columns of the same length', { shape: [2, 2], data: [1, 2, 2, 1] }),
];
