import { elementCount, type HostTensor, type TensorDesc } from '@mnnquant/graph';
import { BinaryOpOperation, BinaryOpOperationNames, type Op, OpType, opTypeName } from '@mnnquant/mnn-format';
import { copiesSlices } from './gathers.ts';
import { poolingFamily } from './pooling-family.ts';
import { isRectifier } from './rectifiers.ts';
import { canHaveTable, tooSteep } from './unary-table.ts';

/**
 * How MNN's runtime treats an op when its tensors have scales (CPUBackend.cpp `_supportQuant` and the
 * kernels it leads to, MNN 3.6.1).
 *
 * - `convolution`: integer arithmetic from int8 weights.
 * - `copy`: moves bytes (the Raster family); needs one scale.
 * - `elementwise`: scales of its own on each side (BinaryOp, SpatialProduct, PReLU; Softmax and LayerNorm, which
 *   compute in float and yet read and write int8).
 * - `resample`: one scale (Interp, pooling over windows).
 * - `rectify`: ReLU; one scale, inherited.
 * - `table`: UnaryOp through 255 stored results.
 * - `float`: stays float, for the reason given.
 */
export type Family =
  | {
      readonly kind: 'convolution' | 'copy' | 'elementwise' | 'resample' | 'rectify' | 'table';
      /** Why it shares the scale like its kind, and yet must run in float; see `Int8Candidates.apart`. */
      readonly apart?: string;
      /** Set where the output's zero point must be 0; see `Int8Candidates.centered`. */
      readonly centered?: boolean;
    }
  | { readonly kind: 'float'; readonly reason: string };

const copies: ReadonlySet<string> = new Set([
  'BatchToSpaceND',
  'BroadcastTo',
  'Concat',
  'ConvertTensor',
  'Crop',
  'DepthToSpace',
  'ExpandDims',
  'Flatten',
  'Identity',
  'Im2Col',
  'Pack',
  'Padding',
  'Permute',
  'Raster',
  'Reshape',
  'Reverse',
  'ReverseSequence',
  'Slice',
  'SliceTf',
  'SpaceToBatchND',
  'SpaceToDepth',
  'Squeeze',
  'StridedSlice',
  'Tile',
  'Transpose',
  'Unpack',
  'Unsqueeze',
]);

/** What moves tensors into lists and out of them. */
export const listOps: ReadonlySet<string> = new Set([
  'TensorArray',
  'TensorArrayConcat',
  'TensorArrayErase',
  'TensorArrayGather',
  'TensorArrayInsert',
  'TensorArrayRead',
  'TensorArrayScatter',
  'TensorArraySplit',
  'TensorArrayWrite',
]);

const int8Binaries: ReadonlySet<number> = new Set([
  BinaryOpOperation.ADD,
  BinaryOpOperation.SUB,
  BinaryOpOperation.MUL,
  BinaryOpOperation.SquaredDifference,
]);

/** Binary ops whose int8 kernel is right, but whose results deserve more than 8 bits. */
const lossyBinaries: ReadonlySet<number> = new Set([
  BinaryOpOperation.REALDIV,
  BinaryOpOperation.FLOORDIV,
  BinaryOpOperation.FLOORMOD,
  BinaryOpOperation.POW,
  BinaryOpOperation.ATAN2,
  BinaryOpOperation.MOD,
  BinaryOpOperation.LESS,
  BinaryOpOperation.LESS_EQUAL,
  BinaryOpOperation.GREATER,
  BinaryOpOperation.GREATER_EQUAL,
]);

/** What `familyOf` may ask about the network around an op. */
export interface Surroundings {
  readonly inputs: readonly (TensorDesc | undefined)[];
  /** What is known before the network runs, by tensor: `ExecutionPlan.values`. */
  readonly constants: ReadonlyMap<number, HostTensor>;
  /** Whether the first input holds no negative values, whatever the sample. */
  readonly nonNegative: boolean;
  /** Whether scales come with zero points other than 0. */
  readonly asymmetric?: boolean;
  /** Whether the model is saved for one input size: the runtime runs its ops as they are. */
  readonly fixedSize?: boolean;
  /** `GraphNode.attributes`. */
  readonly attributes?: unknown;
}

