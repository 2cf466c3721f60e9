import { DataType, ReductionType, UnaryOpOperation } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, ints, main, scalar } from './golden-case.ts';

/** An op as it is on a tensor of any shape. */
export interface Form {
  readonly type: GoldenCase['type'];
  readonly main?: GoldenCase['main'];
  /** The inputs, of which `x` is the one of that shape. */
  readonly inputs: (x: GoldenInput) => readonly GoldenInput[];
  readonly outputs?: number;
}

const alone = (x: GoldenInput): readonly GoldenInput[] => [x];
const twice = (x: GoldenInput): readonly GoldenInput[] => [x, x];
const last = ({ shape }: GoldenInput): number => shape.length - 1;
const axis = (value: number) => main('Axis', { axis: value });
const product = (shape: readonly number[]): number => shape.reduce((count, extent) => count * extent, 1);

/** Whole numbers of a shape, counted round from 0 on. */
function counted(shape: readonly number[], most: number): GoldenInput {
  return { shape, dtype: 'int32', data: Array.from({ length: product(shape) }, (_, i) => (i * 5) % most) };
}

/** The shape with another last extent. */
function ending(shape: readonly number[], extent: number): number[] {
  return [...shape.slice(0, -1), extent];
}

/** Each number by itself. */
const POINTWISE: readonly Form[] = [
  { type: 'ELU', main: main('ELU', { alpha: 0.7 }), inputs: alone },
  { type: 'ReLU', main: main('Relu'), inputs: alone },
  { type: 'ReLU6', main: main('Relu6'), inputs: alone },
  { type: 'Selu', main: main('Selu', { alpha: 1.67, scale: 1.05 }), inputs: alone },
  { type: 'Sigmoid', inputs: alone },
  { type: 'TanH', inputs: alone },
  { type: 'Threshold', main: main('ELU', { alpha: 0.25 }), inputs: alone },
  { type: 'UnaryOp', main: main('UnaryOp', { opType: UnaryOpOperation.NEG }), inputs: alone },
  {
    type: 'Cast',
    main: main('CastParam', { srcT: DataType.DT_FLOAT, dstT: DataType.DT_INT32 }),
    inputs: alone,
  },
  { type: 'CastLike', inputs: (x) => [x, ints(1)] },
  { type: 'Eltwise', main: main('Eltwise'), inputs: twice },
  { type: 'Select', inputs: (x) => [counted(x.shape, 2), x, x] },
];

/** Whole numbers as well as floats, moved. */
const MOVED: readonly Form[] = [
  { type: 'BroadcastTo', inputs: (x) => [{ ...x, shape: [1, ...x.shape.slice(1)] }, ints(...x.shape)] },
  { type: 'Concat', main: axis(-1), inputs: twice },
  { type: 'Flatten', main: main('Flatten', { axis: 0, endAxis: -1 }), inputs: alone },
  { type: 'GatherElements', inputs: (x) => [x, counted(ending(x.shape, 2), 2), scalar(-1)] },
  { type: 'GatherND', inputs: (x) => [x, counted([2, 1], Math.min(2, x.shape[0]))] },
  { type: 'Identity', inputs: alone },
  {
    type: 'Padding',
    main: main('PadParam'),
    inputs: (x) => [x, ints(...x.shape.flatMap((_, i) => (i === last(x) ? [1, 2] : [0, 0])))],
  },
  { type: 'Rank', inputs: alone },
  { type: 'Reshape', main: main('Reshape', { dims: Int32Array.of(-1) }), inputs: alone },
  { type: 'Reverse', inputs: (x) => [x, ints(last(x))] },
  {
    type: 'ScatterElements',
    main: main('BinaryOp', { opType: -1 as 0 }),
    inputs: (x) => [x, counted(ending(x.shape, 2), 2), { ...x, shape: ending(x.shape, 2) }, scalar(-1)],
  },
  {
    type: 'ScatterNd',
    main: main('BinaryOp', { opType: -1 as 0 }),
    inputs: (x) => [counted([x.shape[0], 1], x.shape[0]), x, ints(...x.shape)],
  },
  { type: 'Shape', inputs: alone },
  { type: 'Size', main: main('Size', { outputDataType: DataType.DT_INT32 }), inputs: alone },
  { type: 'SliceTf', inputs: (x) => [x, ints(...x.shape.map(() => 0)), ints(...ending(x.shape, 2))] },
  {
    type: 'StridedSlice',
    main: main('StridedSliceParam'),
    inputs: (x) => [
      x,
      ints(
        ...ending(
          x.shape.map(() => 0),
          1,
        ),
      ),
      ints(...x.shape),
      ints(...x.shape.map(() => 1)),
    ],
  },
  {
    type: 'Tile',
    inputs: (x) => [
      x,
      ints(
        ...ending(
          x.shape.map(() => 1),
          2,
        ),
      ),
    ],
  },
  { type: 'ZerosLike', inputs: alone },
];

