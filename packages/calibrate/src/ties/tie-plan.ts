import type { Graph, GraphNode } from '@mnnquant/graph';
import { type TieRule, tiedInputs, tieRule } from './tie-rules.ts';

/** What the tie plan needs of the rewrite planner's choice. */
export interface TieCandidates {
  /** By node index; `int8` where the runtime is to run the node in int8. */
  readonly nodes: ReadonlyMap<number, 'int8' | { readonly float: string }>;
  /** Tensors that need a scale. */
  readonly tensors: ReadonlySet<number>;
}

/** A node whose data inputs and outputs must share one scale to run in int8. */
export interface Tie {
  readonly node: GraphNode;
  readonly rule: TieRule;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** All ties of a graph, before any value was seen. */
export interface TiePlan {
  readonly ties: readonly Tie[];
  /**
   * The tensors whose values a tensor's values come from, through any number of ties, ascending.
   * These are observed: a Concat's output holds nothing that its inputs did not hold.
   *
   * A tensor that only ever reaches ReLU has no say where its ReLU's output has one: the clamp of
   * int8 may cut its negative side off, which the ReLU would do next, so the output is observed.
   */
  sources(tensor: number): readonly number[];
  /** The same, but counting every producer, ReLU behind it or not. */
  producers(tensor: number): readonly number[];
}

/** Collects the nodes that run in int8 only with one scale on both sides. */
export function planTies(graph: Graph, candidates: TieCandidates): TiePlan {
  const ties: Tie[] = [];
  const byOutput = new Map<number, Tie>();
  for (const node of graph.nodes) {
    const tie = tieOf(node, candidates);
    if (tie === undefined) continue;
    ties.push(tie);
    for (const output of tie.outputs) byOutput.set(output, tie);
  }
  const rectified = rectifiedTensors(graph, ties);
  return {
    ties,
    sources: tracer(byOutput, rectified),
    producers: tracer(byOutput, new Set()),
  };
}

function tieOf(node: GraphNode, { nodes, tensors }: TieCandidates): Tie | undefined {
  if (nodes.get(node.index) !== 'int8') return undefined;
  const rule = tieRule(node);
  if (rule === undefined) return undefined;
  const inputs = tiedInputs(node, rule).filter((tensor) => tensors.has(tensor));
  const outputs = node.outputs.filter((tensor) => tensors.has(tensor));
  return inputs.length > 0 && outputs.length > 0 ? { node, rule, inputs, outputs } : undefined;
}

/** Tensors that nothing but a tied ReLU reads, directly or through copies. */
function rectifiedTensors(graph: Graph, ties: readonly Tie[]): ReadonlySet<number> {
  const tieAt = new Map(ties.map((tie) => [tie.node.index, tie]));
  const graphOutputs = new Set(graph.outputs.map((output) => output.tensor));
  const rectified = new Set<number>();
  // Consumers come after producers, so a walk from the end sees every answer it needs.
  for (const node of [...graph.nodes].reverse()) {
    for (const tensor of [...node.outputs]) {
      const consumers = graph.consumers.get(tensor) ?? [];
      const onlyReLU = consumers.every((consumer) => {
        const tie = tieAt.get(consumer.index);
        if (tie === undefined || !tie.inputs.includes(tensor)) return false;
        return (
          tie.rule.kind === 'rectify' ||
          (tie.rule.kind === 'copy' && tie.outputs.every((t) => rectified.has(t)))
        );
      });
      if (consumers.length > 0 && onlyReLU && !graphOutputs.has(tensor)) rectified.add(tensor);
    }
  }
  return rectified;
}

function tracer(byOutput: ReadonlyMap<number, Tie>, rectified: ReadonlySet<number>) {
  const known = new Map<number, readonly number[]>();
  const trace = (tensor: number): readonly number[] => {
    const before = known.get(tensor);
    if (before !== undefined) return before;
    const tie = byOutput.get(tensor);
    const cutsOff = tie?.rule.kind === 'rectify' && tie.inputs.every((input) => rectified.has(input));
    let result: readonly number[];
    if (tie === undefined || cutsOff) result = rectified.has(tensor) && !cutsOff ? [] : [tensor];
    else result = sortedUnion(tie.inputs.map(trace));
    known.set(tensor, result);
    return result;
  };
  return trace;
}

function sortedUnion(lists: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}
