import type { ExecutionPlan, Graph, GraphNode, OpDefinition, TensorDesc } from '@mnnquant/graph';
import { type Op, OpType } from '@mnnquant/mnn-format';

/** A node of a test graph: op type, inputs, outputs, and what else its op holds. */
export interface SmallNode {
  readonly type: keyof typeof OpType;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly main?: Op['main'];
}

export interface SmallGraph {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly nodes: readonly SmallNode[];
  /** Shapes that are not [1, 8, 20, 20]. */
  readonly shapes?: Readonly<Record<number, readonly number[]>>;
}

/** A plan whose structure is real and whose ops cannot run. */
export function smallPlan({ inputs, outputs, nodes, shapes = {} }: SmallGraph): ExecutionPlan {
  const built = nodes.map(graphNode);
  const consumers = new Map<number, GraphNode[]>();
  const producer = new Map<number, GraphNode>();
  for (const node of built) {
    for (const tensor of node.inputs) consumers.set(tensor, [...(consumers.get(tensor) ?? []), node]);
    for (const tensor of node.outputs) producer.set(tensor, node);
  }
  const all = [...inputs, ...nodes.flatMap((node) => [...node.inputs, ...node.outputs])];
  const ids = [...new Set(all)].filter((id) => id >= 0);
  const descs = new Map(ids.map((id) => [id, desc(shapes[id])]));
  const graph: Graph = {
    nodes: built,
    tensorNames: ids.map((id) => `t${id}`),
    inputs: inputs.map((tensor) => ({ tensor, name: `t${tensor}`, desc: desc(shapes[tensor]) })),
    outputs: outputs.map((tensor) => ({ tensor, name: `t${tensor}` })),
    constants: new Map(),
    consumers,
    producer,
    subgraphs: new Map(),
    omitted: [],
  };
  const steps = built.map((node) => ({ node, inputs: [], outputs: [], release: [] }));
  return { graph, inputs: graph.inputs, steps, deferred: undefined, descs, values: new Map() };
}

function desc(shape: readonly number[] = [1, 8, 20, 20]): TensorDesc {
  return { shape, dtype: 'float32', layout: 'NC4HW4' };
}

function graphNode({ type, inputs, outputs, main }: SmallNode, index: number): GraphNode {
  const source = { type: OpType[type], main } as Op;
  const definition = { name: type } as OpDefinition;
  return { index, name: `${type}_${index}`, definition, attributes: undefined, inputs, outputs, source };
}

/** All nodes in int8, all tensors scaled, but for the nodes named. */
export function everything({ graph, descs }: ExecutionPlan, floatNodes: readonly number[] = []) {
  const nodes = new Map(
    graph.nodes.map((node) => [
      node.index,
      floatNodes.includes(node.index) ? { float: 'the test says so' } : ('int8' as const),
    ]),
  );
  return { nodes, tensors: new Set(descs.keys()) };
}
