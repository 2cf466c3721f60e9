import { DataType, MNN_DATA_FORMAT as Format, NetSource, PadValueMode } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main, scalar } from './golden-case.ts';

function axis(value: number) {
  return main('Axis', { axis: value });
}

function reshape(
  title: string,
  source: GoldenInput,
  dims: number[],
  dimType: number = Format.NCHW,
): GoldenCase {
  return {
    title,
    type: 'Reshape',
    main: main('Reshape', { dims: Int32Array.from(dims), dimType: dimType as 0 }),
    inputs: [source],
  };
}

export const RESHAPE: readonly GoldenCase[] = [
  reshape('inferred extent', input([2, 3, 4]), [0, -1]),
  reshape('NC4HW4, NCHW order', input([1, 5, 2, 3], 'NC4HW4'), [1, -1, 3]),
  reshape('NC4HW4, NHWC order', input([1, 5, 2, 3], 'NC4HW4'), [1, 6, 5, 1], Format.NHWC),
  reshape('NC4HW4 to two dimensions, NHWC order', input([1, 5, 2, 3], 'NC4HW4'), [2, 15], Format.NHWC),
  {
    title: 'NC4HW4, NHWC order, shape from an input',
    type: 'Reshape',
    main: main('Reshape', { dimType: Format.NHWC }),
    inputs: [input([1, 5, 2, 3], 'NC4HW4'), ints(1, 3, 2, 5)],
  },
  {
    title: 'shape from an input',
    type: 'Reshape',
    main: main('Reshape', { dimType: Format.NCHW }),
    inputs: [input([6, 4]), ints(2, 0, -1)],
  },
  {
    title: 'Flatten to two',
    type: 'Flatten',
    main: main('Flatten', { axis: 2 }),
    inputs: [input([2, 3, 2, 2])],
  },
  // To the last dimension: MNN leaves what follows a range without an extent (ShapeReshape.cpp).
  {
    title: 'Flatten a range',
    type: 'Flatten',
    main: main('Flatten', { axis: 1, endAxis: -1 }),
    inputs: [input([2, 3, 2, 2])],
  },
  {
    title: 'Squeeze named',
    type: 'Squeeze',
    main: main('SqueezeParam', { squeezeDims: Int32Array.of(-1, 1) }),
    inputs: [input([2, 1, 3, 1])],
  },
  { title: 'Squeeze all', type: 'Squeeze', main: main('SqueezeParam'), inputs: [input([1, 2, 1, 3])] },
  {
    title: 'Unsqueeze',
    type: 'Unsqueeze',
    main: main('SqueezeParam', { squeezeDims: Int32Array.of(0, -1) }),
    inputs: [input([2, 3])],
  },
  {
    title: 'ExpandDims',
    type: 'ExpandDims',
    main: main('ExpandDims', { axis: -1 }),
    inputs: [input([2, 3])],
  },
  {
    title: 'ExpandDims, axis from an input',
    type: 'ExpandDims',
    main: main('ExpandDims'),
    inputs: [input([2, 3]), scalar(1)],
  },
];

const order = (...dims: number[]) => main('Permute', { dims: Int32Array.from(dims) });

function convert(title: string, shape: number[], from: 'NCHW' | 'NHWC' | 'NC4HW4', dest: number): GoldenCase {
  return {
    title: `ConvertTensor, ${title}`,
    type: 'ConvertTensor',
    main: main('TensorConvertInfo', { source: Format[from], dest: dest as 0 }),
    inputs: [input(shape, from)],
  };
}

export const PERMUTE: readonly GoldenCase[] = [
  { title: 'Permute', type: 'Permute', main: order(0, 2, 3, 1), inputs: [input([2, 3, 2, 4])] },
  {
    title: 'Permute, NC4HW4',
    type: 'Permute',
    main: order(0, 3, 1, 2),
    inputs: [input([1, 5, 2, 3], 'NC4HW4')],
  },
  {
    title: 'Transpose',
    type: 'Transpose',
    main: main('Transpose', { Tperm: DataType.DT_INT32 }),
    inputs: [input([2, 3, 4]), ints(2, 0, 1)],
  },
  convert('NCHW to NHWC', [1, 3, 2, 4], 'NCHW', Format.NHWC),
  convert('NHWC to NCHW', [1, 2, 4, 3], 'NHWC', Format.NCHW),
  convert('NHWC to NC4HW4', [2, 2, 4, 3], 'NHWC', Format.NC4HW4),
  convert('NC4HW4 to NHWC', [2, 5, 2, 3], 'NC4HW4', Format.NHWC),
  convert('three dimensions', [2, 3, 4], 'NCHW', Format.NHWC),
  convert('two dimensions', [2, 3], 'NCHW', Format.NHWC),
];

