import type { ExecutionPlan, Graph, GraphNode, PlanStep } from '@mnnquant/graph';
import { OpType, opTypeName } from '@mnnquant/mnn-format';
import { dataInputs } from './data-inputs.ts';
import { type Demand, demandTensors, everyDemand } from './demand.ts';
import { type Family, familyOf, mustBeBare, mustStayFloat } from './families.ts';
import { nonNegativeTensors } from './non-negative.ts';
import { isRectifier } from './rectifiers.ts';
import { isWholeMean } from './whole-mean.ts';

const SKIPPED = 'it is in skip_quant_op_names';

/** Whether a node is to run in int8, or why not. */
export type NodeChoice = 'int8' | { readonly float: string };

/** What is to run in int8, and what that needs. */
export interface Int8Candidates {
  /** By node index; every node of the graph that is not an Input or a Const. */
  readonly nodes: ReadonlyMap<number, NodeChoice>;
  /** Tensors that need a scale. */
  readonly tensors: ReadonlySet<number>;
  /** Average pools to be written as a mean, so that they run in float; see `meanOfPlanes`. */
  readonly means: ReadonlySet<number>;
  /**
   * Pools and ReLUs that share a scale as if they ran in int8 (older runtimes rely on that), but whose
   * output is set apart from the input by a hair, so that they run in float; with the reason. Those that are skipped, too,
   * in case their tensors have one scale by chance; and skipped unary ops, which get no table.
   */
  readonly apart: ReadonlyMap<number, string>;
  /** Tensors whose zero point must be 0, because the kernel that writes them knows no other. */
  readonly centered: ReadonlySet<number>;
}

export interface CandidateOptions {
  /** Nodes that stay float because the user says so (`skip_quant_op_names`). */
  readonly skip?: (node: GraphNode) => boolean;
  /** Whether scales come with zero points other than 0. */
  readonly asymmetric?: boolean;
}

/**
 * Chooses what runs in int8: every convolution that MNN's runtime can run so, and whatever lies
 * between two of them on the way to a convolution's input.
 *
 * What only leads to the network's outputs stays float (a copy of int8 values stays int8 where the
 * runtime spreads scales by itself; that costs nothing). `docs/decisions/0004-what-runs-in-int8.md`
 * says why, op by op.
 */
export function int8Candidates(
  graph: Graph,
  plan: ExecutionPlan,
  options: CandidateOptions = {},
): Int8Candidates {
  const nonNegative = nonNegativeTensors(plan);
  const { skip } = options;
  const kernels = kernelsOf(plan, nonNegative, options);
  const families = new Map(
    plan.steps.map(({ node: { index }, node }): [number, Family] => [
      index,
      skip?.(node) ? { kind: 'float', reason: SKIPPED } : kernels.get(index)!,
    ]),
  );
  const stays = ({ node, inputs }: PlanStep): string | undefined => mustStayFloat(node.source, inputs);
  const bare = ({ node, inputs }: PlanStep): string | undefined =>
    mustBeBare(node.source, inputs[0], apartOf(families.get(node.index), SKIPPED));
  const why = (step: PlanStep): string | undefined => stays(step) ?? bare(step);
  const demand = demandTensors(
    plan,
    families,
    kernels,
    (step) => stays(step) !== undefined,
    (step) => bare(step) !== undefined,
  );
  const reasons = new Map(plan.steps.map((step) => [step.node.index, why(step)]));
  const nodes = new Map<number, NodeChoice>();
  for (const node of graph.nodes)
    nodes.set(node.index, choice(node, families.get(node.index), demand, plan, reasons));
  const means = meansBesideInt8(plan, demand.scaled);
  // A skipped op whose neighbours have scales runs in int8 all the same, with the same kernel.
  const centered = centeredTensors(plan, kernels);
  return { nodes, tensors: demand.tensors, means, apart: setApart(plan, families, kernels), centered };
}

/**
 * What some choice of skipped ops can bring into int8: all tensors that could need a scale, all convolutions that could be rounded. More
 * than `int8Candidates` where nothing is skipped, since skipping an op can bring others back that were in float because of it.
 */
