import type { ExecutionPlan, GraphNode, PlanStep, TensorDesc } from '@mnnquant/graph';
import { opTypeName } from '@mnnquant/mnn-format';
import { dataInputs } from './data-inputs.ts';
import { type Family, listOps } from './families.ts';
import { isRectifier } from './rectifiers.ts';
import { RewriteError } from './rewrite-error.ts';
import { isWholeMean } from './whole-mean.ts';

type Families = ReadonlyMap<number, Family>;
type Banned = ReadonlyMap<number, GraphNode>;

export interface Demand {
  /** Tensors that need a scale. */
  readonly tensors: ReadonlySet<number>;
  /** Tensors that must have none, each with the node because of which. */
  readonly banned: Banned;
  /** Tensors that have a scale once the runtime has spread those of `tensors`. */
  readonly scaled: ReadonlySet<number>;
}

/**
 * Which tensors need a scale: those of the convolutions, and those on the way from one to the next. Besides those that the runtime
 * would give one, handed back along what is skipped or runs in float, to what then runs in int8: with a scale that is not its own a sum
 * with ReLU, for one, computes nonsense.
 *
 * @param families with what is skipped as float
 * @param kernels what ops are to the runtime, which knows of no skipping
 * @param mustStayFloat nodes that the runtime must not find between scaled tensors only. One of
 * their tensors then gets no scale, the one that costs the fewest convolutions, and neither do the
 * tensors that the runtime would hand a scale on from.
 * @param mustBeBare nodes whose first input and first output must have no scale
 */
export function demandTensors(
  plan: ExecutionPlan,
  families: Families,
  kernels: Families,
  mustStayFloat: (step: PlanStep) => boolean,
  mustBeBare: (step: PlanStep) => boolean,
): Demand {
  const banned = new Map<number, GraphNode>();
  const owed = new Set<number>();
  for (;;) {
    const tensors = demanded(plan, families, kernels, banned, owed);
    const scaled = scaledAtRun(tensors, plan, kernels);
    const found = firstOffender(plan, scaled, mustStayFloat, mustBeBare);
    if (found === undefined) {
      const more = handedBack(plan, families, kernels, tensors, scaled).filter((id) => !owed.has(id));
      if (more.length === 0) return { tensors, banned, scaled };
      for (const tensor of more) owed.add(tensor);
      continue;
    }
    const { node: offender, tensor: given = cheapest(offender, plan, families, kernels) } = found;
    const before = banned.size;
    for (const tensor of sameScale(given, plan, kernels)) banned.set(tensor, offender);
    if (banned.size === before)
      throw new RewriteError(
        `${offender.name}: no tensor of it can do without a scale; name it in skip_quant_op_names`,
      );
  }
}

/**
 * Every tensor that some choice of skipped ops can demand: what kernels for int8 read and write, and where scales spread. Skipping also
 * lifts bans, so this is more than what is demanded where nothing is skipped.
 */
export function everyDemand(plan: ExecutionPlan, kernels: Families): Set<number> {
  const touched = plan.steps.filter(({ node, inputs }) => {
    const family = kernels.get(node.index)!;
    const spreads = spreadAlong(node, plan, kernels).length > 0;
    return family.kind !== 'float' || spreads || needsOwnScale(node, inputs[0], family);
  });
  return new Set(
    touched.flatMap(({ node }) => [...(dataInputs(node, 'resample', plan) ?? []), ...node.outputs]),
  );
}

/** A node that the scales would harm; the tensor that must lose its one, where it is not for us to choose. */
function firstOffender(
  plan: ExecutionPlan,
  scaled: ReadonlySet<number>,
  mustStayFloat: (step: PlanStep) => boolean,
  mustBeBare: (step: PlanStep) => boolean,
): { node: GraphNode; tensor?: number } | undefined {
  for (const step of plan.steps) {
    const { node } = step;
    const bare = mustBeBare(step) ? [node.inputs[0]!, node.outputs[0]!] : [];
    const tensor = bare.find((id) => scaled.has(id));
    if (tensor !== undefined) return { node, tensor };
    if (mustStayFloat(step) && allScaled(node, plan, scaled)) return { node };
  }
  return undefined;
}

