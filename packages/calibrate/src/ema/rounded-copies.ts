import { type Graph, type GraphNode, wiringOf } from '@mnnquant/graph';
import { copyNode } from '../copy-node.ts';
import type { NodeChoice } from '../rewrite/candidates.ts';

/** A graph in which some tensors have a copy that is to be rounded. */
export interface WithCopies {
  readonly graph: Graph;
  /** By tensor id of a copy: what it is a copy of. */
  readonly copies: ReadonlyMap<number, number>;
}

/**
 * Gives tensors that a float op writes, and both float ops and int8 ones read, a copy for the latter.
 * The runtime casts such a tensor for those that read int8, and float ops see it as it was written: a
 * sum in float (Eltwise) goes unrounded into the next.
 *
 * @param nodes what runs in int8
 * @param rounded tensors that have a grid
 */
export function withRoundedCopies(
  graph: Graph,
  nodes: ReadonlyMap<number, NodeChoice>,
  rounded: ReadonlyMap<number, unknown>,
): WithCopies {
  const int8 = (node: GraphNode | undefined) => node !== undefined && nodes.get(node.index) === 'int8';
  const results = new Set(graph.outputs.map(({ tensor }) => tensor));
  const mixed = (tensor: number): boolean => {
    const readers = graph.consumers.get(tensor) ?? [];
    return readers.some(int8) && (results.has(tensor) || !readers.every(int8));
  };
  const wanted = [...rounded.keys()].filter((tensor) => !int8(graph.producer.get(tensor)) && mixed(tensor));
  const copyOf = new Map(wanted.map((tensor, at) => [tensor, graph.tensorNames.length + at]));
  if (copyOf.size === 0) return { graph, copies: new Map() };
  const renamed = (node: GraphNode): GraphNode =>
    int8(node) ? { ...node, inputs: node.inputs.map((id) => copyOf.get(id) ?? id) } : node;
  const nameOf = (tensor: number): string => `${graph.tensorNames[tensor]} (rounded)`;
  const copyNodes = (tensors: readonly number[]) =>
    tensors.flatMap((tensor) => {
      const copy = copyOf.get(tensor);
      if (copy === undefined) return [];
      // No op of the file has the index.
      return [copyNode({ index: -1 - tensor, name: nameOf(tensor) }, tensor, copy)];
    });
  const written = graph.nodes.flatMap((node) => [renamed(node), ...copyNodes(node.outputs)]);
  const nodesAgain = [...copyNodes(graph.inputs.map(({ tensor }) => tensor)), ...written];
  const names = wanted.map(nameOf);
  return {
    graph: { ...graph, ...wiringOf(nodesAgain), tensorNames: [...graph.tensorNames, ...names] },
    copies: new Map([...copyOf].map(([tensor, copy]) => [copy, tensor])),
  };
}