/** What the runtime can do with an op, and does right. */
export function familyOf(op: Op, around: Surroundings): Family {
  const type = opTypeName(op.type);
  if (copies.has(type)) return { kind: 'copy' };
  if (listOps.has(type)) return float('lists of tensors are kept in float');
  switch (type) {
    case 'Convolution':
    case 'ConvolutionDepthwise':
      return convolution(op, type === 'ConvolutionDepthwise', around.inputs);
    case 'Pooling':
    case 'Pooling3D':
      return poolingFamily(op, around);
    case 'Interp':
      if (around.inputs[0]?.shape.length === 5) return float('MNN resizes volumes in float');
      return resizesByChance(op, around.inputs) ? float(BY_CHANCE) : { kind: 'resample' };
    case 'ReLU':
      return rectifier(op, around.inputs[0]);
    case 'LayerNorm':
    case 'PReLU': {
      const wrong = mustStayFloat(op, around.inputs);
      return wrong === undefined ? { kind: 'elementwise' } : float(wrong);
    }
    case 'Softmax':
    case 'SpatialProduct':
      return { kind: 'elementwise' };
    case 'BinaryOp':
      return binary(op, around);
    case 'UnaryOp':
    case 'Sigmoid':
    case 'TanH':
      return unary(op);
    case 'Gather':
    case 'GatherV2':
      return copiesSlices(op, around.constants)
        ? { kind: 'copy' }
        : float('MNN gathers more than two places, or places that are computed, in a float loop');
    case 'Scale':
      return float("MNN's int8 kernel for Scale is wrong once an input was resized");
    default:
      return float(`MNN runs ${type} in float`);
  }
}

function float(reason: string): Family {
  return { kind: 'float', reason };
}

function convolution(op: Op, depthwise: boolean, inputs: readonly (TensorDesc | undefined)[]): Family {
  if (op.main?.type !== 'Convolution2D') return float('it has no convolution parameters');
  const { common } = op.main.value;
  if ((op.inputIndexes?.length ?? 0) !== 1) return float('its weights are computed by the network');
  if (common === undefined) return float('it has no convolution parameters');
  if (!depthwise && groupsOf(common.group, common.inputCount, inputs[0]?.shape[1]) !== 1)
    return float("MNN's int8 kernel ignores groups");
  return { kind: 'convolution' };
}

// A file from TensorFlow leaves `group` at 1 and tells the input channels of one group.
function groupsOf(group: number, inputCount: number, channels: number | undefined): number {
  if (group > 1) return group;
  if (inputCount > 0 && channels !== undefined && channels > 0 && inputCount !== channels)
    return channels / inputCount;
  return 1;
}

/**
 * x86 handles 16 bytes at a time and gets the rest wrong (CPURelu.cpp compares bytes that are stored
 * with an offset of 128, MNN 3.6.1). Channels come in packs of 4, 8 or 16.
 */
function rectifier(op: Op, input: TensorDesc | undefined): Family {
  if (!isRectifier(op)) return float('a ReLU with a slope has no int8 kernel in MNN');
  if (input === undefined) return float('its input is missing');
  const [batch = 1, channels = 1, ...plane] = input.shape;
  const area = elementCount(plane) * batch;
  const packed = (pack: number) => Math.ceil(channels / pack) * pack * area;
  const sizes = input.layout === 'NC4HW4' ? [packed(4), packed(8)] : [elementCount(input.shape)];
  if (sizes.every((size) => size % 16 === 0)) return { kind: 'rectify' };
  return { kind: 'rectify', apart: "MNN's int8 ReLU on x86 is right for multiples of 16 values only" };
}

function unary(op: Op): Family {
  const steep = tooSteep(op);
  if (steep !== undefined) return float(steep);
  return canHaveTable(op) ? { kind: 'table' } : float('its function is unknown');
}

