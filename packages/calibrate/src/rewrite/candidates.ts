import type { ExecutionPlan, Graph, GraphNode, PlanStep } from '@mnnquant/graph';
import { type Family, familyOf } from './families.ts';
import { isWholeMean } from './whole-mean.ts';

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
}

export interface CandidateOptions {
  /** Nodes that stay float because the user says so (`skip_quant_op_names`). */
  readonly skip?: (node: GraphNode) => boolean;
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
  const families = new Map(plan.steps.map((step) => [step.node.index, family(step, options)]));
  const tensors = demandedTensors(plan, families);
  const nodes = new Map<number, NodeChoice>();
  for (const node of graph.nodes)
    nodes.set(node.index, choice(node, families.get(node.index), tensors, plan));
  return { nodes, tensors, means: meansBesideInt8(plan, tensors) };
}

function meansBesideInt8(plan: ExecutionPlan, tensors: ReadonlySet<number>): Set<number> {
  const means = plan.steps.filter(
    ({ node, inputs }) =>
      isWholeMean(node.source, inputs[0]) && [...node.inputs, ...node.outputs].some((id) => tensors.has(id)),
  );
  return new Set(means.map(({ node }) => node.index));
}

function family(step: PlanStep, { skip }: CandidateOptions): Family {
  if (skip?.(step.node)) return { kind: 'float', reason: 'it is in skip_quant_op_names' };
  const [output] = step.outputs;
  if (output?.dtype !== 'float32') return { kind: 'float', reason: 'it computes whole numbers' };
  return familyOf(step.node.source, step.inputs);
}

/** Walks from the last step to the first: who needs an int8 input demands it of its producer. */
function demandedTensors(plan: ExecutionPlan, families: ReadonlyMap<number, Family>): Set<number> {
  const tensors = new Set<number>();
  for (const { node } of [...plan.steps].reverse()) {
    const { kind } = families.get(node.index)!;
    if (kind === 'convolution') {
      for (const tensor of [...node.inputs, ...node.outputs]) tensors.add(tensor);
    } else if (kind !== 'float' && node.outputs.some((tensor) => tensors.has(tensor))) {
      const inputs = dataInputs(node, kind, plan);
      if (inputs === undefined) continue;
      for (const tensor of [...inputs, ...node.outputs]) tensors.add(tensor);
    }
  }
  followScales(plan, families, tensors);
  return tensors;
}

/**
 * The inputs that must be int8 for a node to run in int8; `undefined` where one cannot be: a constant
 * of an elementwise op has no place in an int8 chain.
 */
function dataInputs(node: GraphNode, kind: Family['kind'], plan: ExecutionPlan): number[] | undefined {
  const inputs = (kind === 'copy' ? node.inputs : node.inputs).filter(
    (tensor) => tensor >= 0 && plan.descs.get(tensor)?.dtype === 'float32',
  );
  if (kind === 'copy' || kind === 'resample') return inputs.filter((tensor) => !plan.values.has(tensor));
  return inputs.some((tensor) => plan.values.has(tensor)) ? undefined : inputs;
}

/**
 * Where a resampling op reads a scaled tensor, MNN scales its output too: it must have ours, or it
 * would inherit one (right, but unseen).
 */
function followScales(
  plan: ExecutionPlan,
  families: ReadonlyMap<number, Family>,
  tensors: Set<number>,
): void {
  for (const { node } of plan.steps) {
    const family = families.get(node.index)!;
    const reads = node.inputs[0];
    if (reads === undefined || !tensors.has(reads)) continue;
    if (family.kind === 'resample') for (const output of node.outputs) tensors.add(output);
  }
}

function choice(
  node: GraphNode,
  family: Family | undefined,
  tensors: ReadonlySet<number>,
  plan: ExecutionPlan,
): NodeChoice {
  if (family === undefined) return { float: 'it is computed while shapes are inferred' };
  if (family.kind === 'float') return { float: family.reason };
  const inputs = dataInputs(node, family.kind, plan);
  if (inputs === undefined) return { float: 'one of its operands is a constant' };
  if (![...inputs, ...node.outputs].every((tensor) => tensors.has(tensor)))
    return { float: 'no convolution follows that could use its result in int8' };
  return 'int8';
}
