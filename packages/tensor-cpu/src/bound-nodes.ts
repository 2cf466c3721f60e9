import type { BoundKernel, GraphNode } from '@mnnquant/graph';

/** Whether kernels of a node may run. */
interface Term {
  ended: boolean;
}

/** Refuses to run kernels of nodes that were forgotten since: what they would read is something else's now. */
export class BoundNodes {
  readonly #terms = new WeakMap<GraphNode, Term>();

  /** The kernel, which throws as soon as its node is forgotten. */
  guarded(node: GraphNode, kernel: BoundKernel): BoundKernel {
    const term = this.#terms.get(node) ?? { ended: false };
    this.#terms.set(node, term);
    return (inputs, outputs) => {
      if (term.ended)
        throw new Error(
          `tensor-cpu: the kernel of ${node.name} cannot be run: the node was forgotten since; bind it again`,
        );
      return kernel(inputs, outputs);
    };
  }

  forget(node: GraphNode): void {
    const term = this.#terms.get(node);
    if (term !== undefined) term.ended = true;
    this.#terms.delete(node);
  }
}
