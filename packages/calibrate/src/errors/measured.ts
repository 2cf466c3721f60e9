import { type ExecutionPlan, GraphError, type QuantParams } from '@mnnquant/graph';
import { opTypeName } from '@mnnquant/mnn-format';
import { isRectifier } from '../rewrite/rectifiers.ts';

/** Ops that hold the values of their input, in another order or shape. */
const rearrangements: ReadonlySet<string> = new Set([
  'ConvertTensor',
  'DepthToSpace',
  'ExpandDims',
  'Flatten',
  'Identity',
  'Permute',
  'Reshape',
  'SpaceToDepth',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Which tensors of an int8 network say something of their own. */
export interface Measured {
  /** Compared with the float network's, in the order both networks compute them. */
  readonly compared: ReadonlySet<number>;
  /**
   * Tensors whose overflow is counted, and on whose account. What only a ReLU reads counts as the
   * ReLU's, and its negative values not at all: cutting them off is what the ReLU does.
   */
  readonly counted: ReadonlyMap<number, { readonly tensor: number; readonly rectified: boolean }>;
}

/**
 * Left out: what is no float, what only one of the networks computes, and copies that change neither
 * values nor rounding, whose numbers would be those of their source again. Outputs are always in.
 *
 * @param theirs tensors in the order in which the int8 network announces their values
 * @throws {GraphError} where the networks compute their tensors in different orders
 */
export function measuredTensors(
  float: ExecutionPlan,
  quantized: ExecutionPlan,
  rounding: ReadonlyMap<number, QuantParams>,
  theirs: readonly number[],
): Measured {
  const ours = computed(float);
  const outputs = new Set(quantized.graph.outputs.map(({ tensor }) => tensor));
  const behind = rectifiedTensors(quantized, outputs);
  const repeated = repeatedTensors(quantized, rounding);
  const wanted = (tensor: number): boolean =>
    isFloat(float, tensor) &&
    isFloat(quantized, tensor) &&
    (outputs.has(tensor) || !(behind.has(tensor) || repeated.has(tensor)));
  const inBoth = new Set(theirs);
  const compared = ours.filter((tensor) => inBoth.has(tensor) && wanted(tensor));
  checkOrder(compared, theirs, float);
  const counted = new Map<number, { tensor: number; rectified: boolean }>();
  for (const tensor of compared) if (rounding.has(tensor)) counted.set(tensor, { tensor, rectified: false });
  for (const [input, output] of behind) {
    if (!rounding.has(input) || !counted.has(output)) continue;
    counted.delete(output);
    counted.set(input, { tensor: output, rectified: true });
  }
  return { compared: new Set(compared), counted };
}

/** Tensors in the order in which a program announces them. */
function computed({ inputs, steps }: ExecutionPlan): number[] {
  return [...inputs.map(({ tensor }) => tensor), ...steps.flatMap(({ node }) => node.outputs)];
}

function isFloat({ descs }: ExecutionPlan, tensor: number): boolean {
  return descs.get(tensor)?.dtype === 'float32';
}

/** Tensors that one ReLU reads and nobody else, with that ReLU's output. */
function rectifiedTensors({ graph }: ExecutionPlan, outputs: ReadonlySet<number>): Map<number, number> {
  const pairs = new Map<number, number>();
  for (const { source, inputs, outputs: made } of graph.nodes) {
    const [input = -1] = inputs;
    if (!isRectifier(source) || outputs.has(input) || made[0] === undefined) continue;
    if (graph.consumers.get(input)?.length === 1) pairs.set(input, made[0]);
  }
  return pairs;
}

function repeatedTensors(plan: ExecutionPlan, rounding: ReadonlyMap<number, QuantParams>): Set<number> {
  const repeated = new Set<number>();
  for (const { node, inputs, outputs } of plan.steps) {
    const [from, to] = [node.inputs[0] ?? -1, node.outputs[0] ?? -1];
    if (outputs.length !== 1 || inputs[0]?.value !== undefined || !isFloat(plan, from)) continue;
    if (!rearrangements.has(opTypeName(node.source.type))) continue;
    if (rounding.has(from) || !rounding.has(to)) repeated.add(to);
  }
  return repeated;
}

function checkOrder(compared: readonly number[], theirs: readonly number[], float: ExecutionPlan): void {
  const wanted = new Set(compared);
  const order = theirs.filter((tensor) => wanted.has(tensor));
  const at = order.findIndex((tensor, i) => tensor !== compared[i]);
  if (at < 0 && order.length === compared.length) return;
  const name = (tensor: number | undefined): string => float.graph.tensorNames[tensor ?? -1] ?? 'nothing';
  throw new GraphError(
    `the networks cannot be compared layer by layer: expected ${name(compared[at])} next, the int8 network computes ${name(order[at])}`,
  );
}

/** Which op of a network makes a tensor; an input makes itself. */
export function makerOf(plan: ExecutionPlan, tensor: number): { op: string; type: string; node?: number } {
  const node = plan.graph.producer.get(tensor);
  if (node !== undefined) return { op: node.name, type: opTypeName(node.source.type), node: node.index };
  return { op: plan.graph.tensorNames[tensor] ?? `tensor ${tensor}`, type: 'Input' };
}
