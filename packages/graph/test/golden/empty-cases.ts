import { type GoldenCase, type GoldenInput, input, ints, main, scalar } from './golden-case.ts';

const axis = (value: number) => main('Axis', { axis: value });
const none: GoldenInput = { shape: [0], dtype: 'int32', data: [], constant: true };
const strided = (...bounds: number[][]): GoldenCase => ({
  title: 'StridedSlice of nothing',
  type: 'StridedSlice',
  main: main('StridedSliceParam'),
  inputs: [input([4, 5]), ...bounds.map((values) => ints(...values))],
});

function one(
  title: string,
  type: GoldenCase['type'],
  parameter: GoldenCase['main'],
  ...inputs: GoldenInput[]
) {
  return { title: `${type}, ${title}`, type, main: parameter, inputs };
}

/** Tensors without an element. */
export const EMPTY: readonly GoldenCase[] = [
  one('nothing to sum', 'MatMul', main('MatMul'), input([2, 0]), input([0, 3])),
  one('no row', 'MatMul', main('MatMul'), input([0, 4]), input([4, 3])),
  one('no place', 'GatherV2', axis(0), input([4, 3]), none),
  one('no time', 'Tile', undefined, input([2, 3]), ints(0, 1)),
  one('nothing', 'SliceTf', main('SliceTf'), input([4, 5]), ints(1, 0), ints(0, -1)),
  strided([2, 0], [2, 5], [1, 1]),
  one('nothing first', 'Concat', axis(0), input([0, 3]), input([2, 3])),
  one('of nothing', 'Padding', main('PadParam'), input([0, 2]), ints(1, 1, 0, 0)),
  one('along nothing', 'Softmax', axis(1), input([2, 0])),
  one('along nothing', 'CumSum', main('CumSum'), input([0, 2]), scalar(0)),
  one('0 is a copy', 'Reshape', main('Reshape', { dims: Int32Array.of(0, 3) }), input([0, 3])),
  one('-1 of nothing', 'Reshape', main('Reshape', { dims: Int32Array.of(-1, 3) }), input([0, 3])),
  one('no row', 'ArgMax', main('ArgMax', { axis: 1 }), input([0, 3])),
];
