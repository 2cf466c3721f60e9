import type { HostTensor, PlanStep } from '@mnnquant/graph';
import { type Op, OpType, opTypeName, UnaryOpOperation } from '@mnnquant/mnn-format';
import { copiesSlices } from '../gathers.ts';
import { CommandList } from './command-list.ts';
import { cosineSimilarity, type Decompose, dilation, spatialProduct } from './composite-ops.ts';
import { internalTensor, type RuntimeTensor } from './runtime-tensor.ts';

type Constants = ReadonlyMap<number, HostTensor>;

/**
 * The commands MNN's CPU runtime makes of a network (`source/geometry`, MNN 3.6.1): views instead of
 * copies, copies in NC4HW4 around image ops, broadcasts as views or loops. Ops that never run in
 * int8 count as one command.
 *
 * @param fixedSize whether the network's ops are these commands, as in a model saved for one input size
 */
export function decompose(
  steps: readonly PlanStep[],
  ops: readonly Op[],
  constants: Constants,
  tensor: (id: number) => RuntimeTensor,
  isOutput: (id: number) => boolean,
  fixedSize = false,
): CommandList {
  const list = new CommandList();
  steps.forEach(({ node }, position) => {
    list.startStep(position);
    const op = ops[node.index] as Op;
    const inputs = node.inputs.filter((id) => id >= 0).map(tensor);
    const outputs = node.outputs.map(tensor);
    const decomposer = fixedSize ? storedDecomposer(op) : decomposerOf(op, constants);
    decomposer(list, op, inputs, outputs);
    // The runtime computes outputs of the network at once, even if they are only views.
    for (const id of node.outputs) if (isOutput(id)) list.materialise(tensor(id));
  });
  return list;
}

const asItIs: Decompose = (list, op, inputs, outputs) => list.add(opTypeName(op.type), inputs, outputs, true);

/** A loop, which the runtime makes in place of the op. */
const loop: Decompose = (list, _op, inputs, outputs) => list.add('While', inputs, outputs, true);

const viewOfFirst: Decompose = (_list, _op, [input], outputs) => {
  for (const output of outputs) output.regions = [{ origin: input as RuntimeTensor, plain: false }];
};

const plainViewOfFirst: Decompose = (_list, _op, [input], [output]) => {
  setPlainView(output as RuntimeTensor, input as RuntimeTensor);
};

const viewOfAll: Decompose = (_list, _op, inputs, [output]) => {
  const filled = inputs.filter(({ elements }) => elements > 0);
  (output as RuntimeTensor).regions = filled.map((origin) => ({ origin, plain: true }));
};

/** GeometryTensorArray.cpp: of the list and what goes into it, as far as they have numbers. */
const listOf =
  (...positions: readonly number[]): Decompose =>
  (_list, op, inputs, outputs) => {
    const plain = op.type !== OpType.TensorArraySplit && op.type !== OpType.TensorArrayConcat;
    const parts = positions.map((position) => inputs[position] as RuntimeTensor);
    const regions = parts.filter(({ elements }) => elements > 0).map((origin) => ({ origin, plain }));
    for (const output of outputs) output.regions = regions;
  };

/** By op on lists, where it finds the list and what goes into it. */
const listViews: Readonly<Record<string, Decompose>> = {
  TensorArray: listOf(),
  TensorArrayConcat: listOf(1),
  TensorArrayErase: listOf(2),
  TensorArrayGather: listOf(2),
  TensorArrayInsert: listOf(2, 3),
  TensorArrayRead: listOf(2),
  TensorArrayScatter: listOf(2, 3),
  TensorArraySplit: listOf(1),
  TensorArrayWrite: listOf(2, 3),
};

const convertTensor: Decompose = (_list, _op, [input], [output]) => {
  const from = input as RuntimeTensor;
  const to = output as RuntimeTensor;
  const moves = (from.layout === 'NHWC') !== (to.layout === 'NHWC') && from.shape.length !== 2;
  to.regions = [{ origin: from, plain: !moves }];
};