export function possibleInt8(plan: ExecutionPlan): Pick<Int8Candidates, 'nodes' | 'tensors'> {
  const nonNegative = nonNegativeTensors(plan);
  const tensors = new Set<number>();
  const nodes = new Map<number, NodeChoice>();
  for (const asymmetric of [false, true]) {
    const kernels = kernelsOf(plan, nonNegative, { asymmetric });
    for (const tensor of everyDemand(plan, kernels)) tensors.add(tensor);
    for (const [index, { kind }] of kernels) if (kind === 'convolution') nodes.set(index, 'int8');
  }
  return { nodes, tensors };
}

/** What each op is to the runtime, which knows of no skipping. */
function kernelsOf(
  plan: ExecutionPlan,
  nonNegative: ReadonlySet<number>,
  options: CandidateOptions,
): ReadonlyMap<number, Family> {
  return new Map(plan.steps.map((step) => [step.node.index, family(step, plan, nonNegative, options)]));
}

function centeredTensors(plan: ExecutionPlan, families: ReadonlyMap<number, Family>): Set<number> {
  const centered = plan.steps.filter(({ node }) => {
    const family = families.get(node.index);
    return family !== undefined && family.kind !== 'float' && family.centered === true;
  });
  return new Set(centered.flatMap(({ node }) => node.outputs));
}

function setApart(
  { steps }: ExecutionPlan,
  families: ReadonlyMap<number, Family>,
  kernels: ReadonlyMap<number, Family>,
): Map<number, string> {
  const apart = new Map<number, string>();
  for (const { node } of steps) {
    // Pools and ReLUs that are skipped may have the scale of their input by chance; a unary op runs in int8 by the table that it is given.
    const type = node.source.type;
    const byScales =
      type === OpType.Pooling || isRectifier(node.source) || kernels.get(node.index)!.kind === 'table';
    const reason = apartOf(families.get(node.index), byScales ? SKIPPED : undefined);
    if (reason !== undefined) apart.set(node.index, reason);
  }
  return apart;
}

/** @param float a reason for float that counts, too */
function apartOf(family: Family | undefined, float?: string): string | undefined {
  if (family?.kind !== 'float') return family?.apart;
  return family.reason === float ? float : undefined;
}

/** In a model saved for one input size a Reduction of packed data would have to be several ops. */
function meansBesideInt8(plan: ExecutionPlan, scaled: ReadonlySet<number>): Set<number> {
  if (plan.graph.fixedSize) return new Set();
  const means = plan.steps.filter(
    ({ node, inputs }) =>
      isWholeMean(node.source, inputs[0]) && [...node.inputs, ...node.outputs].some((id) => scaled.has(id)),
  );
  return new Set(means.map(({ node }) => node.index));
}

function family(
  step: PlanStep,
  { values: constants, graph: { fixedSize = false } }: ExecutionPlan,
  nonNegative: ReadonlySet<number>,
  { asymmetric = false }: CandidateOptions,
): Family {
  const kinds = step.outputs.slice(0, step.node.outputs.length).map(({ dtype }) => dtype);
  if (!kinds.includes('float32')) return { kind: 'float', reason: 'it computes whole numbers' };
  // An op such as While, that hands whole numbers on beside its results.
  if (kinds[0] !== 'float32')
    return { kind: 'float', reason: `MNN runs ${opTypeName(step.node.source.type)} in float` };
  const reads = step.node.inputs[0] ?? -1;
  return familyOf(step.node.source, {
    inputs: step.inputs,
    constants,
    nonNegative: nonNegative.has(reads),
    asymmetric,
    fixedSize,
    attributes: step.node.attributes,
  });
}

function choice(
  node: GraphNode,
  family: Family | undefined,
  { tensors, banned }: Demand,
  plan: ExecutionPlan,
  reasons: ReadonlyMap<number, string | undefined>,
): NodeChoice {
  if (family === undefined) return { float: 'it is computed while shapes are inferred' };
  if (family.kind === 'float') return { float: family.reason };
  const inputs = dataInputs(node, family.kind, plan);
  if (inputs === undefined) return { float: 'one of its operands is a constant' };
  const touched = [...inputs, ...node.outputs];
  const because = touched.map((tensor) => banned.get(tensor)).find((cause) => cause !== undefined);
  if (because !== undefined) {
    const why = reasons.get(because.index) ?? 'it cannot run in int8';
    return { float: `it is beside ${because.name} (${opTypeName(because.source.type)}): ${why}` };
  }
  if (!touched.every((tensor) => tensors.has(tensor)))
    return { float: 'no convolution follows that could use its result in int8' };
  return 'int8';
}
