import type { DeferredPart, Graph, GraphInput, GraphNode } from './graph.ts';
import type { UnknownValueError } from './op.ts';
import type { HostTensor, TensorDesc } from './tensor.ts';

/** Collects the nodes of a graph that cannot be planned before the network runs. */
export class Deferral {
  readonly #graph: Graph;
  readonly #nodes: GraphNode[] = [];
  readonly #causes: { node: GraphNode; reason: string }[] = [];
  readonly #needs = new Set<number>();
  /** Tensors whose shape is not known. */
  readonly #unknown = new Set<number>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Whether a node reads something that waits; if so, it waits as well. */
  concerns(node: GraphNode): boolean {
    if (!node.inputs.some((id) => this.#unknown.has(id))) return false;
    this.#push(node);
    return true;
  }

  /** A node that needs the content of an input. */
  add(node: GraphNode, error: UnknownValueError): void {
    this.#causes.push({ node, reason: error.message });
    for (const position of error.inputs) this.#needs.add(node.inputs[position]);
    this.#push(node);
  }

  /** A node that can run, but only then tells how large its outputs are. */
  addResults(node: GraphNode, error: UnknownValueError): void {
    this.#causes.push({ node, reason: error.message });
    for (const id of node.outputs) this.#unknown.add(id);
  }

  /** The part that waits, as a graph; `undefined` when everything could be planned. */
  finish(descs: ReadonlyMap<number, TensorDesc>): DeferredPart | undefined {
    if (this.#causes.length === 0) return undefined;
    return { graph: this.#subgraph(descs), needs: this.#needs, causes: this.#causes };
  }

  #push(node: GraphNode): void {
    this.#nodes.push(node);
    for (const id of node.outputs) this.#unknown.add(id);
  }

  #subgraph(descs: ReadonlyMap<number, TensorDesc>): Graph {
    const made = new Map(this.#nodes.flatMap((node) => node.outputs.map((id) => [id, node] as const)));
    const outputs = this.#graph.outputs.filter(({ tensor }) => this.#unknown.has(tensor));
    const read = [...this.#nodes.flatMap((node) => node.inputs), ...outputs.map(({ tensor }) => tensor)];
    const inputs: GraphInput[] = [];
    const constants = new Map<number, HostTensor>();
    for (const id of new Set(read)) {
      if (id < 0 || made.has(id)) continue;
      const desc = descs.get(id);
      if (desc?.value !== undefined) constants.set(id, { ...desc, data: desc.value });
      else inputs.push({ tensor: id, name: this.#nameOf(id), desc: desc ?? UNKNOWN });
    }
    return { ...this.#graph, nodes: this.#nodes, inputs, outputs, constants, producer: made };
  }

  #nameOf(id: number): string {
    return this.#graph.tensorNames[id] || `tensor_${id}`;
  }
}

/** Of what a step makes that tells its shape only when it ran. */
const UNKNOWN: TensorDesc = { shape: [-1], dtype: 'float32', layout: 'NCHW' };
