import type { ExecutionPlan, Graph, GraphNode } from './graph.ts';

/** All nodes that a program of the plan may bind: of its steps, of what is planned during the run, and of subgraphs. */
export function planNodes({ steps, deferred, graph }: ExecutionPlan): ReadonlySet<GraphNode> {
  const nodes = new Set(steps.map(({ node }) => node));
  const seen = new Set<Graph>();
  const add = (part: Graph): void => {
    if (seen.has(part)) return;
    seen.add(part);
    for (const node of part.nodes) nodes.add(node);
    for (const subgraph of part.subgraphs.values()) add(subgraph);
  };
  if (deferred !== undefined) add(deferred.graph);
  for (const subgraph of graph.subgraphs.values()) add(subgraph);
  return nodes;
}
