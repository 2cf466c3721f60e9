import {
  type ExecutionPlan,
  type Graph,
  type GraphNode,
  INT8_OPS,
  type Int8ConvolutionAttributes,
  type Int8Op,
  type OpDefinition,
  type QuantParams,
} from '@mnnquant/graph';
import { type MnnModel, opTypeName } from '@mnnquant/mnn-format';
import type { QuantAttribute } from '../rewrite/predict/runtime-tensor.ts';
import { type RuntimeStep, runtimeSteps } from '../rewrite/predict.ts';
import { NetworkBuilder, sameScale, type TensorHolder } from './network-builder.ts';
import { addWinograd, winogradAttributeOf } from './winograd.ts';

export type { TensorHolder } from './network-builder.ts';

/** An op that MNN runs in int8 and that is only approximated: computed in floats, its result rounded. */
export interface ApproximatedOp {
  readonly name: string;
  readonly type: string;
  readonly reason: string;
}

export interface SimulatedNetwork {
  /**
   * Runs on any backend. What MNN's runtime holds in int8 are float32 tensors of whole numbers; inputs and outputs are those of the
   * model, and a tensor of the model that is there in floats has its id.
   */
  readonly graph: Graph;
  /** By the model's tensor: which tensor of `graph` has its values. */
  readonly holders: ReadonlyMap<number, TensorHolder>;
  readonly approximated: readonly ApproximatedOp[];
}

const INT8: Readonly<Record<string, Int8Op | undefined>> = INT8_OPS as unknown as Record<string, Int8Op>;

/** Copies that leave places without a source: the runtime fills them with what stands for zero. */
const FILLING: ReadonlySet<string> = new Set(['Col2Im', 'Im2Col', 'Padding', 'Raster', 'SpaceToBatchND']);

/**
 * The network as MNN's CPU runtime (3.6.1, x86) computes a written model: ops that it runs in int8 on whole numbers, with casts where
 * it casts (Pipeline.cpp `encode`).
 *
 * @param plan of `model`; what runs in int8 does not depend on the input shapes as long as their rank stays
 */
export function int8Graph(model: MnnModel, plan: ExecutionPlan): SimulatedNetwork {
  const { graph } = plan;
  const steps = runtimeSteps(model, plan);
  const stepOf = new Map(
    plan.steps.map(({ node }, position) => [node.index, steps[position] as RuntimeStep]),
  );
  const builder = new NetworkBuilder(graph);
  const approximated: ApproximatedOp[] = [];
  for (const node of graph.nodes) {
    const step = stepOf.get(node.index);
    if (step?.kind === 'view') addView(builder, plan, node, step.outputs);
    else if (step?.int8) addInt8(builder, node, step, approximated);
    else addFloat(builder, node);
  }
  return { ...builder.finish(), approximated };
}

function paramsOf({ info: { scale, zero, min, max } }: QuantAttribute): QuantParams {
  return { scale, zeroPoint: zero, min, max };
}

function addFloat(builder: NetworkBuilder, node: GraphNode): void {
  builder.add({ ...node, inputs: node.inputs.map((id) => (id < 0 ? id : builder.floats(id))) });
}

/** Whole numbers are copied like floats, where all have one scale. */
function addView(
  builder: NetworkBuilder,
  plan: ExecutionPlan,
  node: GraphNode,
  outputs: readonly (QuantAttribute | 'float' | 'through')[],
): void {
  const isData = (id: number) => descOf(plan, id)?.dtype === 'float32';
  if (outputs.includes('float') && outputs.some((output) => typeof output === 'object')) {
    addRounded(
      builder,
      node,
      outputs.map((output) => (typeof output === 'object' ? paramsOf(output) : undefined)),
    );
    return;
  }
  const data = node.inputs.filter(isData);
  const scale = viewScale(builder, data, outputs);
  const simple = [...data, ...node.outputs].every((id) => descOf(plan, id)?.list === undefined);
  if (scale === undefined || !simple || node.outputs.some((id) => !isData(id))) {
    addFloat(builder, node);
    return;
  }
  if (FILLING.has(node.definition.name)) {
    addRounded(
      builder,
      node,
      node.outputs.map(() => scale),
    );
    return;
  }
  builder.add({
    ...node,
    inputs: node.inputs.map((id) => (isData(id) ? builder.int8(id, scale) : id)),
    outputs: node.outputs.map((id) => builder.make(id, scale)),
  });
}