const sized =
  (form: (x: GoldenInput) => Omit<Form, 'inputs'>, inputs: Form['inputs'] = alone) =>
  (x: GoldenInput): Form => ({ ...form(x), inputs });

/** Parameters that depend on the shape. */
const SIZED: readonly ((x: GoldenInput) => Form)[] = [
  sized((x) => ({ type: 'ArgMax', main: main('ArgMax', { axis: last(x), topK: 1 }) })),
  sized((_x) => ({ type: 'ArgMin', main: main('ArgMax', { axis: -1, topK: 1 }) })),
  sized((x) => ({ type: 'CumProd', main: axis(last(x)) })),
  // Not -1: of numbers in a row MNN then gathers none ("Compute Shape Error").
  sized(
    (x) => ({ type: 'GatherV2', main: axis(last(x)) }),
    (x) => [x, ints(1, 0)],
  ),
  sized(
    () => ({ type: 'CumSum', main: main('CumSum') }),
    (x) => [x, scalar(-1)],
  ),
  sized(() => ({
    type: 'Histogram',
    main: main('ArgMax', { outMaxVal: 5, softmaxThreshold: -2, topK: 2, axis: -1 }),
  })),
  sized((x) => ({
    type: 'Permute',
    main: main('Permute', { dims: Int32Array.from(x.shape.keys()).reverse() }),
  })),
  sized((x) => ({
    type: 'Reduction',
    main: main('ReductionParam', {
      operation: ReductionType.SUM,
      dim: Int32Array.of(last(x)),
      keepDims: true,
    }),
  })),
  sized((x) => ({
    type: 'Slice',
    main: main('Slice', { axis: last(x), slicePoints: Int32Array.of(1) }),
    outputs: 2,
  })),
  sized(() => ({ type: 'Softmax', main: axis(-1) })),
  sized(
    () => ({ type: 'Segment' }),
    (x) => [x, ints(...Array.from({ length: x.shape[0] }, (_, i) => i >> 1))],
  ),
  sized(
    () => ({ type: 'TopKV2', main: main('TopKV2', { largest: true }), outputs: 2 }),
    (x) => [x, ints(2)],
  ),
  sized(
    () => ({ type: 'Squeeze', main: main('SqueezeParam', { squeezeDims: Int32Array.of(-1) }) }),
    (x) => [{ ...x, shape: ending(x.shape, 1) }],
  ),
  sized(() => ({ type: 'Unsqueeze', main: main('SqueezeParam', { squeezeDims: Int32Array.of(-1) }) })),
  sized(
    () => ({ type: 'OneHot', main: main('OneHotParam', { axis: -1 }) }),
    (x) => [counted(x.shape, 3), scalar(3), scalar(2, 'float32'), scalar(-1, 'float32')],
  ),
  sized(() => ({ type: 'Pack', main: main('PackParam', { axis: 0 }) }), twice),
  sized((x) => ({ type: 'Unpack', main: axis(-1), outputs: x.shape.at(-1)! })),
  sized(
    (x) => ({
      type: 'ReverseSequence',
      main: main('ReverseSequenceParam', { batchDim: 0, seqDim: last(x) }),
    }),
    (x) => [x, ints(...Array.from({ length: x.shape[0] }, (_, i) => 1 + (i % x.shape.at(-1)!)))],
  ),
  sized(() => ({ type: 'LayerNorm', main: main('LayerNorm', { axis: Int32Array.of(-1), epsilon: 1e-3 }) })),
  sized(
    () => ({ type: 'MatMul', main: main('MatMul') }),
    (x) => [x, { ...x, shape: [x.shape.at(-1)!, 2] }],
  ),
  sized(
    () => ({ type: 'MatrixBandPart' }),
    (x) => [x, scalar(0), scalar(1)],
  ),
];

/** An op on a tensor. */
export const FORMS: readonly ((x: GoldenInput) => Form)[] = [
  ...[...POINTWISE, ...MOVED].map((form) => () => form),
  ...SIZED,
];