/** MNN's int8 BinaryOp with a fused ReLU cuts off below q = 0, whatever the zero point (CPUBinaryInt8.cpp, 3.6.1). */
function binary(op: Op, { asymmetric }: Surroundings): Family {
  if (op.main?.type !== 'BinaryOp') return float('it has no parameters');
  const { opType, activationType } = op.main.value;
  if (int8Binaries.has(opType))
    return { kind: 'elementwise', ...(asymmetric && activationType !== 0 ? { centered: true } : {}) };
  const name = BinaryOpOperationNames[opType] ?? `number ${opType}`;
  if (lossyBinaries.has(opType)) return float(`the result of ${name} loses too much in int8`);
  return float(mustStayFloat(op, []) ?? `MNN runs ${name} in float`);
}

const BY_CHANCE = 'MNN leaves the step across lines to chance where their scale is an input';

/** Lines that are resized by factors from an input: the runtime never sets the factor of the missing width. */
export function resizesByChance(op: Op, inputs: readonly (TensorDesc | undefined)[]): boolean {
  const [x, factors] = inputs;
  return op.type === OpType.Interp && x?.shape.length === 3 && factors?.dtype === 'float32';
}

/**
 * Why what an op reads and writes must have no scale at all: the runtime makes it of smaller ops, spreads a scale to what
 * is in between, or from one side to the other, and computes there in int8 (GeometryCumSum.cpp, Pipeline.cpp, MNN 3.6.1).
 *
 * @param apart why it must run in float although it has an int8 kernel, see `Family`
 */
export function mustBeBare(
  op: Op,
  input: TensorDesc | undefined,
  apart: string | undefined,
): string | undefined {
  const type = opTypeName(op.type);
  // Copied to NC4HW4 and back, between copies which take over the input's scale whatever the output's.
  if (type === 'Pooling' && apart !== undefined && input !== undefined && input.layout !== 'NC4HW4')
    return apart;
  // Pools over planes, with copies in between: no scale of ours is on any of them.
  if (type === 'Pooling3D' && input?.shape.length === 5)
    return 'MNN pools volumes in pieces, which it would run in int8';
  if (type === 'CumSum' || type === 'CumProd') return `MNN's ${type} of int8 values leaves their range`;
  if (type === 'Pooling' && (op.outputIndexes?.length ?? 0) > 1)
    return "MNN's int8 maximum does not give the places of its maxima";
  return undefined;
}

/**
 * Why an op must not have scales on all its tensors: the runtime then runs it in int8, and fails or
 * computes nonsense. Measured with MNN 3.6.1, see `docs/decisions/0004-what-runs-in-int8.md`.
 */
export function mustStayFloat(op: Op, inputs: readonly (TensorDesc | undefined)[]): string | undefined {
  if (resizesByChance(op, inputs)) return BY_CHANCE;
  if (opTypeName(op.type) === 'Scale') return "MNN's int8 Scale is wrong once an input was resized";
  if (op.main?.type === 'BinaryOp') return wrongBinary(op.main.value.opType);
  if (op.main?.type === 'PRelu' && op.main.value.slopeCount === 1 && op.main.value.slope?.[0] === 0)
    return "MNN's int8 PReLU with one slope of 0 ignores scales";
  // In packed channels MNN's LayerNorm is wrong in float, too.
  if (opTypeName(op.type) === 'LayerNorm' && inputs.length > 1)
    return "MNN's int8 LayerNorm of a sum leaves an output unwritten";
  return undefined;
}

function wrongBinary(opType: number): string | undefined {
  // What is beside a division must not be float alone: divisors rounded to 0 would make it infinite, which int8 cannot be.
  if (int8Binaries.has(opType) || lossyBinaries.has(opType)) return undefined;
  const name = BinaryOpOperationNames[opType] ?? `binary op ${opType}`;
  if (opType === BinaryOpOperation.MINIMUM || opType === BinaryOpOperation.MAXIMUM)
    return `MNN's int8 ${name} forgets the scale of its output`;
  return `MNN has no int8 ${name} and refuses the model`;
}