/** An op that computes in NC4HW4 only: other layouts are copied in and out (GeometryImageOp.cpp). */
const imageOp: Decompose = (list, op, inputs, outputs) => {
  const type = opTypeName(op.type);
  const [first] = inputs as [RuntimeTensor];
  const [output] = outputs as [RuntimeTensor];
  const rest = type === 'Interp' || type === 'Resize' ? [] : inputs.slice(1);
  const kind =
    type === 'Resize' ? 'Interp' : type === 'Interp' && first.shape.length === 5 ? 'Interp3D' : type;
  if (first.layout === 'NC4HW4') {
    list.add(kind, [first, ...rest], outputs, true);
    return;
  }
  const packedInput = internalTensor(first, 'NC4HW4');
  packedInput.regions = [{ origin: first, plain: first.layout !== 'NHWC' }];
  const packedOutput = internalTensor(output, 'NC4HW4');
  list.add(kind, [packedInput, ...rest], [packedOutput, ...outputs.slice(1)], true);
  output.regions = [{ origin: packedOutput, plain: output.layout !== 'NHWC' }];
};

/** GeometryBinary.cpp: a scalar operand as it is, a loop for one broadcast operand, views otherwise. */
const binary: Decompose = (list, op, inputs, outputs) => {
  const [a, b] = inputs as [RuntimeTensor, RuntimeTensor];
  const [output] = outputs as [RuntimeTensor];
  if (a.elements === 1 || b.elements === 1) {
    list.add('BinaryOp', [a, b], outputs, true);
    return;
  }
  const packed = output.layout === 'NC4HW4';
  const spreads = (t: RuntimeTensor) =>
    t.elements !== output.elements ||
    t.layout !== output.layout ||
    (packed && t.shape.length !== output.shape.length);
  const activation = op.main?.type === 'BinaryOp' ? op.main.value.activationType : 0;
  const sameLayout = a.layout === output.layout && b.layout === output.layout && !packed;
  if (spreads(a) !== spreads(b) && sameLayout && a.isFloat && activation === 0) {
    list.add('While', [a, b], outputs, true);
    return;
  }
  const operands = [a, b].map((t) => (spreads(t) ? spread(t, output) : t));
  list.add('BinaryOp', operands, outputs, true);
};

function spread(tensor: RuntimeTensor, like: RuntimeTensor): RuntimeTensor {
  const wide = { ...internalTensor(like), isFloat: tensor.isFloat };
  wide.regions = [{ origin: tensor, plain: tensor.elements === like.elements }];
  return wide;
}

/** GeometryPooling3D.cpp: over the whole of two dimensions it is a Pooling as it is. */
const pooling3d: Decompose = (list, op, inputs, outputs) => {
  const global = op.main?.type === 'Pool3D' && op.main.value.isGlobal;
  const type = global && (inputs[0]?.shape.length ?? 0) < 5 ? 'Pooling' : 'Pooling3D';
  list.add(type, inputs, outputs, true);
};

/** GeometryLSTM.cpp: per direction loops over a copy of the input; the last states are views. */
const recurrent: Decompose = (list, op, [input, ...rest], [all, last, cell]) => {
  const from = input as RuntimeTensor;
  const states = all as RuntimeTensor;
  const directions = rest.length === 0 ? 1 : (states.shape[1] as number);
  const cells = Array.from({ length: directions }, (_, direction) => {
    // Views are not fused with one that runs backwards.
    if (direction === 1) list.materialise(from);
    const sequence = internalTensor(from, 'NCHW');
    sequence.regions = [{ origin: from, plain: direction === 0 }];
    const ownCell = internalTensor(states, 'NCHW');
    list.add(opTypeName(op.type), [sequence, ...rest], [states, ownCell], true);
    return ownCell;
  });
  if (last !== undefined) last.regions = cells.map(() => ({ origin: states, plain: false }));
  if (cell !== undefined) cell.regions = cells.map((origin) => ({ origin, plain: true }));
};

/** GeometryUnary.cpp makes a UnaryOp of its own, which has no table. */
const legacyUnary: Decompose = (list, _op, inputs, outputs) => list.add('UnaryOp', inputs, outputs, true);

/** GeometryReduce.cpp: packed data is copied to plain memory, reduced there and copied back. */
const reduction: Decompose = (list, op, inputs, outputs) => {
  const type = opTypeName(op.type);
  const [input] = inputs as [RuntimeTensor];
  const [output] = outputs as [RuntimeTensor];
  if (input.layout !== 'NC4HW4') {
    list.add(type, inputs, outputs, true, [input]);
    return;
  }
  const plain = internalTensor(input, 'NCHW');
  plain.regions = [{ origin: input, plain: true }];
  const result = internalTensor(output, 'NCHW');
  list.add(type, [plain], [result], true);
  output.regions = [{ origin: result, plain: true }];
};

/** GeometryConvert.cpp makes a Cast of its own. */
const castLike: Decompose = (list, _op, [input], outputs) =>
  list.add('Cast', [input as RuntimeTensor], outputs, true);

