import { BinaryOpOperation } from '@mnnquant/mnn-format';
import { describe, it } from 'vitest';
import { type GoldenInput, ints, main } from './golden/golden-case.ts';
import { expectAnswer, tensor } from './support/by-hand.ts';

const whole = (shape: number[], ...data: number[]): GoldenInput => ({ shape, dtype: 'int32', data });

// MNN 3.6.1 counts the length of a slice from the wrong dimension of the updates (GeometryScatter.cpp), unless
// the indices have two dimensions.
describe('ScatterNd with indices of three dimensions', () => {
  const indices = whole([2, 2, 1], 0, 2, 2, 1);
  const updates = tensor([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);

  it('puts rows in their places', () =>
    expectAnswer(
      { type: 'ScatterNd', inputs: [indices, updates, ints(4, 2)] },
      [4, 2],
      [1, 2, 7, 8, 5, 6, 0, 0],
    ));

  it('adds rows', () =>
    expectAnswer(
      {
        type: 'ScatterNd',
        main: main('BinaryOp', { opType: BinaryOpOperation.ADD }),
        inputs: [indices, updates, ints(4, 2), tensor([4, 2], [10, 10, 10, 10, 10, 10, 10, 10])],
      },
      [4, 2],
      [11, 12, 17, 18, 18, 20, 10, 10],
    ));
});

// MNN 3.6.1 knows sums, differences and products only (CPURaster.cpp, `fuse`), and leaves out the others.
describe('Scatter with the largest or the smallest number', () => {
  it.each([
    ['MAXIMUM', [4, 7, 3]],
    ['MINIMUM', [1, 5, 3]],
  ] as const)('%s', (operation, expected) =>
    expectAnswer(
      {
        type: 'ScatterElements',
        main: main('BinaryOp', { opType: BinaryOpOperation[operation] }),
        inputs: [tensor([3], [1, 5, 3]), whole([2], 0, 1), tensor([2], [4, 7])],
      },
      [3],
      [...expected],
    ),
  );
});
