import type { ExecutionPlan, PlanStep } from '@mnnquant/graph';
import { BinaryOpOperation, type Op, opTypeName, UnaryOpOperation } from '@mnnquant/mnn-format';
import { isRectifier } from './rectifiers.ts';

/** Ops whose result is not negative where no float input is: copies, maxima, averages, sums, products. */
const preserving: ReadonlySet<string> = new Set([
  'Concat',
  'ConvertTensor',
  'DepthToSpace',
  'ExpandDims',
  'Flatten',
  'Gather',
  'GatherV2',
  'Identity',
  'Im2Col',
  'Pack',
  'Permute',
  'Pooling',
  'Pooling3D',
  'Raster',
  'Reshape',
  'Reverse',
  'ReverseSequence',
  'Slice',
  'SliceTf',
  'SpaceToDepth',
  'SpatialProduct',
  'Squeeze',
  'StridedSlice',
  'Transpose',
  'Unpack',
  'Unsqueeze',
]);

const positiveUnaries: ReadonlySet<number> = new Set([
  UnaryOpOperation.ABS,
  UnaryOpOperation.EXP,
  UnaryOpOperation.SIGMOID,
  UnaryOpOperation.SQRT,
  UnaryOpOperation.SQUARE,
]);

const preservingBinaries: ReadonlySet<number> = new Set([BinaryOpOperation.ADD, BinaryOpOperation.MUL]);

/** Tensors that hold no negative values whatever the sample, as far as the ops before them tell. */
export function nonNegativeTensors(plan: ExecutionPlan): ReadonlySet<number> {
  const known = new Set<number>();
  for (const step of plan.steps)
    if (givesNonNegative(step, plan, known)) for (const output of step.node.outputs) known.add(output);
  return known;
}

function givesNonNegative({ node }: PlanStep, plan: ExecutionPlan, known: ReadonlySet<number>): boolean {
  const { source } = node;
  if (rectifies(source)) return true;
  const preserves =
    preserving.has(opTypeName(source.type)) ||
    (source.main?.type === 'BinaryOp' && preservingBinaries.has(source.main.value.opType));
  const data = node.inputs.filter((id) => id >= 0 && plan.descs.get(id)?.dtype === 'float32');
  return preserves && data.length > 0 && data.every((id) => known.has(id));
}

function rectifies(op: Op): boolean {
  if (isRectifier(op)) return true;
  switch (op.main?.type) {
    case 'Convolution2D':
      return op.main.value.common?.relu === true || op.main.value.common?.relu6 === true;
    case 'BinaryOp':
      return op.main.value.activationType === 1;
    case 'UnaryOp':
      return positiveUnaries.has(op.main.value.opType);
    case 'Relu6':
      return op.main.value.minValue >= 0;
    default:
      return ['ReLU6', 'Sigmoid', 'Softmax'].includes(opTypeName(op.type));
  }
}
