import type { ExecutionPlan, GraphNode, PlanStep, TensorDesc } from '@mnnquant/graph';
import { type MnnModel, opTypeName, type TensorQuantInfo } from '@mnnquant/mnn-format';
import type { Int8Candidates } from './candidates.ts';
import { multiplyAdds } from './multiply-adds.ts';
import { countCasts } from './predict/casts.ts';
import { decompose, isView } from './predict/decompose.ts';
import { type OutsideOp, outsideOps } from './predict/outside.ts';
import { propagateScales } from './predict/propagate.ts';
import {
  type Command,
  type QuantAttribute,
  type RuntimeTensor,
  runtimeTensor,
} from './predict/runtime-tensor.ts';
import { floatReason } from './predict/support.ts';

/** One op of the model and how MNN's runtime will run it. */
export interface PredictedOp {
  /** Index in `net.oplists`. */
  readonly node: number;
  readonly name: string;
  readonly type: string;
  readonly int8: boolean;
  /** Why it runs in float. */
  readonly reason?: string;
}

/** One execution of the runtime's session. */
export interface PredictedCommand {
  /** MNN's op type: `Convolution`, `Raster`, … */
  readonly type: string;
  /** The name of the file's op that it runs; absent for what the runtime adds. */
  readonly name?: string;
  readonly int8: boolean;
}

/** A part of a whole, both counted in the same unit. */
export interface Share {
  readonly int8: number;
  readonly total: number;
}

export interface Prediction {
  /** In the order of the plan; ops computed while shapes are inferred are not in it. */
  readonly ops: readonly PredictedOp[];
  /** Ops that the plan does not hold: inside of If and While, with shapes that depend on the data, not evaluated. */
  readonly outside: readonly OutsideOp[];
  /** In the order of execution, without casts. */
  readonly commands: readonly PredictedCommand[];
  /** Conversions between float and int8 that the runtime inserts. */
  readonly casts: number;
  readonly convolutions: Share;
  /** Multiply-adds of convolutions (deconvolutions included) that the plan holds. */
  readonly multiplyAdds: Share;
}

/**
 * Which ops MNN's CPU runtime will run in int8, found by its own rules: geometry decomposition,
 * propagation of scales, `_supportQuant` (Pipeline.cpp and CPUBackend.cpp, MNN 3.6.1).
 *
 * @param model the written model, or one about to be written
 * @param plan a plan of the same network (of the float model, or of `model`), for the input shapes
 * @param choices what was planned: its reasons for float replace the runtime's, which only see scales
 */
export function predictInt8(
  model: MnnModel,
  plan: ExecutionPlan,
  choices?: Pick<Int8Candidates, 'nodes' | 'apart'>,
): Prediction {
  const ops = model.net.oplists ?? [];
  const { tensors, list } = session(model, plan);
  const reasons = list.commands.map((command) => decide(command, plan.steps, ops));
  const outside = outsideOps(plan);
  const predicted = plan.steps.map((step, position) =>
    predictStep(step, ownCommand(list.commands, reasons, position), ops, plan.values, tensors),
  );
  return {
    ops: choices === undefined ? predicted : predicted.map((op) => withPlannedReason(op, choices)),
    commands: list.commands.map((command, index) => ({
      type: command.type,
      ...(command.isOp ? { name: plan.steps[command.step]?.node.name } : {}),
      int8: reasons[index] === undefined,
    })),
    casts: countCasts(list.commands),
    outside,
    ...shares(plan.steps, predicted, outside),
  };
}

/**
 * The scales that tensors without one in the file get from the runtime, by tensor id: also those that
 * a tensor which is only a view of others gets where the runtime has to write it after all.
 */
export function spreadScales(model: MnnModel, plan: ExecutionPlan): Map<number, TensorQuantInfo> {
  const { tensors } = session(model, plan);
  const described = new Set(
    (model.net.extraTensorDescribe ?? []).filter(({ quantInfo }) => quantInfo).map(({ index }) => index),
  );
  const spread = new Map<number, TensorQuantInfo>();
  for (const { node } of plan.steps)
    for (const id of [...node.inputs, ...node.outputs]) {
      const quant = id < 0 || described.has(id) ? undefined : spreadTo(tensors(id));
      if (quant !== undefined) spread.set(id, quant.info);
    }
  return spread;
}

/** How the runtime holds what a step makes and reads. */
export type RuntimeStep =
  /** A command of its own: scales of its operands in order, where it runs in int8. */
  | {
      readonly kind: 'command';
      readonly int8: boolean;
      readonly inputs: readonly (QuantAttribute | undefined)[];
      readonly outputs: readonly (QuantAttribute | undefined)[];
    }
  /**
   * Copies, by output: the scale with which it is written as int8, `float` where it is written as floats, `through` where
   * nobody writes it: who reads it reads what it is a view of.
   */
  | { readonly kind: 'view'; readonly outputs: readonly (QuantAttribute | 'float' | 'through')[] };

/** One per step of `plan`, which is of `model` or of the network that it was made from. */
export function runtimeSteps(model: MnnModel, plan: ExecutionPlan): RuntimeStep[] {
  const ops = model.net.oplists ?? [];
  const { tensors, list } = session(model, plan);
  const reasons = list.commands.map((command) => decide(command, plan.steps, ops));
  return plan.steps.map(({ node }, position) => {
    const at = ownPosition(list.commands, position);
    if (at < 0) return { kind: 'view', outputs: node.outputs.map((id) => viewState(tensors(id))) };
    const { inputs, outputs } = list.commands[at] as Command;
    const quants = (all: readonly RuntimeTensor[]) => all.map(({ quant }) => quant);
    return {
      kind: 'command',
      int8: reasons[at] === undefined,
      inputs: quants(inputs),
      outputs: quants(outputs),
    };
  });
}

