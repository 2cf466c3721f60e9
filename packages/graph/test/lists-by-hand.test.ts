import { buildGraph, createPlan } from '@mnnquant/graph';
import { DataType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, type GoldenInput, ints, list, main, scalar } from './golden/golden-case.ts';
import { goldenModel } from './golden/golden-model.ts';
import { answer, expectAnswer, tensor } from './support/by-hand.ts';
import { constOp, smallNet } from './support/small-net.ts';

type Item = Omit<GoldenCase, 'title'>;

const same: GoldenInput = { shape: [], same: 0 };
const filled = (elements: number[][], data: number[], uniform = false): GoldenInput => ({
  ...list(elements, { uniform }),
  data,
});
const mixed = filled([[2], [1, 3], [1]], [1, 2, 3, 4, 5, 6]);

const item = (type: GoldenCase['type'], it: GoldenInput, ...between: GoldenInput[]): Item => ({
  type,
  inputs: [it, ...between, same],
});

const withTable = (given: Item, fields: Parameters<typeof main<'TensorArray'>>[1]): Item => ({
  ...given,
  main: main('TensorArray', fields),
});

describe('lists of tensors, where MNN 3.6.1 is wrong', () => {
  it('an element is replaced by one of another size: MNN copies what follows from the wrong place', () =>
    expectAnswer(
      item('TensorArrayWrite', mixed, scalar(0), tensor([3], [7, 8, 9])),
      [7],
      [7, 8, 9, 3, 4, 5, 6],
    ));

  it('a list of declared shapes is written from the end: MNN loses what follows', () => {
    const zeros = filled([[1], [1], [1]], [1, 2, 3], true);
    return expectAnswer(item('TensorArrayWrite', zeros, scalar(0), tensor([1], [9])), [3], [9, 2, 3]);
  });

  it('a place far behind the end is written: MNN copies what lies behind the list', () =>
    expectAnswer(
      item('TensorArrayWrite', filled([[1]], [5]), scalar(3), tensor([2], [7, 8])),
      [3],
      [5, 7, 8],
    ));

  it('a negative position in a list of different shapes: MNN takes the shape of the first', () =>
    expectAnswer(item('TensorArrayRead', mixed, scalar(-2)), [1, 3], [3, 4, 5]));

  it('a tensor without numbers is inserted: MNN leaves the rest out', () =>
    expectAnswer(item('TensorArrayInsert', mixed, scalar(1), tensor([0, 2], [])), [6], [1, 2, 3, 4, 5, 6]));

  it('the last element is erased: MNN has a list of one number', async () => {
    const { shape } = await answer(item('TensorArrayErase', filled([[2]], [1, 2]), scalar(0)));
    expect(shape).toEqual([0]);
  });

  it('some places of a list are written: MNN takes the first ones for written', () => {
    const it = filled([[1], [1], [1]], [1, 2, 3], true);
    return expectAnswer(item('TensorArrayScatter', it, ints(2), tensor([1, 1], [9])), [3], [1, 2, 9]);
  });

  it('whole numbers are split: MNN takes their bits for floats', async () => {
    const x: GoldenInput = { shape: [4], dtype: 'int32', data: [4, 5, 6, 7] };
    const { dtype, data } = await answer(
      withTable(item('TensorArraySplit', list([]), x, ints(2)), { T: DataType.DT_FLOAT }),
    );
    expect(dtype).toBe('int32');
    expect(Array.from(data)).toEqual([4, 5, 6, 7]);
  });

  it('elements of one declared shape are joined: MNN gives the first one', () =>
    expectAnswer(
      withTable(item('TensorArrayConcat', filled([[2], [2]], [1, 2, 3, 4], true)), {}),
      [4],
      [1, 2, 3, 4],
    ));

  it('an axis counted from the end: MNN crashes', () =>
    expectAnswer(
      withTable(
        item(
          'TensorArrayConcat',
          filled(
            [
              [1, 2],
              [1, 1],
            ],
            [1, 2, 3],
          ),
        ),
        { axis: -1 },
      ),
      [1, 3],
      [1, 2, 3],
    ));

  it('elements are stacked without a declared shape: MNN gives one dimension', () =>
    expectAnswer(
      withTable(item('TensorArrayGather', filled([[2], [2]], [1, 2, 3, 4], true), ints(1, 0)), {}),
      [2, 2],
      [3, 4, 1, 2],
    ));
});

