import {
  BinaryOpOperation,
  MNN_DATA_FORMAT as Format,
  PadValueMode,
  ReductionType,
} from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main, scalar } from './golden-case.ts';

type Kind = GoldenCase['type'];

const axis = (value: number) => main('Axis', { axis: value });
const whole = (...shape: number[]): GoldenInput => ({ shape, dtype: 'int32' });
const nhwc = (...shape: number[]): GoldenInput => input(shape, 'NHWC');
const binary = (operation: keyof typeof BinaryOpOperation) =>
  main('BinaryOp', { opType: BinaryOpOperation[operation] });
const reduce = (operation: keyof typeof ReductionType, keepDims: boolean, ...dim: number[]) =>
  main('ReductionParam', { operation: ReductionType[operation], keepDims, dim: Int32Array.from(dim) });
const order = (...dims: number[]) => main('Permute', { dims: Int32Array.from(dims) });
const strides = (fields: object = {}) => main('StridedSliceParam', fields);

function one(title: string, type: Kind, parameter: GoldenCase['main'], ...inputs: GoldenInput[]): GoldenCase {
  return { title: `${type}, ${title}`, type, main: parameter, inputs };
}

function parts(count: number, item: GoldenCase): GoldenCase {
  return { ...item, outputs: count };
}

/** Networks of TensorFlow and TFLite: channels come last. */
export const NHWC_CASES: readonly GoldenCase[] = [
  one('NHWC channels', 'Concat', axis(3), nhwc(1, 2, 3, 5), nhwc(1, 2, 3, 2)),
  one('NHWC rows', 'Concat', axis(1), nhwc(2, 1, 3, 2), nhwc(2, 2, 3, 2)),
  { ...one('NHWC', 'Softmax', axis(3), nhwc(2, 2, 3, 5)), tolerance: 1e-5 },
  one('NHWC over planes', 'Reduction', reduce('MEAN', true, 1, 2), nhwc(2, 3, 4, 5)),
  one('NHWC over channels', 'Reduction', reduce('MAXIMUM', false, 3), nhwc(2, 3, 4, 5)),
  one('NHWC planes', 'Padding', main('PadParam'), nhwc(1, 2, 3, 2), ints(0, 0, 1, 0, 0, 2, 0, 0)),
  one(
    'NHWC reflected',
    'Padding',
    main('PadParam', { mode: PadValueMode.REFLECT }),
    nhwc(1, 3, 3, 2),
    ints(0, 0, 1, 1, 2, 0, 0, 0),
  ),
  parts(
    2,
    one(
      'NHWC channels',
      'Slice',
      main('Slice', { axis: 3, slicePoints: Int32Array.of(2) }),
      nhwc(1, 2, 2, 5),
    ),
  ),
  one(
    'NHWC',
    'StridedSlice',
    strides({ beginMask: 9, endMask: 9 }),
    nhwc(1, 4, 5, 3),
    ints(0, 1, 0, 0),
    ints(0, 4, 5, 0),
    ints(1, 2, 2, 1),
  ),
  one(
    'NHWC to two',
    'Reshape',
    main('Reshape', { dims: Int32Array.of(2, -1), dimType: Format.NHWC }),
    nhwc(2, 2, 3, 4),
  ),
  one('NHWC', 'Permute', order(0, 3, 1, 2), nhwc(1, 2, 3, 4)),
  one('NHWC', 'Squeeze', main('SqueezeParam', { squeezeDims: Int32Array.of(1, 2) }), nhwc(2, 1, 1, 3)),
  one('NHWC by channel', 'BinaryOp', binary('MUL'), nhwc(2, 2, 3, 5), { shape: [5] }),
  one('NHWC', 'ReLU', main('Relu'), nhwc(1, 2, 3, 5)),
  one('NHWC', 'Tile', undefined, nhwc(1, 2, 1, 3), ints(1, 1, 3, 2)),
  one(
    'NHWC',
    'Select',
    undefined,
    { shape: [1, 2, 2, 1], dtype: 'int32', data: [1, 0, 0, 1], layout: 'NHWC' },
    nhwc(1, 2, 2, 3),
    nhwc(1, 2, 2, 3),
  ),
  one('NHWC', 'Shape', undefined, nhwc(2, 3, 4, 5)),
  one('NHWC last axis', 'Pack', main('PackParam', { axis: -1 }), nhwc(1, 2, 2, 3), nhwc(1, 2, 2, 3)),
  one('NHWC', 'GatherV2', axis(3), nhwc(1, 2, 2, 5), ints(4, 0)),
];

/** Axes counted from the end, and the first one. */
export const AXES: readonly GoldenCase[] = [
  one('axis -3', 'Concat', axis(-3), input([1, 2, 2, 3]), input([1, 1, 2, 3])),
  one('axis 0', 'Concat', axis(0), input([1, 2, 3]), input([2, 2, 3])),
  one('axis 0, NC4HW4', 'Concat', axis(0), input([1, 5, 2, 2], 'NC4HW4'), input([2, 5, 2, 2], 'NC4HW4')),
  one('axis -1, NC4HW4', 'Concat', axis(-1), input([1, 5, 2, 2], 'NC4HW4'), input([1, 5, 2, 3], 'NC4HW4')),
  { ...one('axis -2', 'Softmax', axis(-2), input([2, 5, 3])), tolerance: 1e-5 },
  { ...one('axis -1, 4-D', 'Softmax', axis(-1), input([2, 2, 3, 4])), tolerance: 1e-5 },
  parts(
    2,
    one('axis -2', 'Slice', main('Slice', { axis: -2, slicePoints: Int32Array.of(1) }), input([2, 3, 2])),
  ),
  parts(2, one('axis -1', 'Unpack', axis(-1), input([2, 3, 2]))),
  one('axis 0', 'Pack', main('PackParam', { axis: 0 }), input([2, 3]), input([2, 3])),
  one('axis -1', 'GatherV2', axis(-1), input([2, 3, 4]), ints(3, 1)),
  one('table of places', 'GatherV2', axis(0), input([4, 3]), {
    shape: [2, 2],
    dtype: 'int32',
    data: [3, 0, 1, 1],
    constant: true,
  }),
  one('axis -2 kept', 'Reduction', reduce('SUM', true, -2), input([2, 3, 4])),
  one('axes -1 and 0', 'Reduction', reduce('MINIMUM', false, -1, 0), input([2, 3, 4])),
  one('axis -1', 'Unsqueeze', main('SqueezeParam', { squeezeDims: Int32Array.of(-1) }), input([2, 3])),
  one('axis -1', 'ExpandDims', main('ExpandDims', { axis: -1 }), input([2, 3])),
  one('axis -1', 'CumSum', main('CumSum'), input([2, 3, 4]), scalar(-1)),
];