function slice(
  title: string,
  shape: number[],
  outputs: number,
  at: number,
  points: number[] | undefined,
  sourceType: number,
): GoldenCase {
  return {
    title: `Slice, ${title}`,
    type: 'Slice',
    main: main('Slice', {
      axis: at,
      slicePoints: points && Int32Array.from(points),
      sourceType: sourceType as 0,
    }),
    inputs: [input(shape)],
    outputs,
  };
}

function strided(title: string, shape: number[], fields: object, ...rest: number[][]): GoldenCase {
  return {
    title: `StridedSlice, ${title}`,
    type: 'StridedSlice',
    main: main('StridedSliceParam', { Index: DataType.DT_INT32, T: DataType.DT_FLOAT, ...fields }),
    inputs: [input(shape), ...rest.map((values) => ints(...values))],
  };
}

const onnx = { fromType: 1 };

export const SLICE: readonly GoldenCase[] = [
  slice('Caffe', [2, 6], 3, 1, [1, 4], NetSource.CAFFE),
  slice('TensorFlow, number of parts', [2, 6], 3, -1, [3], NetSource.TENSORFLOW),
  slice('TensorFlow, sizes', [2, 6], 3, 1, [1, -1, 2], NetSource.TENSORFLOW),
  slice('ONNX, equal', [6, 2], 2, 0, undefined, NetSource.ONNX),
  slice('Torch, part size', [6, 2], 3, 0, [2], NetSource.TORCH),
  {
    title: 'SliceTf',
    type: 'SliceTf',
    main: main('SliceTf'),
    inputs: [input([4, 5]), ints(1, -3), ints(2, -1)],
  },
  strided('begin and end', [4, 6], {}, [1, 2], [3, 6], [1, 2]),
  strided('masks', [4, 6], { beginMask: 1, endMask: 2 }, [2, 2], [3, 0], [1, 1]),
  strided('negative', [4, 6], {}, [-3, -5], [-1, 7], [1, 3]),
  strided('shrink', [4, 6], { shrinkAxisMask: 1 }, [-1, 0], [0, 6], [1, 1]),
  strided('backwards', [5], { endMask: 1 }, [-1], [0], [-2]),
  strided('ellipsis', [2, 3, 2, 4], { ellipsisMask: 2 }, [1, 0, 2], [2, 0, 4], [1, 1, 1]),
  strided('new axis', [4, 6], { newAxisMask: 1 }, [0, 1], [0, 3], [1, 1]),
  strided('fewer than dimensions', [3, 4], {}, [1], [3], [1]),
  strided('ONNX', [4, 6, 5], onnx, [-3, 0], [2147483647, 4], [2, 0], [2, 1]),
  strided('ONNX backwards', [6], onnx, [-1], [-2147483647], [0], [-2]),
  { title: 'Unpack', type: 'Unpack', main: axis(1), inputs: [input([2, 3, 2])], outputs: 3 },
];

