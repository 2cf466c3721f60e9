import { buildGraph, createPlan } from '@mnnquant/graph';
import { ReductionType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, type GoldenInput, input, ints, main, scalar } from './golden/golden-case.ts';
import { goldenModel } from './golden/golden-model.ts';
import { answers, expectAnswer, tensor } from './support/by-hand.ts';

const whole = (shape: number[], ...data: number[]): GoldenInput => ({ shape, dtype: 'int32', data });

// MNN 3.6.1 forgets the change of the sign where it swaps rows, and takes pivots below 1e-6 for 0 (CPUDet.cpp).
describe('Det', () => {
  it.each([
    ['swapped rows', [0, 1, 1, 0], -1],
    ['a zero in the corner', [0, 2, 3, 4], -6],
    ['small numbers', [1e-7, 0, 0, 2e7], 2],
  ] as const)('%s', (_, data, expected) =>
    expectAnswer({ type: 'Det', inputs: [tensor([2, 2], [...data])] }, [], [expected]),
  );

  it('a second swap', () =>
    expectAnswer({ type: 'Det', inputs: [tensor([3, 3], [0, 2, 0, 0, 0, 3, 5, 0, 0])] }, [], [30]));

  it('exactly 0 of a singular matrix', async () => {
    const [{ data }] = await answers({
      type: 'Det',
      inputs: [tensor([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])],
    });
    expect(data[0]).toBe(0);
  });

  it('1 of nothing', () => expectAnswer({ type: 'Det', inputs: [input([2, 0, 0])] }, [2], [1, 1]));
});

// MNN 3.6.1 goes on to the next segment only where the number grows by 1, and divides by 0 (CPUSegmentMean.cpp).
describe('Segment without a row', () => {
  it('is 0 in between', () =>
    expectAnswer({ type: 'Segment', inputs: [tensor([3], [1, 3, 7]), ints(0, 0, 2)] }, [3], [2, 0, 7]));

  it('is 0 in front', () =>
    expectAnswer(
      { type: 'Segment', inputs: [tensor([2, 2], [1, 3, 5, 9]), ints(1, 1)] },
      [2, 2],
      [0, 0, 3, 6],
    ));
});

describe('Svd of a matrix of lower rank', () => {
  it('has no direction for what is 0, as MNN has none', async () => {
    const [w, u, vt] = await answers({ type: 'Svd', inputs: [tensor([2, 2], [1, 2, 2, 4])], outputs: 3 });
    const [short, long] = [1 / Math.sqrt(5), 2 / Math.sqrt(5)].map(Math.fround);
    expect([...w.data]).toEqual([5, 0]);
    expect([...u.data]).toEqual([short, Number.NaN, long, Number.NaN]);
    expect([...vt.data]).toEqual([short, long, long, -short]);
  });
});

// MNN 3.6.1 adds up as many products as there are columns, not rows (CPUSvd.cpp).
describe('Svd of more rows than columns', () => {
  it('is that of the columns', async () => {
    const [w, u, vt] = await answers({
      type: 'Svd',
      inputs: [tensor([3, 2], [0, 0, 3, 0, 0, 4])],
      outputs: 3,
    });
    expect([...w.data]).toEqual([3, 4]);
    expect(u.shape).toEqual([3, 2]);
    expect([...u.data]).toEqual([0, 0, 1, 0, 0, 1]);
    expect([...vt.data]).toEqual([1, 0, 0, 1]);
  });

  it('gives the matrix back', async () => {
    const a = [1, 2, -1, 3, 0.5, 1, 2, 2, 0, 1, -2, 4];
    const [w, u, vt] = await answers({ type: 'Svd', inputs: [tensor([4, 3], a)], outputs: 3 });
    for (const [at, value] of a.entries()) {
      const [i, j] = [Math.floor(at / 3), at % 3];
      const terms = [0, 1, 2].map((k) => u.data[i * 3 + k] * w.data[k] * vt.data[k * 3 + j]);
      expect(terms.reduce((sum, term) => sum + term, 0)).toBeCloseTo(value, 5);
    }
  });
});