/** Five and six dimensions, in two models: in one of all, MNN hands the memory of an output to another op. */
export const MANY_DIMENSIONS: readonly GoldenCase[] = [
  one('6-D', 'Permute', order(0, 3, 1, 4, 2, 5), input([1, 2, 3, 2, 2, 3])),
  one('5-D', 'Concat', axis(2), input([1, 2, 3, 2, 2]), input([1, 2, 1, 2, 2])),
  one('6-D', 'Reshape', main('Reshape', { dims: Int32Array.of(1, 2, 2, 3, 2, -1) }), input([4, 6, 3])),
  one(
    '6-D to three',
    'Reshape',
    main('Reshape', { dims: Int32Array.of(4, -1, 3) }),
    input([2, 2, 1, 3, 2, 3]),
  ),
  one('5-D broadcast', 'BinaryOp', binary('SUB'), input([2, 3, 1, 2, 4]), input([3, 5, 1, 1])),
  one('6-D broadcast', 'BinaryOp', binary('ADD'), input([2, 1, 3, 1, 2, 1]), input([1, 2, 1, 3, 1, 2])),
  one('5-D', 'Reduction', reduce('MEAN', false, 1, 3), input([2, 3, 2, 3, 2])),
  { ...one('5-D', 'Softmax', axis(2), input([2, 2, 4, 2, 3])), tolerance: 1e-5 },
  one(
    '5-D',
    'StridedSlice',
    strides(),
    input([2, 3, 4, 2, 5]),
    ints(0, 1, 0, 1, 4),
    ints(2, 3, 4, 2, 0),
    ints(1, 1, 2, 1, -2),
  ),
  one('5-D', 'Padding', main('PadParam'), input([1, 2, 2, 1, 2]), ints(0, 0, 1, 0, 0, 1, 1, 1, 0, 0)),
  one('5-D', 'Tile', undefined, input([1, 2, 1, 2, 2]), ints(2, 1, 2, 1, 1)),
  parts(
    2,
    one('5-D', 'Slice', main('Slice', { axis: 3, slicePoints: Int32Array.of(1) }), input([1, 2, 2, 3, 2])),
  ),
  one('5-D', 'BroadcastTo', undefined, input([2, 1, 1, 3]), ints(2, 2, 2, 1, 3)),
  one('5-D', 'MatMul', main('MatMul'), input([2, 1, 2, 3, 4]), input([1, 3, 1, 4, 2])),
  one('5-D', 'ReLU', main('Relu'), input([1, 2, 2, 3, 2])),
];

export const FIVE_DIMENSIONS: readonly GoldenCase[] = [
  one('5-D', 'Permute', order(0, 3, 4, 1, 2), input([2, 3, 2, 2, 4])),
  one('5-D, reversed', 'Permute', main('Permute'), input([2, 1, 3, 2, 2])),
];

/** Whole numbers go where numbers go. */
export const WHOLE_NUMBERS: readonly GoldenCase[] = [
  one('whole numbers', 'Concat', axis(1), whole(2, 3), whole(2, 2)),
  one('whole numbers', 'Reshape', main('Reshape', { dims: Int32Array.of(3, -1) }), whole(2, 6)),
  one('whole numbers', 'Permute', order(1, 0), whole(2, 3)),
  parts(
    2,
    one('whole numbers', 'Slice', main('Slice', { axis: 1, slicePoints: Int32Array.of(1) }), whole(2, 3)),
  ),
  one('whole numbers', 'StridedSlice', strides(), whole(4, 3), ints(1, 0), ints(4, 3), ints(2, 2)),
  one('whole numbers', 'Padding', main('PadParam'), whole(2, 2), ints(1, 0, 0, 1)),
  one('whole numbers', 'Tile', undefined, whole(2, 2), ints(2, 2)),
  one('whole numbers', 'GatherV2', axis(0), whole(4, 2), ints(2, -1)),
  one('whole numbers', 'Pack', main('PackParam', { axis: 1 }), whole(2, 2), whole(2, 2)),
  one('whole numbers', 'Select', undefined, ints(1, 0, 1), whole(2, 3), whole(2, 3)),
  one('whole numbers', 'Unsqueeze', main('SqueezeParam', { squeezeDims: Int32Array.of(0) }), whole(2, 3)),
  one('whole numbers', 'BroadcastTo', undefined, whole(3, 1), ints(2, 3, 2)),
  one('sum of whole numbers', 'Reduction', reduce('SUM', false, 1), whole(2, 5)),
  one('mean of whole numbers', 'Reduction', reduce('MEAN', true, 1), whole(2, 5)),
  one('whole numbers', 'CumSum', main('CumSum'), whole(2, 4), scalar(1)),
];
