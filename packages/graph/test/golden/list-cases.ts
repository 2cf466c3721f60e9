import { DataType, MNN_DATA_FORMAT } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, list, main, scalar } from './golden-case.ts';

const same: GoldenInput = { shape: [], same: 0 };
const [A, B, C]: readonly [number[], number[], number[]] = [[2, 3], [1, 4, 2], [5]];
const mixed = list([A, B, C]);
const whole: GoldenInput = list([[2], [3]], { dtype: 'int32' });
const equal = list(Array(4).fill([2, 3]), { uniform: true });
const images = list(Array(3).fill([1, 2, 2, 3]), { uniform: true, layout: 'NHWC' });

/** As the converter writes it for ONNX: the list is its own handle. */
function one(
  type: GoldenCase['type'],
  title: string,
  it: GoldenInput,
  ...between: GoldenInput[]
): GoldenCase {
  return { title: `${type}, ${title}`, type, inputs: [it, ...between, same] };
}

const made = (
  title: string,
  length: number,
  fields: Parameters<typeof main<'TensorArray'>>[1],
): GoldenCase => ({
  title: `TensorArray, ${title}`,
  type: 'TensorArray',
  main: main('TensorArray', fields),
  inputs: [scalar(length)],
  outputs: 2,
});

const split = (
  title: string,
  tensor: GoldenInput,
  lengths: GoldenInput,
  fields: Parameters<typeof main<'TensorArray'>>[1] = {},
): GoldenCase => ({
  ...one('TensorArraySplit', title, list([], { layout: tensor.layout ?? 'NCHW' }), tensor, lengths),
  main: main('TensorArray', fields),
});

const concat = (title: string, it: GoldenInput, axis: number, new_axis = false): GoldenCase => ({
  ...one('TensorArrayConcat', title, it),
  main: main('TensorArray', { axis, new_axis }),
});

/** With a declared shape: MNN 3.6.1 gives a result of one dimension without. */
const gather = (
  title: string,
  it: GoldenInput,
  positions: number[],
  element_shape: Int32Array,
): GoldenCase => ({
  ...one('TensorArrayGather', title, it, ints(...positions)),
  main: main('TensorArray', { element_shape }),
});

/** Lists of tensors as ONNX and TensorFlow have them. */
export const LISTS: readonly GoldenCase[] = [
  made('zeros of a declared shape', 3, {
    element_shape: Int32Array.of(2, 3),
    identical_element_shapes: true,
  }),
  made('whole numbers', 2, { element_shape: Int32Array.of(4), T: DataType.DT_INT32, dynamic_size: true }),
  one('TensorArraySize', 'three', mixed),
  one('TensorArraySize', 'none', list([])),
  one('TensorArraySize', 'a fixed length', equal),
  one('TensorArrayRead', 'the first', mixed, scalar(0)),
  one('TensorArrayRead', 'the second', mixed, scalar(1)),
  one('TensorArrayRead', 'the last', mixed, scalar(2)),
  one('TensorArrayRead', 'counted from the end', list([A, B, A]), ints(-1)),
  one('TensorArrayRead', 'whole numbers', whole, scalar(1)),
  one('TensorArrayRead', 'of equal ones', equal, scalar(2)),
  one('TensorArrayRead', 'NHWC', images, scalar(1)),
  one('TensorArrayWrite', 'the last replaced by another shape', mixed, scalar(2), input([4])),
  one('TensorArrayWrite', 'the second replaced', mixed, scalar(1), input(B)),
  one('TensorArrayWrite', 'behind the last', mixed, scalar(3), input([2, 2])),
  one('TensorArrayWrite', 'one of equal ones', equal, scalar(1), input([2, 3])),
  one('TensorArrayWrite', 'the first of equal ones', equal, scalar(0), input([2, 3])),
  one('TensorArrayWrite', 'NHWC', images, scalar(2), input([1, 2, 2, 3], 'NHWC')),
  one('TensorArrayInsert', 'in front', mixed, scalar(0), input([2, 2])),
  one('TensorArrayInsert', 'between', mixed, scalar(2), input([2, 2])),
  one('TensorArrayInsert', 'behind', mixed, scalar(3), input([2, 2])),
  one('TensorArrayInsert', 'before the last', mixed, scalar(-1), input([2, 2])),
  one('TensorArrayInsert', 'into an empty list', list([]), scalar(0), input([2, 2])),
  one('TensorArrayInsert', 'whole numbers', whole, scalar(1), { shape: [4], dtype: 'int32' }),
  one('TensorArrayErase', 'the first', mixed, scalar(0)),
  one('TensorArrayErase', 'the second', mixed, scalar(1)),
  one('TensorArrayErase', 'the last', mixed, scalar(-1)),
  split('parts of two', input([2, 5, 3]), scalar(2), { axis: 1 }),
  split('rows without their axis', input([3, 4]), scalar(1), { keepdims: false }),
  split('columns', input([3, 4]), ints(1), { axis: -1 }),
  split('several lengths', input([2, 7]), ints(3, 1, 3), { axis: -1, keepdims: false }),
  split('one of no length', input([2, 7]), ints(3, 0, 4), { axis: 1 }),
  split('NHWC', input([1, 3, 2, 2], 'NHWC'), ints(2), { axis: 1 }),
  split('packed', input([1, 5, 2, 3], 'NC4HW4'), ints(2), { axis: 1 }),
  concat(
    'joined',
    list([
      [2, 1, 3],
      [2, 4, 3],
      [2, 2, 3],
    ]),
    1,
  ),
  concat(
    'equal ones in front',
    list([
      [2, 3],
      [2, 3],
      [1, 3],
    ]),
    0,
  ),
  concat('stacked in front', list([A, A, A]), 0, true),
  concat('stacked between', list([A, A]), 1, true),
  concat('stacked behind', list([A, A, A]), 2, true),
  concat('equal ones stacked', equal, 1, true),
  concat('whole numbers', whole, 0),
  gather('some, a shape that is not known', equal, [3, 1], Int32Array.of(-1, -1)),
  gather('one twice, a declared shape', equal, [0, 2, 0], Int32Array.of(2, -1)),
  gather('of a list that grows', list([A, B, A]), [2, 0], Int32Array.of(2, 3)),
  one('TensorArrayScatter', 'all', equal, ints(0, 1, 2, 3), input([4, 2, 3])),
  one('TensorArrayScatter', 'all, the other way round', equal, ints(3, 2, 1, 0), input([4, 2, 3])),
  one('TensorArrayScatter', 'NHWC', images, ints(0, 2, 1), input([3, 1, 2, 2, 3], 'NHWC')),
].map((item) => ({ ...item, format: item.format ?? MNN_DATA_FORMAT.NCHW }));