// MNN 3.6.1 multiplies whole numbers as if they were floats: negative ones outside of the band stay.
describe('MatrixBandPart', () => {
  it('of negative whole numbers', () =>
    expectAnswer(
      { type: 'MatrixBandPart', inputs: [whole([2, 3], -1, -2, -3, -4, -5, -6), scalar(0), scalar(0)] },
      [2, 3],
      [-1, 0, 0, 0, -5, 0],
    ));

  it('makes NaN of infinity outside of the band, as MNN does', async () => {
    const x = tensor([2, 2], [1, Number.NEGATIVE_INFINITY, 2, 3]);
    const [y] = await answers({ type: 'MatrixBandPart', inputs: [x, scalar(-1), scalar(0)] });
    expect([...y.data]).toEqual([1, Number.NaN, 2, 3]);
  });
});

// MNN 3.6.1 keeps only the count of the last value that falls into a bin (CPUHistogram.cpp).
describe('Histogram of bytes', () => {
  it('counts all values of a bin', () =>
    expectAnswer(
      {
        type: 'Histogram',
        main: main('ArgMax', { outMaxVal: 2, softmaxThreshold: 0, topK: 100, axis: -1 }),
        inputs: [{ shape: [5], dtype: 'uint8', data: [1, 2, 60, 3, 101] }],
      },
      [2],
      [3, 1],
    ));
});

describe('what MNN does not take is refused', () => {
  const refused: readonly (readonly [text: string, item: Omit<GoldenCase, 'title'>])[] = [
    ['expected square matrices, got [2,3]', { type: 'Det', inputs: [input([2, 3])] }],
    ['expected floats, got int32; cast them before', { type: 'Det', inputs: [whole([1, 1], 1)] }],
    ['as many rows as columns, got [2,3]', { type: 'Svd', inputs: [input([2, 3])], outputs: 3 }],
    ['expected a matrix or a batch of matrices', { type: 'EyeLike', inputs: [input([1, 2, 3, 3])] }],
    [
      'expected a constant number of the diagonal, got a computed one',
      { type: 'EyeLike', inputs: [input([2, 2]), whole([1], 0)] },
    ],
    ['expected matrices', { type: 'MatrixBandPart', inputs: [input([3]), scalar(0), scalar(0)] }],
    ['expected input 2, got none', { type: 'MatrixBandPart', inputs: [input([3, 3]), scalar(0)] }],
    ['got float32 and int32; cast them before', { type: 'SetDiff1D', inputs: [input([3]), ints(1)] }],
    ['the model wires 2', { type: 'SetDiff1D', inputs: [ints(1), ints(2)], outputs: 2 }],
    ['in ascending order, got 1,0', { type: 'Segment', inputs: [input([2]), ints(1, 0)] }],
    ['in ascending order, got -1,0', { type: 'Segment', inputs: [input([2]), ints(-1, 0)] }],
    ['the segments of 3 rows, got 2', { type: 'Segment', inputs: [input([3]), ints(0, 1)] }],
    [
      'for which MNN takes means all the same',
      {
        type: 'Segment',
        main: main('ReductionParam', { operation: ReductionType.SUM }),
        inputs: [input([1]), ints(0)],
      },
    ],
    ['expected a list of extents', { type: 'UnravelIndex', inputs: [whole([1], 1), scalar(3)] }],
    [
      'expected a maximum above the minimum 3, got 3',
      {
        type: 'Histogram',
        main: main('ArgMax', { outMaxVal: 2, softmaxThreshold: 3, topK: 3 }),
        inputs: [input([2])],
      },
    ],
    [
      'expected one of 2 channels, got number 2',
      {
        type: 'Histogram',
        main: main('ArgMax', { outMaxVal: 2, topK: 3, axis: 2 }),
        inputs: [input([3, 2])],
      },
    ],
    [
      'n from 1 to 4',
      { type: 'Stft', main: main('StftParam', {}), inputs: [input([1, 4]), scalar(1), input([5])] },
    ],
    [
      'at least 1 sample between frames, got 0',
      { type: 'Stft', main: main('StftParam', {}), inputs: [input([1, 4]), scalar(0), input([2])] },
    ],
    [
      'expected a signal [B,T], [B,T,1] or [B,T,2], got [1,4,3]',
      { type: 'Stft', main: main('StftParam', {}), inputs: [input([1, 4, 3]), scalar(1), input([2])] },
    ],
    [
      'MNN cannot cast uint8 to int8',
      {
        type: 'CastLike',
        inputs: [
          { shape: [1], dtype: 'uint8' },
          { shape: [1], dtype: 'int8' },
        ],
      },
    ],
  ];
  it.each(refused)('%s', (text, item) => {
    const { net } = goldenModel([{ ...item, title: 'case' }]);
    expect(() => createPlan(buildGraph(net))).toThrow(text);
  });
});
