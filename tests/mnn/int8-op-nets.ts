import {
  BinaryOpOperation,
  createTable,
  DataType,
  MNN_DATA_FORMAT,
  type OpType,
  PadValueMode,
} from '@mnnquant/mnn-format';
import type { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import { raster } from '../../packages/graph/test/golden/raster-cases.ts';
import {
  type Body,
  both,
  CHANNELS,
  constant,
  convert,
  HEIGHT,
  ints,
  net,
  type OpNet,
  op,
  WIDTH,
} from './int8-op-builder.ts';

const padding = (mode: PadValueMode): Body =>
  op('Padding', { type: 'PadParam', value: createTable('PadParam', { mode }) }, [[0, 0, 0, 0, 1, 2, 2, 1]]);

const paddingWith =
  (fill: number): Body =>
  (builder, from) => {
    const inputs = [from, constant(builder, 0, 0, 0, 0, 1, 2, 2, 1), builder.constant([1], [fill])];
    return [builder.op('Padding', inputs, undefined, 'x')];
  };

const blocks = (type: 'SpaceToBatchND' | 'BatchToSpaceND'): Body =>
  op(type, {
    type: 'SpaceBatch',
    value: createTable('SpaceBatch', {
      blockShape: ints(2, 2),
      padding: { ...ints(0, 0, 0, 0), dims: Int32Array.of(2, 2) },
    }),
  });

const depthSpace = (type: 'DepthToSpace' | 'SpaceToDepth', channels: number): Body =>
  op(
    type,
    { type: 'DepthSpaceParam', value: createTable('DepthSpaceParam', { blockSize: 2 }) },
    [],
    channels,
  );

const gather = (axis: number, places: readonly number[], channels?: number): Body =>
  op('GatherV2', { type: 'Axis', value: createTable('Axis', { axis }) }, [places], channels);

/** Halves the planes' rows, or channels, and sets them together again the other way round. */
const halves =
  (type: 'Concat' | 'Pack'): Body =>
  (builder, from) => {
    const take = (places: readonly number[]) => op('SliceTf', undefined, [places, [1, 10, 8, 12]]);
    const parts = [take([0, 10, 0, 0])(builder, from)[0], take([0, 0, 0, 0])(builder, from)[0]];
    if (type === 'Concat')
      return [builder.op('Concat', parts, { type: 'Axis', value: createTable('Axis', { axis: 1 }) }, 'x')];
    const value = createTable('PackParam', { axis: 1 });
    return op('Reshape', undefined, [[1, 20, 8, 12]])(
      builder,
      builder.op('Pack', parts, { type: 'PackParam', value }, 'x'),
    );
  };

const crop: Body = (builder, from) => {
  const like = builder.constant([1, 20, 5, 6], new Array(600).fill(1));
  const value = createTable('Crop', { axis: 2, offset: Int32Array.of(1, 3) });
  return [builder.op('Crop', [from, like], { type: 'Crop', value }, 'x')];
};

const permute = (...dims: readonly number[]): Body =>
  op('Permute', { type: 'Permute', value: createTable('Permute', { dims: Int32Array.from(dims) }) });

const squeeze = (type: 'Squeeze' | 'Unsqueeze', ...dims: readonly number[]): Body =>
  op(type, {
    type: 'SqueezeParam',
    value: createTable('SqueezeParam', { squeezeDims: Int32Array.from(dims) }),
  });

const stridedSlice = op(
  'StridedSlice',
  { type: 'StridedSliceParam', value: createTable('StridedSliceParam', {}) },
  [
    [0, 0, 1, 0],
    [1, 20, 8, 12],
    [1, 1, 2, 3],
  ],
);

const reverseSequence = op(
  'ReverseSequence',
  { type: 'ReverseSequenceParam', value: createTable('ReverseSequenceParam', { batchDim: 0, seqDim: 3 }) },
  [[7]],
);

const softmax = (axis: number): Body => op('Softmax', { type: 'Axis', value: createTable('Axis', { axis }) });

const layerNorm = (size: number, ...axis: readonly number[]): Body => {
  const numbers = (middle: number) => Float32Array.from({ length: size }, (_, i) => middle + (i % 5) / 9);
  const value = createTable('LayerNorm', {
    axis: Int32Array.from(axis),
    gamma: numbers(0.8),
    beta: numbers(-0.2),
    epsilon: 1e-5,
  });
  return op('LayerNorm', { type: 'LayerNorm', value });
};

const binaryWith =
  (opType: number, ...values: readonly number[]): Body =>
  (builder, from) => {
    const other = builder.constant(values.length > 1 ? [1, values.length, 1, 1] : [1], values);
    const value = createTable('BinaryOp', { opType });
    return [builder.op('BinaryOp', [from, other], { type: 'BinaryOp', value }, 'x')];
  };

/** A convolution with other attributes than the type `Convolution` of `NetBuilder` has. */
const convolution =
  (type: 'Convolution' | 'Deconvolution' | 'DeconvolutionDepthwise', group: number): Body =>
  (builder, from) => {
    const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;
    const inputs = type === 'DeconvolutionDepthwise' ? 1 : CHANNELS / group;
    const size = { kernelX: 2, kernelY: 2, strideX: 2, strideY: 2, group };
    const value = createTable('Convolution2D', {
      common: createTable('Convolution2DCommon', { ...size, outputCount: CHANNELS, inputCount: CHANNELS }),
      weight: builder.noise(CHANNELS * inputs * 4, 0.3),
      bias: builder.noise(CHANNELS, 0.1),
    });
    const packed = convert(builder, from, NCHW, NC4HW4);
    const to = builder.op(type, [packed], { type: 'Convolution2D', value }, 'x');
    return [convert(builder, to, NC4HW4, NCHW)];
  };

/** MNN's Scale takes NC4HW4 only. */
const scale: Body = (builder, from) => {
  const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;
  const numbers = (middle: number) => Float32Array.from({ length: CHANNELS }, (_, i) => middle + (i % 5) / 9);
  const value = createTable('Scale', {
    channels: CHANNELS,
    scaleData: numbers(0.7),
    biasData: numbers(-0.2),
  });
  const padded = padding(PadValueMode.REFLECT)(builder, from)[0];
  const packed = convert(builder, padded, NCHW, NC4HW4);
  return [convert(builder, builder.op('Scale', [packed], { type: 'Scale', value }, 'x'), NC4HW4, NCHW)];
};

/** Its int8 kernel is wrong; both operands are copies of what convolutions write. */
const maximum: Body = (builder, from) => {
  const other = permute(0, 1, 2, 3)(builder, from)[0];
  const turned = op('Reverse', undefined, [[3]])(builder, from)[0];
  const value = createTable('BinaryOp', { opType: BinaryOpOperation.MAXIMUM });
  return [builder.op('BinaryOp', [other, turned], { type: 'BinaryOp', value }, 'x')];
};

/** Ones on the diagonals of planes are added. */
const eye: Body = (builder, from) => {
  const reshape = (tensor: number, ...shape: number[]) =>
    builder.op('Reshape', [tensor, constant(builder, ...shape)]);
  const flat = reshape(from, 20, 8, 12);
  const ones = builder.op('EyeLike', [flat, constant(builder, 1)], undefined, 'x');
  const planes = reshape(ones, 1, 20, 8, 12);
  const value = createTable('BinaryOp', { opType: BinaryOpOperation.ADD });
  return [builder.op('BinaryOp', [from, planes], { type: 'BinaryOp', value }, 'sum')];
};

const castLike: Body = (builder, from) => [
  builder.op('CastLike', [from, builder.constant([1], [1])], undefined, 'x'),
];
type Type = keyof typeof OpType;

/** A list as MNN's converter writes it for ONNX: the tensor cut along its channels. */
function splitList(builder: NetBuilder, from: number, length: number): number {
  const value = createTable('TensorArray', { dynamic_size: true, axis: 1 });
  const [handle, list] = builder.emptyList(constant(builder, 1));
  const inputs = [handle, from, constant(builder, length), list];
  return builder.op('TensorArraySplit', inputs, { type: 'TensorArray', value });
}

function listOp(type: Type, builder: NetBuilder, inputs: readonly number[], name?: string, axis = 1): number {
  return builder.op(type, inputs, { type: 'TensorArray', value: createTable('TensorArray', { axis }) }, name);
}

const elementAt = (builder: NetBuilder, list: number, position: number): number =>
  listOp('TensorArrayRead', builder, [list, constant(builder, position), list]);

/** The parts of a tensor in another order, one of them twice. */
const throughList: Body = (builder, from) => {
  const list = splitList(builder, from, 4);
  const first = elementAt(builder, list, 0);
  const inserted = listOp('TensorArrayInsert', builder, [list, constant(builder, 3), first, list]);
  const erased = listOp('TensorArrayErase', builder, [inserted, constant(builder, 0), inserted]);
  const last = elementAt(builder, list, 4);
  const written = listOp('TensorArrayWrite', builder, [erased, constant(builder, 1), last, erased]);
  return [listOp('TensorArrayConcat', builder, [written, written], 'x')];
};

/** The larger of two parts of a tensor: a MAXIMUM must not find scales on all sides, which a list hands on. */
const maximumOfElements: Body = (builder, from) => {
  const list = splitList(builder, from, 10);
  const parts = [elementAt(builder, list, 0), elementAt(builder, list, 1)];
  const value = createTable('BinaryOp', { opType: BinaryOpOperation.MAXIMUM });
  return [builder.op('BinaryOp', parts, { type: 'BinaryOp', value }, 'x'), 10];
};

/** A column per window, which Reshape makes channels of an image again. */
const columns: Body = (builder, from) => {
  const common = createTable('Convolution2DCommon', { kernelX: 2, kernelY: 2, padX: 1, padY: 0, strideX: 2 });
  const value = createTable('Convolution2D', { common });
  const made = builder.op('Im2Col', [from], { type: 'Convolution2D', value }, 'x');
  return op(
    'Reshape',
    undefined,
    [[1, 4 * CHANNELS, HEIGHT - 1, WIDTH / 2 + 1]],
    4 * CHANNELS,
  )(builder, made);
};

/** Windows of one pixel: the columns of a plane that is made whole again. */
const columnsBack: Body = (builder, from) => {
  const value = createTable('Convolution2D', { common: createTable('Convolution2DCommon', {}) });
  const flat = op('Reshape', undefined, [[1, CHANNELS, HEIGHT * WIDTH]])(builder, from)[0];
  const size = constant(builder, HEIGHT, WIDTH);
  return [builder.op('Col2Im', [flat, size], { type: 'Convolution2D', value }, 'x')];
};

const dilation: Body = (builder, from) => {
  const common = createTable('Convolution2DCommon', { kernelX: 2, kernelY: 2, outputCount: CHANNELS });
  const value = createTable('Convolution2D', { common, weight: builder.noise(4 * CHANNELS, 0.3) });
  return [builder.op('Dilation2D', [from], { type: 'Convolution2D', value }, 'x')];
};

const firstChannel = op('SliceTf', undefined, [
  [0, 0, 0, 0],
  [1, 1, HEIGHT, WIDTH],
]);

const spatialProduct: Body = (builder, from) => [
  builder.op('SpatialProduct', [from, firstChannel(builder, from)[0]], undefined, 'x'),
];

/** Planes set behind each other, of which every second is left. */
const volume =
  (type: 'Interp' | 'Interp3D'): Body =>
  (builder, from) => {
    const deep = op('Reshape', undefined, [[1, CHANNELS, 4, 2, WIDTH]])(builder, from)[0];
    const size = { outputDepth: 2, outputHeight: 2, outputWidth: WIDTH };
    const steps = { depthScale: 2, heightScale: 1, widthScale: 1 };
    const value = createTable('Interp', { resizeType: 1, ...size, ...steps });
    const made = builder.op(type, [deep], { type: 'Interp', value }, 'x');
    return op('Reshape', undefined, [[1, CHANNELS, 4, WIDTH]])(builder, made);
  };

const cosine: Body = (builder, from) => {
  const turned = op('Reverse', undefined, [[3]])(builder, from)[0];
  const made = builder.op('CosineSimilarity', [from, turned, constant(builder, 1)], undefined, 'x');
  return op('Reshape', undefined, [[1, 1, HEIGHT, WIDTH]], 1)(builder, made);
};

/** Rows from right to left. */
const mirrored = raster('', [], [1, CHANNELS, 8, 12], [[11, 96, 12, -1, 0, 96, 12, 1, CHANNELS, 8, 12]]);

/** What MNN's runtime takes as copies of int8 values. */
export const COPIES: readonly OpNet[] = [
  net('BatchToSpaceND after SpaceToBatchND', both(blocks('SpaceToBatchND'), blocks('BatchToSpaceND'))),
  net(
    'BroadcastTo',
    both(
      op('SliceTf', undefined, [
        [0, 0, 0, 0],
        [1, 20, 1, 12],
      ]),
      op('BroadcastTo', undefined, [[1, 20, 8, 12]]),
    ),
  ),
  net('Concat of slices', halves('Concat')),
  net('Crop', crop),
  net('DepthToSpace', depthSpace('DepthToSpace', 5)),
  net('Gather of one place', gather(2, [3])),
  net('Gather of two places', gather(2, [3, 1])),
  net('Gather of three places', gather(2, [3, 1, 5]), false),
  // In one piece lists are copies; see list-networks.ts for what control flow gets.
  net('Elements of a list', throughList),
  net('Identity', op('Identity')),
  net('Im2Col', columns),
  net('Pack', halves('Pack')),
  net('Padding with zeros', paddingWith(0)),
  net('Padding with a number', paddingWith(0.3)),
  net('Padding by reflection', padding(PadValueMode.REFLECT)),
  net('Padding by symmetry', padding(PadValueMode.SYMMETRIC)),
  net('Permute', permute(0, 1, 3, 2)),
  net('Raster', op('Raster', mirrored.main)),
  net('Reverse', op('Reverse', undefined, [[3]])),
  net('ReverseSequence', reverseSequence),
  net(
    'SliceTf',
    op(
      'SliceTf',
      undefined,
      [
        [0, 3, 1, 0],
        [1, 8, 5, 12],
      ],
      8,
    ),
  ),
  net('SpaceToDepth', depthSpace('SpaceToDepth', 80)),
  net('StridedSlice', stridedSlice),
  net('Tile', op('Tile', undefined, [[1, 1, 2, 3]])),
  net(
    'Transpose',
    op('Transpose', { type: 'Transpose', value: createTable('Transpose', { Tperm: DataType.DT_INT32 }) }, [
      [0, 1, 3, 2],
    ]),
  ),
  net('Unsqueeze and Squeeze', both(squeeze('Unsqueeze', 2), squeeze('Squeeze', 2))),
];

/** What MNN computes on floats inside, reading and writing int8. */
export const COMPUTING: readonly OpNet[] = [
  net('Softmax over the last axis', softmax(3)),
  net('Softmax over channels', softmax(1)),
  net('LayerNorm over the last axis', layerNorm(WIDTH, -1)),
  net('LayerNorm over planes', layerNorm(HEIGHT * WIDTH, -2, -1)),
  net('SpatialProduct', spatialProduct),
];

/** What stays float, for a reason that the prediction gives. */
export const FLOAT: readonly OpNet[] = [
  net('MUL by a number', binaryWith(BinaryOpOperation.MUL, 0.4), false),
  net(
    'ADD of a number for each channel',
    binaryWith(BinaryOpOperation.ADD, ...Array.from({ length: CHANNELS }, (_, i) => (i - 8) / 16)),
    false,
  ),
  net('Col2Im', columnsBack, false),
  net('CosineSimilarity', cosine, false),
  net('Deconvolution', convolution('Deconvolution', 1), false),
  net('DeconvolutionDepthwise', convolution('DeconvolutionDepthwise', CHANNELS), false),
  net('Dilation2D', dilation, false),
  net('Interp of volumes', volume('Interp'), false),
  net('Interp3D', volume('Interp3D'), false),
  net('Convolution with groups', convolution('Convolution', 4), false),
  net(
    'ReLU6',
    op('ReLU6', { type: 'Relu6', value: createTable('Relu6', { minValue: 0, maxValue: 0.5 }) }),
    false,
  ),
  net('Scale between copies', scale, false),
  net('MAXIMUM between copies', maximum, false),
  net('MatrixBandPart', op('MatrixBandPart', undefined, [[3], [1]]), false),
  net('CastLike of floats', castLike, false),
  net('EyeLike', eye, false),
  net('MAXIMUM of elements of a list', maximumOfElements, false),
];