function descOf(plan: ExecutionPlan, id: number) {
  return plan.descs.get(id) ?? plan.values.get(id);
}

/** The one scale in which a copy is int8. */
function viewScale(
  builder: NetworkBuilder,
  data: readonly number[],
  outputs: readonly (QuantAttribute | 'float' | 'through')[],
): QuantParams | undefined {
  const written = outputs.find((output) => typeof output === 'object');
  if (written !== undefined) return paramsOf(written);
  if (outputs.includes('float')) return undefined;
  const [first, ...others] = data.map((id) => builder.scaleOf(id));
  const same = others.every((scale) => scale && first && sameScale(scale, first));
  return same ? first : undefined;
}

/** In floats; operands and results are rounded where there is a scale for them. */
function addRounded(
  builder: NetworkBuilder,
  node: GraphNode,
  scales: readonly (QuantParams | undefined)[],
  sources: readonly (QuantParams | undefined)[] = [],
): void {
  const inputs = node.inputs.map((id, i) => {
    if (id < 0) return id;
    return sources[i] === undefined ? builder.floats(id) : builder.rounded(id, sources[i]);
  });
  const outputs = node.outputs.map((id, i) => (scales[i] === undefined ? id : builder.temporary(id)));
  builder.add({ ...node, inputs, outputs });
  for (const [i, id] of node.outputs.entries()) {
    const scale = scales[i];
    if (scale !== undefined) builder.round(outputs[i] as number, builder.make(id, scale), scale);
  }
}

/** What an op reads and makes in int8. */
interface Operands {
  /** `undefined` for inputs that are no int8. */
  readonly inputs: readonly (QuantParams | undefined)[];
  readonly outputs: readonly QuantParams[];
}

type CommandStep = RuntimeStep & { readonly kind: 'command' };

function operandsOf(node: GraphNode, step: CommandStep): Operands {
  // Missing inputs are no operands of the runtime's command.
  const present = node.inputs.map((_, i) => node.inputs.slice(0, i).filter((id) => id >= 0).length);
  return {
    inputs: node.inputs.map((id, i) => {
      const quant = id < 0 ? undefined : step.inputs[present[i] as number];
      return quant && paramsOf(quant);
    }),
    outputs: step.outputs.map((quant) => paramsOf(quant as QuantAttribute)),
  };
}

function addInt8(
  builder: NetworkBuilder,
  node: GraphNode,
  step: CommandStep,
  approximated: ApproximatedOp[],
): void {
  const operands = operandsOf(node, step);
  const reason = addExact(builder, node, operands);
  if (reason === undefined) return;
  approximated.push({ name: node.name, type: opTypeName(node.source.type), reason });
  addRounded(builder, node, operands.outputs, operands.inputs);
}

/** Adds the op's int8 definition, unless the runtime computes something else of it: then says in words why. */
function addExact(
  builder: NetworkBuilder,
  node: GraphNode,
  { inputs, outputs }: Operands,
): string | undefined {
  const known = INT8[node.definition.name];
  if (known === undefined) return 'it is not simulated';
  const refused = known.refuses?.(node);
  if (refused !== undefined) return refused;
  const attributes = known.attributes(node, inputs, outputs);
  const winograd = winogradAttributeOf(node);
  if (winograd !== undefined)
    return addWinograd(builder, node, winograd, attributes as Int8ConvolutionAttributes);
  builder.add({
    ...node,
    definition: known.definition as OpDefinition,
    attributes,
    inputs: node.inputs.map((id, i) => (inputs[i] === undefined ? id : builder.int8(id, inputs[i]))),
    outputs: node.outputs.map((id, i) => builder.make(id, outputs[i] as QuantParams)),
  });
  return undefined;
}
