import { MNN_DATA_FORMAT, PadValueMode, ReductionType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, type GoldenInput, ints, main } from './golden/golden-case.ts';
import { answer, expectAnswer, image, tensor } from './support/by-hand.ts';

// Small enough to be worked out on paper: a second opinion beside what MNN answered.

describe('StridedSlice', () => {
  const table = tensor(
    [4, 6],
    Array.from({ length: 24 }, (_, i) => i),
  );
  it.each<[string, GoldenInput, object, number[][], number[], number[]]>([
    [
      'an open end',
      table,
      { endMask: 2 },
      [
        [1, -4],
        [3, 0],
        [1, 2],
      ],
      [2, 2],
      [8, 10, 14, 16],
    ],
    [
      'an open begin',
      table,
      { beginMask: 3 },
      [
        [3, 5],
        [1, 2],
        [1, 1],
      ],
      [1, 2],
      [0, 1],
    ],
    [
      'one row taken out',
      table,
      { shrinkAxisMask: 1 },
      [
        [2, 1],
        [3, 4],
        [1, 1],
      ],
      [3],
      [13, 14, 15],
    ],
    ['backwards', tensor([5], [0, 1, 2, 3, 4]), { endMask: 1 }, [[-1], [0], [-2]], [3], [4, 2, 0]],
  ])('%s', async (_, x, fields, bounds, shape, expected) => {
    const inputs = [x, ...bounds.map((values) => ints(...values))];
    const item = { type: 'StridedSlice', main: main('StridedSliceParam', fields), inputs } as const;
    await expectAnswer(item, shape, expected);
  });
});

describe('Padding of 1, 2, 3 by two', () => {
  it.each<[string, number, number[]]>([
    ['zeros', PadValueMode.CONSTANT, [0, 0, 1, 2, 3, 0, 0]],
    ['mirrored without the edge', PadValueMode.REFLECT, [3, 2, 1, 2, 3, 2, 1]],
    ['mirrored with the edge', PadValueMode.SYMMETRIC, [2, 1, 1, 2, 3, 3, 2]],
    ['the edge', PadValueMode.EDGE, [1, 1, 1, 2, 3, 3, 3]],
  ])('%s', async (_, mode, expected) => {
    const inputs = [tensor([3], [1, 2, 3]), ints(2, 2)];
    await expectAnswer({ type: 'Padding', main: main('PadParam', { mode }), inputs }, [7], expected);
  });

  it('a mirror cannot show more than there is', async () => {
    const item = (mode: number, count: number) =>
      answer({
        type: 'Padding',
        main: main('PadParam', { mode }),
        inputs: [tensor([3], [1, 2, 3]), ints(0, count)],
      });
    await expect(item(PadValueMode.REFLECT, 3)).rejects.toThrow(
      /mirrored padding of 3 is larger than axis 0/,
    );
    await expect(item(PadValueMode.SYMMETRIC, 4)).rejects.toThrow(/mirrored padding of 4/);
  });
});

describe('Reshape', () => {
  // Two channels, one row of three: in NHWC order 1 4 2 5 3 6.
  const x = image(1, 3, 1, 2, 3, 4, 5, 6);
  it('of channels first keeps the order in memory', async () => {
    const dims = Int32Array.of(1, 3, 2, 1);
    const item = { type: 'Reshape', main: main('Reshape', { dims }), inputs: [x] } as const;
    await expectAnswer(item, [1, 3, 2, 1], [1, 2, 3, 4, 5, 6]);
  });

  it('in NHWC order takes and puts channels last', async () => {
    const fields = { dims: Int32Array.of(1, 3, 2, 1), dimType: MNN_DATA_FORMAT.NHWC };
    const named = { type: 'Reshape', main: main('Reshape', fields), inputs: [x] } as const;
    await expectAnswer(named, [1, 3, 2, 1], [1, 5, 4, 3, 2, 6]);
    const parameter = main('Reshape', { dimType: MNN_DATA_FORMAT.NHWC });
    const asked = { type: 'Reshape', main: parameter, inputs: [x, ints(1, 2, 1, 3)] } as const;
    await expectAnswer(asked, [1, 3, 2, 1], [1, 5, 4, 3, 2, 6]);
  });
});

describe('moving and joining', () => {
  const a = tensor([2, 3], [1, 2, 3, 4, 5, 6]);
  const b = tensor([2, 1], [7, 8]);
  const rows = tensor([3, 2], [1, 2, 3, 4, 5, 6]);
  const axis = (value: number) => main('Axis', { axis: value });
  it.each<[string, Omit<GoldenCase, 'title'>, number[], number[]]>([
    [
      'Permute',
      { type: 'Permute', main: main('Permute', { dims: Int32Array.of(1, 0) }), inputs: [a] },
      [3, 2],
      [1, 4, 2, 5, 3, 6],
    ],
    ['Concat', { type: 'Concat', main: axis(-1), inputs: [a, b] }, [2, 4], [1, 2, 3, 7, 4, 5, 6, 8]],
    ['GatherV2, rows', { type: 'GatherV2', inputs: [rows, ints(2, 0)] }, [2, 2], [5, 6, 1, 2]],
    [
      'GatherV2, columns',
      { type: 'GatherV2', main: axis(1), inputs: [rows, ints(1, 1)] },
      [3, 2],
      [2, 2, 4, 4, 6, 6],
    ],
    ['Pack', { type: 'Pack', main: main('PackParam'), inputs: [b, b] }, [2, 2, 1], [7, 8, 7, 8]],
    ['Tile', { type: 'Tile', inputs: [b, ints(1, 2)] }, [2, 2], [7, 7, 8, 8]],
  ])('%s', async (_, item, shape, expected) => {
    await expectAnswer(item, shape, expected);
  });
});

describe('sums of products', () => {
  const left = tensor([2, 2], [1, 2, 3, 4]);
  const right = tensor([2, 2], [5, 6, 7, 8]);
  it.each([
    [false, false, [19, 22, 43, 50]],
    [false, true, [17, 23, 39, 53]],
    [true, false, [26, 30, 38, 44]],
    [true, true, [23, 31, 34, 46]],
  ])('MatMul, transposed: %s, %s', async (transposeA, transposeB, expected) => {
    const parameter = main('MatMul', { transposeA, transposeB });
    await expectAnswer({ type: 'MatMul', main: parameter, inputs: [left, right] }, [2, 2], expected);
  });

  it.each<[string, number, number[]]>([
    ['SUM', ReductionType.SUM, [3, 7]],
    ['MEAN', ReductionType.MEAN, [1.5, 3.5]],
    ['MAXIMUM', ReductionType.MAXIMUM, [2, 4]],
    ['MINIMUM', ReductionType.MINIMUM, [1, 3]],
    ['PROD', ReductionType.PROD, [2, 12]],
  ])('Reduction %s', async (_, operation, expected) => {
    for (const keepDims of [true, false]) {
      const parameter = main('ReductionParam', { operation, dim: Int32Array.of(-1), keepDims });
      const item = { type: 'Reduction', main: parameter, inputs: [left] } as const;
      await expectAnswer(item, keepDims ? [2, 1] : [2], expected);
    }
  });
});
