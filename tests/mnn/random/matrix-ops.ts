import { type GoldenInput, ints, main, scalar } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';
import type { KnownError } from './known-errors.ts';

function matrixBandPart(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(2, 4), 1, 6);
  const x = draw.int(0, 3) === 0 ? draw.whole(shape, 0, 9) : draw.tensor(shape);
  return { type: 'MatrixBandPart', inputs: [x, scalar(draw.int(-1, 6)), scalar(draw.int(-1, 6))] };
}

function eyeLike(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(2, 3), 1, 6);
  const x = draw.bool() ? draw.whole(shape, -9, 9) : draw.tensor(shape);
  return { type: 'EyeLike', inputs: draw.int(0, 3) === 0 ? [x] : [x, ints(draw.int(-7, 7))] };
}

function square(draw: Draw, size: number, batch: readonly number[]): GoldenInput {
  const shape = [...batch, size, size];
  // Whole numbers have zeros among their pivots.
  return draw.bool() ? draw.tensor(shape) : { ...draw.whole(shape, -2, 2), dtype: 'float32' };
}

const det: Generator = (draw) => ({
  type: 'Det',
  inputs: [square(draw, draw.int(1, 7), draw.shape(draw.int(0, 2), 1, 3))],
});

function svd(draw: Draw): RandomCase {
  const columns = draw.int(1, 6);
  return { type: 'Svd', inputs: [draw.tensor([draw.pick(columns, columns + 1), columns])], outputs: 3 };
}

function unravelIndex(draw: Draw): RandomCase {
  const dims = draw.shape(draw.int(1, 4));
  const positions = draw.whole(draw.shape(draw.int(0, 3), 1, 4), -9, 150);
  return { type: 'UnravelIndex', inputs: [positions, ints(...dims)] };
}

/** Something is left: MNN's session cannot answer with nothing. */
function setDiff1d(draw: Draw): RandomCase {
  const x = draw.list(draw.int(1, 9), -4, 4);
  const y = draw.list(draw.int(1, 6), -4, 4).filter((value) => value !== x[0]);
  return { type: 'SetDiff1D', inputs: [ints(...x), ints(...y, 7)] };
}

function segment(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 6);
  let id = draw.int(0, 8) === 0 ? 1 : 0;
  const ids = Array.from({ length: shape[0] }, (_, i) => {
    if (i > 0) id += draw.pick(0, 0, 0, 1, 1, 1, 1, 2);
    return id;
  });
  return { type: 'Segment', inputs: [draw.tensor(shape), ints(...ids)] };
}

const LIKE: readonly GoldenInput[] = [
  { shape: [1], dtype: 'int32', data: [1] },
  { shape: [2, 2], data: [1, 2, 3, 4] },
];

function castLike(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(0, 4));
  const x = draw.bool() ? draw.whole(shape, -1000, 1000) : draw.tensor(shape);
  return { type: 'CastLike', inputs: [x, draw.pick(...LIKE)] };
}

function histogram(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 3), 1, 6);
  const min = draw.int(-3, 1);
  const [outMaxVal, topK] = [draw.int(1, 9), min + draw.int(1, 5)];
  return {
    type: 'Histogram',
    main: main('ArgMax', {
      ...{ outMaxVal, softmaxThreshold: min, topK },
      axis: draw.int(-1, shape.at(-1)! - 1),
    }),
    inputs: [draw.bool() ? draw.whole(shape, -4, 6) : draw.tensor(shape)],
  };
}

function stft(draw: Draw): RandomCase {
  const [length, extra] = [draw.int(1, 20), draw.int(0, 20)];
  const parts = draw.pick([], [1], [2]);
  return {
    type: 'Stft',
    main: main('StftParam', { abs: draw.bool() }),
    inputs: [
      draw.tensor([draw.int(1, 3), length + extra, ...parts]),
      scalar(draw.int(1, 6)),
      draw.tensor([length]),
    ],
  };
}

export const MATRIX_OPS: Readonly<Record<string, Generator>> = {
  MatrixBandPart: matrixBandPart,
  EyeLike: eyeLike,
  Det: det,
  Svd: svd,
  UnravelIndex: unravelIndex,
  SetDiff1D: setDiff1d,
  Segment: segment,
  CastLike: castLike,
  Histogram: histogram,
  Stft: stft,
};

/** Below this, a pivot counts as 0 (CPUDet.cpp, 3.6.1). */
const NO_PIVOT = 1e-6;

/** Whether elimination in the order of the rows has to take a row from further below. */
function swapsRows(matrix: readonly number[], size: number): boolean {
  const rows = Array.from({ length: size }, (_, i) => matrix.slice(i * size, (i + 1) * size));
  for (let k = 0; k < size; k++) {
    const usable = rows.findIndex((row, i) => i >= k && Math.abs(row[k]) >= NO_PIVOT);
    if (usable !== k) return usable > k;
    for (const row of rows.slice(k + 1)) {
      const factor = row[k] / rows[k][k];
      for (let j = k; j < size; j++) row[j] -= factor * rows[k][j];
    }
  }
  return false;
}

export const MATRIX_ERRORS: readonly KnownError[] = [
  {
    type: 'Det',
    when: ({ inputs: [{ shape, data = [] }] }) => {
      const size = shape.at(-1)!;
      const count = data.length / size ** 2;
      return Array.from({ length: count }, (_, i) => data.slice(i * size ** 2, (i + 1) * size ** 2)).some(
        (matrix) => swapsRows(matrix, size),
      );
    },
    why: 'forgets the change of the sign where it swaps rows (CPUDet.cpp)',
  },
  {
    type: 'Svd',
    when: ({ inputs: [{ shape }] }) => shape[0] !== shape[1],
    why: 'adds up as many products as there are columns, not rows (CPUSvd.cpp)',
  },
  {
    type: 'Segment',
    when: ({ inputs: [, { data = [] }] }) =>
      data.some((id, i) => id - (i > 0 ? data[i - 1] : 0) > 1 || (i === 0 && id > 0)),
    why: 'divides by 0, or never goes on, where a segment has no row (CPUSegmentMean.cpp)',
  },
];