describe('lists of tensors, what makes no sense', () => {
  const refused = (given: Item) => () => {
    const { net } = goldenModel([{ ...given, title: 'case' }]);
    createPlan(buildGraph(net));
  };
  const x = tensor([2], [1, 2]);
  const full = filled([[2], [2]], [1, 2, 3, 4], true);
  const wrong: [title: string, item: Item, message: string][] = [
    [
      'no list',
      { type: 'TensorArrayRead', inputs: [x, scalar(0), same] },
      'expected a list of tensors as input 2, got [2]',
    ],
    [
      'reading behind the end',
      item('TensorArrayRead', mixed, scalar(3)),
      'expected a position in -3..2 of a list of 3, got 3',
    ],
    [
      'writing behind the end of a fixed list',
      item('TensorArrayWrite', full, scalar(2), x),
      'expected a position in 0..1 of a list that does not grow, got 2',
    ],
    [
      'another shape among equal ones',
      item('TensorArrayWrite', full, scalar(0), tensor([1], [1])),
      'expected [2] as all elements of the list, got [1]',
    ],
    [
      'another layout',
      item('TensorArrayWrite', mixed, scalar(0), tensor([1, 1, 1, 1], [1], 'NHWC')),
      'expected a tensor in NCHW as the list is, got NHWC',
    ],
    [
      'another type',
      item('TensorArrayInsert', mixed, scalar(0), { shape: [2], dtype: 'int32', data: [1, 2] }),
      'expected a tensor of float32 as the list is, got int32',
    ],
    [
      'inserting behind the end',
      item('TensorArrayInsert', mixed, scalar(4), x),
      'expected a position in -3..3 of a list of 3, got 4',
    ],
    [
      'erasing behind the end',
      item('TensorArrayErase', mixed, scalar(-4)),
      'expected a position in -3..2 of a list of 3, got -4',
    ],
    [
      'joining an empty list',
      withTable(item('TensorArrayConcat', list([])), {}),
      'the list is empty, and nothing tells the shape of the result',
    ],
    [
      'joining different shapes',
      withTable(item('TensorArrayConcat', mixed), {}),
      'expected elements like [2] but for axis 0, got [1,3]',
    ],
    [
      'picking different shapes',
      withTable(item('TensorArrayGather', mixed, ints(0, 1)), {}),
      'expected elements of one shape, got [2] and [1,3]',
    ],
    [
      'parts of nothing',
      withTable(item('TensorArraySplit', list([]), x, ints(0)), {}),
      'expected parts of at least 1, got 0',
    ],
    [
      'lengths that do not add up',
      withTable(item('TensorArraySplit', list([]), x, ints(1, 2)), {}),
      'expected lengths that make 2 in all, got 1,2',
    ],
    [
      'parts of two without their axis',
      withTable(item('TensorArraySplit', list([]), x, ints(2)), { keepdims: false }),
      'expected parts of length 1, whose axis can go, got 2',
    ],
    [
      'fewer rows than positions',
      item('TensorArrayScatter', full, ints(0, 1), tensor([1, 2], [1, 2])),
      'expected a position for each of 1 rows, got positions [2] for [1,2]',
    ],
    [
      'a length below zero',
      withTable({ type: 'TensorArray', inputs: [scalar(-1)], outputs: 2 }, {}),
      'expected a length of at least 0, got -1',
    ],
  ];
  it.each(wrong)('%s', (_, given, message) => expect(refused(given)).toThrow(message));

  it('reading what was never written', () => {
    const net = smallNet([
      constOp('length', 2),
      {
        type: 'TensorArray',
        inputs: ['length'],
        outputs: ['handle', 'list'],
        main: main('TensorArray', { identical_element_shapes: true }),
      },
      constOp('one', 1),
      { type: 'TensorArrayRead', inputs: ['handle', 'one', 'list'], outputs: ['y'] },
    ]);
    expect(() => createPlan(buildGraph(net))).toThrow(
      'element 1 of the list is read, but nothing was written to it',
    );
  });
});
