import type { Graph, GraphNode } from './graph.ts';

/**
 * Who reads and who writes the tensors of `nodes`, for a graph that is made of other nodes.
 *
 * @param nodes in execution order
 */
export function wiringOf(nodes: readonly GraphNode[]): Pick<Graph, 'nodes' | 'consumers' | 'producer'> {
  const consumers = new Map<number, GraphNode[]>();
  const producer = new Map<number, GraphNode>();
  for (const node of nodes) {
    for (const tensor of new Set(node.inputs)) {
      if (tensor < 0) continue;
      const readers = consumers.get(tensor);
      if (readers === undefined) consumers.set(tensor, [node]);
      else readers.push(node);
    }
    for (const tensor of node.outputs) producer.set(tensor, node);
  }
  return { nodes, consumers, producer };
}
