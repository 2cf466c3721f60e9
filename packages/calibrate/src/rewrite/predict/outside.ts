import type { ExecutionPlan, Graph, GraphNode, OmittedOp } from '@mnnquant/graph';
import { opTypeName } from '@mnnquant/mnn-format';

/** An op that runs in float because no statistics are taken of it. */
export interface OutsideOp {
  readonly name: string;
  readonly type: string;
  readonly reason: string;
}

const CONVOLUTIONS: ReadonlySet<string> = new Set([
  'Convolution',
  'ConvolutionDepthwise',
  'Deconvolution',
  'DeconvolutionDepthwise',
]);

/**
 * What the plan's steps do not show: ops whose shapes depend on the data, the convolutions inside of If and
 * While, and ops that are left out because they cannot be evaluated.
 */
export function outsideOps({ deferred, graph }: ExecutionPlan): OutsideOp[] {
  const waiting = (deferred?.graph.nodes ?? []).map((node) => ({
    ...named(node),
    reason: 'its shape depends on the data',
  }));
  const inside = [...graph.subgraphs].flatMap(([name, subgraph]) =>
    subgraph.nodes
      .filter((node) => CONVOLUTIONS.has(opTypeName(node.source.type)))
      .map((node) => ({
        ...named(node),
        reason: `it is inside of ${callers(name, graph)}, whose body runs in float`,
      })),
  );
  return [...waiting, ...inside, ...graph.omitted.map(leftOut)];
}

function leftOut({ name, type, cause }: OmittedOp): OutsideOp {
  if (cause.name === name) return { name, type, reason: `mnnquant cannot evaluate ${type}` };
  return { name, type, reason: `it follows ${cause.name} (${cause.type}), which mnnquant cannot evaluate` };
}

function named({ name, source }: GraphNode): { name: string; type: string } {
  return { name, type: opTypeName(source.type) };
}

/** The op of the main graph that runs a subgraph, or of the subgraph that does. */
function callers(name: string, graph: Graph): string {
  const lists = [graph.nodes, ...[...graph.subgraphs.values()].map(({ nodes }) => nodes)];
  const caller = lists.flat().find(({ source: { main } }) => {
    if (main?.type === 'WhileParam') return [main.value.body_graph, main.value.cond_graph].includes(name);
    return main?.type === 'IfParam' && [main.value.then_graph, main.value.else_graph].includes(name);
  });
  return caller ? `${caller.name} (${opTypeName(caller.source.type)})` : `the subgraph ${name}`;
}
