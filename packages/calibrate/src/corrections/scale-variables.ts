import {
  type BinaryAttributes,
  type ConvolutionAttributes,
  channelAxis,
  type EltwiseAttributes,
  type ExecutionPlan,
  type PlanStep,
  type TensorDesc,
} from '@mnnquant/graph';
import { BinaryOpOperation, EltwiseType, OpType } from '@mnnquant/mnn-format';
import { UnionFind } from '../ties/union-find.ts';
import { channelsOf } from './channels.ts';

/** A convolution whose weights are its own. */
export interface OwnConvolution {
  readonly step: PlanStep;
  readonly input: number;
  readonly output: number;
  readonly depthwise: boolean;
}

/**
 * Which channels of which tensors have to be divided by one and the same factor so that the network's function stays: those that
 * ops connect which let positive factors through. Between convolutions' results and other convolutions' inputs any factor is
 * possible, since weights take it in.
 */
export interface ScaleVariables {
  /** Convolutions whose rows (or, at their input, columns) can take factors in. */
  readonly convolutions: readonly OwnConvolution[];
  /** [C]: by tensor that has channels, the variable of each. */
  readonly variables: ReadonlyMap<number, Int32Array>;
  /** Variables that must have the factor 1. */
  readonly fixed: ReadonlySet<number>;
}

/** What makes a variable fixed where an op is no convolution and lets no factors through. */
export function scaleVariables(plan: ExecutionPlan): ScaleVariables {
  return new Builder(plan).finish();
}

class Builder {
  readonly #plan: ExecutionPlan;
  readonly #first = new Map<number, number>();
  readonly #counts = new Map<number, number>();
  readonly #sets = new UnionFind();
  readonly #fixed = new Set<number>();
  readonly #convolutions: OwnConvolution[] = [];
  #next = 0;

  constructor(plan: ExecutionPlan) {
    this.#plan = plan;
    for (const { tensor } of [...plan.inputs, ...plan.graph.outputs]) this.#fix(tensor);
    for (const { tensor } of plan.deferred?.graph.inputs ?? []) this.#fix(tensor);
    for (const step of plan.steps) this.#add(step);
  }

  finish(): ScaleVariables {
    const variables = new Map<number, Int32Array>();
    for (const [tensor, first] of this.#first)
      variables.set(
        tensor,
        Int32Array.from({ length: this.#counts.get(tensor)! }, (_, c) => this.#sets.find(first + c)),
      );
    const fixed = new Set([...this.#fixed].map((variable) => this.#sets.find(variable)));
    return { convolutions: this.#convolutions, variables, fixed };
  }

  #add(step: PlanStep): void {
    const { node } = step;
    const convolution = ownConvolution(step);
    if (convolution) this.#convolutions.push(convolution);
    else if (!this.#connect(step)) for (const id of [...node.inputs, ...node.outputs]) this.#fix(id);
    // Their variables exist.
    if (convolution) for (const id of [convolution.input, convolution.output]) this.#variable(id);
  }

  /** Makes one variable of those that an op connects; false where it lets no factors through. */
  #connect(step: PlanStep): boolean {
    const { node, inputs } = step;
    const output = node.outputs[0]!;
    const joins = JOINS[node.definition.name];
    if (joins === undefined || node.outputs.length !== 1 || !joins(step)) return false;
    const data = JOINED_INPUTS.has(node.definition.name) ? node.inputs : node.inputs.slice(0, 1);
    if (data.some((id, i) => id < 0 || inputs[i]?.value !== undefined)) return false;
    const to = this.#variable(output);
    if (to === undefined) return false;
    let offset = 0;
    for (const id of data) {
      const from = this.#variable(id);
      if (from === undefined) return false;
      const count = this.#counts.get(id)!;
      for (let c = 0; c < count; c++) this.#sets.union(from + c, to + offset + c);
      if (node.definition.name === 'Concat') offset += count;
    }
    return true;
  }

  #fix(tensor: number): void {
    const first = this.#variable(tensor);
    if (first === undefined) return;
    for (let c = 0; c < this.#counts.get(tensor)!; c++) this.#fixed.add(first + c);
  }

  /** The first of a tensor's variables; `undefined` where it has no channels. */
  #variable(tensor: number): number | undefined {
    const known = this.#first.get(tensor);
    const desc = this.#plan.descs.get(tensor);
    if (known !== undefined || !isImage(desc)) return known;
    const { count } = channelsOf(desc);
    this.#first.set(tensor, this.#next);
    this.#counts.set(tensor, count);
    this.#next += count;
    return this.#first.get(tensor);
  }
}

function isImage(desc: TensorDesc | undefined): desc is TensorDesc {
  return (
    desc?.dtype === 'float32' &&
    desc.shape.length === 4 &&
    desc.value === undefined &&
    desc.list === undefined
  );
}

/** Whether an op of this name lets a positive factor per channel through. */
const JOINS: Readonly<Record<string, ((step: PlanStep) => boolean) | undefined>> = {
  ReLU: () => true,
  PReLU: () => true,
  Pooling: () => true,
  Interp: () => true,
  Concat: ({ node, outputs }) => {
    const { axis } = node.attributes as { readonly axis: number };
    const [{ shape, layout }] = outputs as [TensorDesc];
    return (axis < 0 ? axis + shape.length : axis) === channelAxis(layout, shape.length);
  },
  Eltwise: (step) => {
    const { operation, copyFirst } = step.node.attributes as EltwiseAttributes;
    return operation === EltwiseType.SUM && !copyFirst && sameShapes(step);
  },
  BinaryOp: (step) =>
    (step.node.attributes as BinaryAttributes).operation === BinaryOpOperation.ADD && sameShapes(step),
};

/** Ops of which all inputs are connected with the output. */
const JOINED_INPUTS: ReadonlySet<string> = new Set(['BinaryOp', 'Concat', 'Eltwise']);

function sameShapes({ inputs, outputs }: PlanStep): boolean {
  const [first] = outputs;
  return inputs.every((desc) => `${desc?.shape} ${desc?.layout}` === `${first?.shape} ${first?.layout}`);
}

/** A convolution that factors can be put into: one input, weights in the file, no groups but those of a depthwise one. */
function ownConvolution(step: PlanStep): OwnConvolution | undefined {
  const { node, inputs, outputs } = step;
  const { type, main } = node.source;
  const depthwise = type === OpType.ConvolutionDepthwise;
  if ((!depthwise && type !== OpType.Convolution) || main?.type !== 'Convolution2D') return undefined;
  const { weight, group, outputChannels } = node.attributes as ConvolutionAttributes;
  const [input, output] = [inputs[0], outputs[0]];
  if (weight === undefined || node.inputs.length !== 1 || !isImage(input) || !isImage(output))
    return undefined;
  const channels = channelsOf(input).count;
  const fits = depthwise ? channels === outputChannels : group <= 1;
  return fits ? { step, input: node.inputs[0]!, output: node.outputs[0]!, depthwise } : undefined;
}