/** GeometryDet.cpp: on a copy with one dimension for all batches; the result is a view. */
const determinants: Decompose = (list, _op, [input], [output]) => {
  const matrices = internalTensor(input as RuntimeTensor);
  matrices.regions = [{ origin: input as RuntimeTensor, plain: true }];
  const result = internalTensor(output as RuntimeTensor);
  list.add('Det', [matrices], [result], true);
  (output as RuntimeTensor).regions = [{ origin: result, plain: true }];
};

/** GeometryFill.cpp: a copy of a constant number alone, whose input gives its shape. */
const viewOfNothing: Decompose = (_list, _op, _inputs, [output]) => {
  (output as RuntimeTensor).regions = [];
};

/** As `makeFullRef`: a view of a view takes over its parts. */
function setPlainView(output: RuntimeTensor, input: RuntimeTensor): void {
  const parts = input.regions !== undefined ? input.regions : undefined;
  output.regions = parts !== undefined && !input.rastered ? parts : [{ origin: input, plain: true }];
}

const decomposers: Readonly<Record<string, Decompose>> = {
  BatchToSpaceND: viewOfFirst,
  BinaryOp: binary,
  BroadcastTo: viewOfFirst,
  CastLike: castLike,
  Col2Im: loop,
  Concat: viewOfAll,
  ConvertTensor: convertTensor,
  Convolution: imageOp,
  ConvolutionDepthwise: imageOp,
  CosineSimilarity: cosineSimilarity,
  Crop: viewOfFirst,
  Deconvolution: imageOp,
  DeconvolutionDepthwise: imageOp,
  DepthToSpace: viewOfFirst,
  Det: determinants,
  Dilation2D: dilation,
  ExpandDims: plainViewOfFirst,
  EyeLike: viewOfNothing,
  Flatten: plainViewOfFirst,
  Gather: loop,
  GatherV2: loop,
  Identity: plainViewOfFirst,
  Im2Col: viewOfFirst,
  Interp: imageOp,
  Interp3D: imageOp,
  LSTM: recurrent,
  Pack: viewOfAll,
  Padding: viewOfFirst,
  Permute: viewOfFirst,
  Pooling: imageOp,
  Pooling3D: pooling3d,
  Raster: viewOfAll,
  Reduction: reduction,
  Reshape: plainViewOfFirst,
  Resize: imageOp,
  Reverse: viewOfFirst,
  ReverseSequence: viewOfFirst,
  RNN: recurrent,
  Sigmoid: legacyUnary,
  Slice: viewOfFirst,
  SliceTf: viewOfFirst,
  SpaceToBatchND: viewOfFirst,
  SpaceToDepth: viewOfFirst,
  SpatialProduct: spatialProduct,
  Squeeze: plainViewOfFirst,
  StridedSlice: viewOfFirst,
  TanH: legacyUnary,
  Tile: viewOfFirst,
  Transpose: viewOfFirst,
  Unpack: viewOfFirst,
  Unsqueeze: plainViewOfFirst,
  ...listViews,
};

/** What is read as a Raster is written at once. */
const writtenView: Decompose = (list, op, inputs, outputs) => {
  viewOfAll(list, op, inputs, outputs);
  for (const output of outputs) list.materialise(output);
};

function storedDecomposer(op: Op): Decompose {
  return opTypeName(op.type) === 'Raster' ? writtenView : asItIs;
}

function decomposerOf(op: Op, constants: Constants): Decompose {
  if (copiesSlices(op, constants)) return viewOfFirst;
  return decomposers[opTypeName(op.type)] ?? asItIs;
}

/**
 * Whether MNN's runtime only rearranges what this op reads.
 *
 * @param constants what is known before the network runs, by tensor
 */
export function isView(op: Op, constants: Constants): boolean {
  const decomposer = decomposerOf(op, constants);
  return (
    decomposer === viewOfFirst ||
    decomposer === plainViewOfFirst ||
    decomposer === viewOfAll ||
    decomposer === convertTensor ||
    opTypeName(op.type) in listViews
  );
}

/** Ops that MNN's int8 runtime takes only with a table or as ABS, NEG, SIGN (CPUBackend.cpp). */
export function hasInt8Unary(op: Op): boolean {
  if (op.main?.type !== 'UnaryOp') return false;
  const { opType, tableInt8 } = op.main.value;
  const direct: readonly number[] = [UnaryOpOperation.ABS, UnaryOpOperation.NEG, UnaryOpOperation.SIGN];
  return tableInt8 !== undefined || direct.includes(opType);
}