/**
 * Walks from the last step to the first: who needs an int8 input demands it of its producer.
 *
 * @param owed tensors that need a scale besides
 */
function demanded(
  plan: ExecutionPlan,
  families: Families,
  kernels: Families,
  banned: Banned,
  owed: ReadonlySet<number>,
): Set<number> {
  const tensors = new Set([...owed].filter((tensor) => !banned.has(tensor)));
  for (const { node } of [...plan.steps].reverse()) {
    const { kind } = families.get(node.index)!;
    const inputs = kind === 'float' ? undefined : dataInputs(node, kind, plan);
    if (inputs === undefined) continue;
    const touched = [...inputs, ...node.outputs];
    if (touched.some((tensor) => banned.has(tensor))) continue;
    if (kind !== 'convolution' && !node.outputs.some((tensor) => tensors.has(tensor))) continue;
    for (const tensor of touched) tensors.add(tensor);
  }
  addResampled(plan, families, kernels, tensors);
  return tensors;
}

/**
 * Where a resampling op reads a scaled tensor, MNN scales its output too: it must have ours, or it would inherit one (right,
 * but unseen). Where int8 would be wrong it must all the more, so that the two differ; also where the scale comes to it along
 * copies, which then need it as well.
 */
function addResampled(
  plan: ExecutionPlan,
  families: Families,
  kernels: Families,
  tensors: Set<number>,
): void {
  /** By tensor that the runtime gives a scale: those of its way from one in `tensors`, itself included. */
  const ways = new Map<number, readonly number[]>();
  for (const { node, inputs } of plan.steps) {
    const family = families.get(node.index)!;
    const sources = spreadAlong(node, plan, kernels);
    const [from = -1] = sources.length === 0 ? node.inputs : sources;
    const way = tensors.has(from) ? [] : ways.get(from);
    if (way === undefined) continue;
    const own = needsOwnScale(node, inputs[0], family);
    if (own || (family.kind === 'resample' && way.length === 0))
      for (const tensor of [...way, ...node.outputs]) tensors.add(tensor);
    else if (sources.length === 1)
      for (const output of node.outputs) if (!tensors.has(output)) ways.set(output, [...way, output]);
  }
}

/** Whether an op would run in int8 with the scale of its input, and is not to. */
function needsOwnScale({ source }: GraphNode, input: TensorDesc | undefined, family: Family): boolean {
  if (family.kind === 'resample' || family.kind === 'rectify')
    return family.apart !== undefined || family.centered === true;
  if (family.kind !== 'float') return false;
  const type = opTypeName(source.type);
  const inherits = type === 'Pooling' || type === 'Pooling3D' || isRectifier(source);
  return inherits && !isWholeMean(source, input);
}

function allScaled(node: GraphNode, plan: ExecutionPlan, tensors: ReadonlySet<number>): boolean {
  return touchedBy(node).every((tensor) => tensors.has(tensor) && !plan.values.has(tensor));
}

/** The tensors whose scales the runtime looks at; a size that Interp reads is none of them. */
function touchedBy({ source, inputs, outputs }: GraphNode): number[] {
  const read = opTypeName(source.type) === 'Interp' ? inputs.slice(0, 1) : inputs;
  return [...outputs, ...read.filter((tensor) => tensor >= 0)];
}

function cheapest(node: GraphNode, plan: ExecutionPlan, families: Families, kernels: Families): number {
  const cost = (tensor: number): number => {
    const group = sameScale(tensor, plan, kernels);
    const lost = plan.steps.filter(
      (step) =>
        families.get(step.node.index)?.kind === 'convolution' &&
        [...step.node.inputs, ...step.node.outputs].some((id) => group.has(id)),
    );
    return lost.length;
  };
  return touchedBy(node).reduce((best, tensor) => (cost(tensor) < cost(best) ? tensor : best));
}

