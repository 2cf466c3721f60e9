import type { TensorDesc } from '@mnnquant/graph';
import { BinaryOpOperation, BinaryOpOperationNames, type Op, opTypeName } from '@mnnquant/mnn-format';
import { isRectifier } from './rectifiers.ts';
import { isWholeMean } from './whole-mean.ts';

/**
 * How MNN's runtime treats an op when its tensors have scales (CPUBackend.cpp `_supportQuant` and the
 * kernels it leads to, MNN 3.6.1).
 *
 * - `convolution`: integer arithmetic from int8 weights.
 * - `copy`: moves bytes (the Raster family); needs one scale.
 * - `elementwise`: scales of its own on each side (BinaryOp, PReLU).
 * - `resample`: one scale (Interp, pooling over windows).
 * - `rectify`: ReLU; one scale, inherited.
 * - `table`: UnaryOp through 255 stored results.
 * - `float`: stays float, for the reason given.
 */
export type Family =
  | { readonly kind: 'convolution' | 'copy' | 'elementwise' | 'resample' | 'rectify' | 'table' }
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
  'Pack',
  'Padding',
  'Permute',
  'Reshape',
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

const int8Binaries: ReadonlySet<number> = new Set([
  BinaryOpOperation.ADD,
  BinaryOpOperation.SUB,
  BinaryOpOperation.MUL,
  BinaryOpOperation.MINIMUM,
  BinaryOpOperation.MAXIMUM,
  BinaryOpOperation.SquaredDifference,
]);

/** Binary ops that have an int8 kernel but lose too much in it, or whose kernel is not to be trusted. */
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

/** What the runtime could do with an op; `inputs` are the op's data inputs. */
export function familyOf(op: Op, inputs: readonly (TensorDesc | undefined)[]): Family {
  const type = opTypeName(op.type);
  if (copies.has(type)) return { kind: 'copy' };
  switch (type) {
    case 'Convolution':
    case 'ConvolutionDepthwise':
      return convolution(op, type === 'ConvolutionDepthwise', inputs);
    case 'Pooling':
    case 'Pooling3D':
      return pooling(op, inputs);
    case 'Interp':
      return { kind: 'resample' };
    case 'ReLU':
      return isRectifier(op) ? { kind: 'rectify' } : float('a ReLU with a slope has no int8 kernel in MNN');
    case 'PReLU':
      return { kind: 'elementwise' };
    case 'BinaryOp':
      return binary(op);
    case 'UnaryOp':
    case 'Sigmoid':
    case 'TanH':
      return { kind: 'table' };
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

function pooling(op: Op, inputs: readonly (TensorDesc | undefined)[]): Family {
  if ((op.outputIndexes?.length ?? 0) > 1) return float('it also gives the places of its maxima');
  if (isWholeMean(op, inputs[0]))
    return float('the mean of whole planes is taken in float, where int8 would round down');
  if (op.main?.type === 'Pool') return { kind: 'resample' };
  return float('MNN runs it in pieces');
}

function binary(op: Op): Family {
  if (op.main?.type !== 'BinaryOp') return float('it has no parameters');
  const { opType } = op.main.value;
  if (int8Binaries.has(opType)) return { kind: 'elementwise' };
  const name = BinaryOpOperationNames[opType] ?? `number ${opType}`;
  if (lossyBinaries.has(opType)) return float(`the result of ${name} loses too much in int8`);
  return float(`MNN has no int8 kernel for ${name}`);
}

/** Whether the runtime fails, or computes nonsense, once all tensors of this op have scales. */
export function mustNotBeScaled(op: Op): string | undefined {
  if (op.main?.type !== 'BinaryOp') return undefined;
  const { opType } = op.main.value;
  if (int8Binaries.has(opType) || lossyBinaries.has(opType)) return undefined;
  return `MNN has no int8 kernel for ${BinaryOpOperationNames[opType] ?? `binary op ${opType}`} and would fail to load`;
}