export const JOIN: readonly GoldenCase[] = [
  {
    title: 'Concat channels',
    type: 'Concat',
    main: axis(1),
    inputs: [input([1, 3, 2, 2]), input([1, 2, 2, 2])],
  },
  {
    title: 'Concat NC4HW4',
    type: 'Concat',
    main: axis(1),
    inputs: [input([1, 3, 2, 2], 'NC4HW4'), input([1, 6, 2, 2], 'NC4HW4')],
  },
  {
    title: 'Concat last axis',
    type: 'Concat',
    main: axis(-1),
    inputs: [input([3, 2]), input([3, 1]), input([3, 3])],
  },
  {
    title: 'Pack',
    type: 'Pack',
    main: main('PackParam', { axis: 1 }),
    inputs: [input([2, 3]), input([2, 3])],
  },
  {
    title: 'Pack at the end',
    type: 'Pack',
    main: main('PackParam', { axis: -1 }),
    inputs: [input([2, 3]), input([2, 3])],
  },
  { title: 'GatherV2 first axis', type: 'GatherV2', inputs: [input([5, 3]), ints(4, 0, 2)] },
  { title: 'GatherV2 index outside', type: 'GatherV2', main: axis(1), inputs: [input([2, 5]), ints(-1, 1)] },
  {
    title: 'GatherV2 axis from an input',
    type: 'GatherV2',
    inputs: [input([2, 5, 2]), ints(3, 1), scalar(1)],
  },
  { title: 'Gather scalar', type: 'GatherV2', inputs: [input([4, 2]), scalar(2), scalar(0)] },
  { title: 'Tile', type: 'Tile', inputs: [input([2, 3]), ints(2, 3)] },
  { title: 'BroadcastTo', type: 'BroadcastTo', inputs: [input([3, 1]), ints(2, 3, 4)] },
  { title: 'Fill', type: 'Fill', main: main('Fill'), inputs: [ints(2, 3), scalar(1.5, 'float32')] },
  {
    title: 'Range',
    type: 'Range',
    main: main('Range', { Tidx: DataType.DT_INT32 }),
    inputs: [scalar(10), scalar(1), scalar(-3)],
  },
  {
    title: 'Range of floats',
    type: 'Range',
    main: main('Range', { Tidx: DataType.DT_FLOAT }),
    inputs: [scalar(0.5, 'float32'), scalar(2, 'float32'), scalar(0.25, 'float32')],
  },
  {
    title: 'Cast to int',
    type: 'Cast',
    main: main('CastParam', { dstT: DataType.DT_INT32 }),
    inputs: [{ shape: [5], data: [-1.7, -0.2, 0.9, 1, 300.5] }],
  },
  {
    title: 'Cast to float',
    type: 'Cast',
    main: main('CastParam', { dstT: DataType.DT_FLOAT }),
    inputs: [{ shape: [3], dtype: 'int32', data: [-3, 0, 7] }],
  },
  {
    title: 'Cast to bool',
    type: 'Cast',
    main: main('CastParam', { dstT: DataType.DT_BOOL }),
    inputs: [{ shape: [4], dtype: 'int32', data: [-5, 0, 2, 1] }],
  },
  { title: 'Shape', type: 'Shape', inputs: [input([2, 3, 4])], format: Format.NCHW },
  {
    title: 'Shape, NC4HW4 in NHWC order',
    type: 'Shape',
    inputs: [input([2, 3, 4, 5], 'NC4HW4')],
    format: Format.NHWC,
  },
  {
    title: 'Shape, NC4HW4 in NCHW order',
    type: 'Shape',
    inputs: [input([2, 3, 4, 5], 'NC4HW4')],
    format: Format.NCHW,
  },
  {
    title: 'Shape, a range',
    type: 'Shape',
    main: main('ShapeParam', { hasStart: true, start: 1, hasEnd: true, end: -1 }),
    inputs: [input([2, 3, 4, 5])],
    format: Format.NCHW,
  },
  { title: 'Rank', type: 'Rank', inputs: [input([2, 3, 4])] },
  {
    title: 'Size',
    type: 'Size',
    main: main('Size', { outputDataType: DataType.DT_INT32 }),
    inputs: [input([2, 3, 4])],
  },
  ...Object.entries(PadValueMode).flatMap(([name, mode]): GoldenCase[] => [
    {
      title: `Padding ${name}`,
      type: 'Padding',
      main: main('PadParam', { mode: mode as 0 }),
      inputs: [input([3, 4]), ints(1, 2, 2, 1)],
    },
    {
      title: `Padding ${name}, NC4HW4`,
      type: 'Padding',
      main: main('PadParam', { mode: mode as 0 }),
      inputs: [input([1, 3, 3, 4], 'NC4HW4'), ints(0, 0, 0, 1, 1, 2, 2, 0)],
    },
  ]),
  {
    title: 'Padding with a value',
    type: 'Padding',
    main: main('PadParam'),
    inputs: [input([2, 2]), ints(0, 1, 1, 0), { shape: [1], data: [7.5], constant: true }],
  },
];