function viewState(tensor: RuntimeTensor): QuantAttribute | 'float' | 'through' {
  const { regions, rastered, applyQuant, quant } = tensor;
  // Of nothing: the numbers are made, not copied.
  if (regions?.length === 0) return 'float';
  if (regions !== undefined && !rastered) return 'through';
  return applyQuant && quant !== undefined ? quant : 'float';
}

/** A view is written by a Raster, which takes over the scale of an only tensor that it reads. */
function spreadTo({ quant, regions }: RuntimeTensor): QuantAttribute | undefined {
  if (quant !== undefined || regions === undefined) return quant;
  const [origin, ...others] = new Set(regions.map((region) => region.origin));
  return origin === undefined || others.length > 0 ? undefined : spreadTo(origin);
}

/** The runtime's session after geometry computation, scales spread. */
function session(model: MnnModel, plan: ExecutionPlan) {
  const tensors = runtimeTensors(model, plan);
  const { outputs, consumers, fixedSize = false } = plan.graph;
  const named = new Set(outputs.map(({ tensor }) => tensor));
  // The runtime keeps what nobody reads, too, as if it were asked for.
  const isKept = (id: number) => named.has(id) || !consumers.has(id);
  const list = decompose(plan.steps, model.net.oplists ?? [], plan.values, tensors, isKept, fixedSize);
  propagateScales(list.commands);
  return { tensors, list };
}

function withPlannedReason(
  op: PredictedOp,
  { nodes, apart }: Pick<Int8Candidates, 'nodes' | 'apart'>,
): PredictedOp {
  if (op.int8) return op;
  const choice = nodes.get(op.node);
  const planned = choice === undefined || choice === 'int8' ? apart.get(op.node) : choice.float;
  return planned === undefined ? op : { ...op, reason: planned };
}

function runtimeTensors({ net }: MnnModel, plan: ExecutionPlan): (id: number) => RuntimeTensor {
  const scales = new Map<number, TensorQuantInfo>();
  for (const { index, quantInfo } of net.extraTensorDescribe ?? [])
    if (quantInfo !== undefined) scales.set(index, quantInfo);
  const known = new Map<number, RuntimeTensor>();
  return (id) => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const desc = plan.descs.get(id) ?? plan.values.get(id);
    // Only running a step such as If may tell the shape of what it makes.
    const tensor = runtimeTensor(desc ?? UNKNOWN, scales.get(id));
    known.set(id, tensor);
    return tensor;
  };
}

const UNKNOWN: TensorDesc = { shape: [], dtype: 'float32', layout: 'NCHW' };

type Ops = NonNullable<MnnModel['net']['oplists']>;

/** Settles one command; what it writes then is int8 or float. Returns the reason for float. */
function decide(command: Command, steps: readonly PlanStep[], ops: Ops): string | undefined {
  const { node } = steps[command.step] as PlanStep;
  const reason = floatReason(command, ops[node.index] as Ops[number]);
  for (const output of command.outputs) output.applyQuant = reason === undefined;
  return reason;
}

interface Outcome {
  readonly reason: string | undefined;
}

function ownCommand(
  commands: readonly Command[],
  reasons: readonly (string | undefined)[],
  position: number,
): Outcome | undefined {
  const index = ownPosition(commands, position);
  return index < 0 ? undefined : { reason: reasons[index] };
}

/** Where the command of a step is that is no copy; -1 where it has none. */
function ownPosition(commands: readonly Command[], position: number): number {
  return commands.findIndex(({ step, type }) => step === position && type !== 'Raster');
}

function predictStep(
  { node }: PlanStep,
  outcome: Outcome | undefined,
  ops: Ops,
  constants: ExecutionPlan['values'],
  tensors: (id: number) => RuntimeTensor,
): PredictedOp {
  const op = ops[node.index] as Ops[number];
  const named = { node: node.index, name: node.name, type: opTypeName(op.type) };
  if (outcome !== undefined)
    return outcome.reason === undefined
      ? { ...named, int8: true }
      : { ...named, int8: false, reason: outcome.reason };
  const int8 = isView(op, constants) && viewIsInt8(node, tensors);
  return int8 ? { ...named, int8 } : { ...named, int8, reason: 'it copies float values' };
}

/** A view is int8 where it was written as int8, or where what it shows is. */
function viewIsInt8(node: GraphNode, tensors: (id: number) => RuntimeTensor): boolean {
  const int8 = (tensor: RuntimeTensor): boolean =>
    tensor.regions === undefined || tensor.rastered
      ? tensor.applyQuant
      : tensor.regions.length > 0 && tensor.regions.every(({ origin }) => int8(origin));
  return node.outputs.length > 0 && node.outputs.every((id) => int8(tensors(id)));
}

const convolutionTypes: ReadonlySet<string> = new Set([
  'Convolution',
  'ConvolutionDepthwise',
  'ConvInt8',
  'DepthwiseConvInt8',
]);

function shares(
  steps: readonly PlanStep[],
  predicted: readonly PredictedOp[],
  outside: readonly OutsideOp[],
): Pick<Prediction, 'convolutions' | 'multiplyAdds'> {
  const convolutions = { int8: 0, total: outside.filter(({ type }) => convolutionTypes.has(type)).length };
  const operations = { int8: 0, total: 0 };
  steps.forEach((step, position) => {
    const { type, int8 } = predicted[position] as PredictedOp;
    const work = multiplyAdds(step);
    operations.total += work;
    if (int8) operations.int8 += work;
    if (!convolutionTypes.has(type)) return;
    convolutions.total += 1;
    if (int8) convolutions.int8 += 1;
  });
  return { convolutions, multiplyAdds: operations };
}