/** Other ops along which the runtime spreads scales, although it runs them in float (Pipeline.cpp, MNN 3.6.1). */
const spreadingFloats: ReadonlySet<string> = new Set([
  // A ReLU with a slope, that is: without one it is no float op.
  ...['CropAndResize', 'Interp', 'ReLU', 'ReLU6', 'ROIPooling'],
  ...listOps,
]);
const spreadingKinds: ReadonlySet<Family['kind']> = new Set(['copy', 'resample', 'rectify']);

/** The tensors that share a scale where the runtime spreads scales along a node. */
function spreadAlong(node: GraphNode, plan: ExecutionPlan, kernels: Families): readonly number[] {
  const { kind } = kernels.get(node.index)!;
  if (spreadingKinds.has(kind)) return dataInputs(node, kind, plan) ?? [];
  return spreadingFloats.has(opTypeName(node.source.type)) ? (dataInputs(node, 'resample', plan) ?? []) : [];
}

/**
 * All tensors that have a scale once the runtime has spread those of `tensors`: forward from an only
 * input, backward from an only output.
 */
function scaledAtRun(tensors: ReadonlySet<number>, plan: ExecutionPlan, kernels: Families): Set<number> {
  const scaled = new Set(tensors);
  for (let size = -1; size !== scaled.size; ) {
    size = scaled.size;
    for (const { node } of plan.steps) {
      const inputs = spreadAlong(node, plan, kernels);
      // What is put into a list often comes from the same tensor as the list: the runtime then reads only that.
      const forward = inputs.length === 1 || listOps.has(opTypeName(node.source.type));
      if (forward && inputs.some((id) => scaled.has(id))) for (const id of node.outputs) scaled.add(id);
      // Each output of several is a raster of its own, with an only output.
      if (node.outputs.some((id) => scaled.has(id))) for (const id of inputs) scaled.add(id);
    }
  }
  return scaled;
}

/**
 * The tensors between a scaled one and an op that runs in int8 only because the runtime hands that scale back to it, and that is wrong
 * with a scale that is not its own, or is not to run in int8 at all.
 *
 * @param scaled all that have a scale at run time
 */
function handedBack(
  plan: ExecutionPlan,
  families: Families,
  kernels: Families,
  tensors: ReadonlySet<number>,
  scaled: ReadonlySet<number>,
): number[] {
  const back = new Set<number>();
  for (const step of [...plan.steps].reverse()) {
    const { node } = step;
    const result = node.outputs.find((id) => back.has(id));
    const wants = result !== undefined && allScaled(node, plan, scaled) && computes(node, families, kernels);
    if (node.outputs.some((id) => tensors.has(id) || back.has(id)))
      for (const id of spreadAlong(node, plan, kernels)) if (!tensors.has(id)) back.add(id);
    const apart = needsOwnScale(node, step.inputs[0], families.get(node.index)!);
    const found = wants ? result : apart ? touchedBy(node).find((id) => back.has(id)) : undefined;
    if (found === undefined) continue;
    const group = sameScale(found, plan, kernels);
    return [...back].filter((tensor) => group.has(tensor));
  }
  return [];
}

/** Whether an op computes in int8 once its tensors have scales: by a kernel, or by the table that it is given unless it is skipped. */
function computes({ index }: GraphNode, families: Families, kernels: Families): boolean {
  return kernels.get(index)!.kind === 'elementwise' || families.get(index)!.kind === 'table';
}

/** A tensor and all that the runtime may spread its scale to: along copies, pools, Interp and ReLU. */
function sameScale(tensor: number, plan: ExecutionPlan, kernels: Families): ReadonlySet<number> {
  const group = new Set([tensor]);
  for (let size = 0; size !== group.size; ) {
    size = group.size;
    for (const { node } of plan.steps) {
      const inputs = spreadAlong(node, plan, kernels);
      if (inputs.length === 0) continue;
      const touched = [...inputs, ...node.outputs];
      if (touched.some((id) => group.has(id))) for (const id of touched) group.add(id);
    }
  }
  return group;
}
