import type { Op } from '@mnnquant/mnn-format';
import type { OpDefinition } from './op.ts';
import type { HostTensor, TensorDesc } from './tensor.ts';
import type { OmittedOp } from './unknown-tail.ts';

/** One op of the model, with its attributes parsed. */
export interface GraphNode {
  /** Position in `net.oplists` (Input and Const ops count there, so it is not the one in `Graph.nodes`). */
  readonly index: number;
  /** The op's name in the file; `<type>_<index>` where the file has none. */
  readonly name: string;
  readonly definition: OpDefinition;
  readonly attributes: unknown;
  /** Tensor ids; -1 for a missing optional input. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The op as the file has it. */
  readonly source: Op;
}

export interface GraphInput {
  readonly tensor: number;
  readonly name: string;
  /** As the file declares it; -1 for a dynamic extent. */
  readonly desc: TensorDesc;
}

export interface GraphOutput {
  readonly tensor: number;
  readonly name: string;
}

/** An executable, immutable view of a model. Tensor ids are MNN's: indices into `net.tensorName`. */
export interface Graph {
  /** In execution order; Input and Const ops are not nodes. */
  readonly nodes: readonly GraphNode[];
  readonly tensorNames: readonly string[];
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly GraphOutput[];
  /** Const ops by output tensor; data are views into the file where the type allows. */
  readonly constants: ReadonlyMap<number, HostTensor>;
  /** Nodes that read a tensor, in execution order. */
  readonly consumers: ReadonlyMap<number, readonly GraphNode[]>;
  /** The node that writes a tensor. */
  readonly producer: ReadonlyMap<number, GraphNode>;
  /** What If and While ops run, by name; tensor ids in it are its own. */
  readonly subgraphs: ReadonlyMap<string, Graph>;
  /** Ops of the file that are no part of this; only with `leaveOutTail`. */
  readonly omitted: readonly OmittedOp[];
  /** Whether the model is saved for the declared input sizes only. */
  readonly fixedSize?: boolean;
}

/** A node that really runs, in a plan for fixed input shapes. */
export interface PlanStep {
  readonly node: GraphNode;
  readonly inputs: readonly (TensorDesc | undefined)[];
  /** Empty where only running the op tells (a loop that stops when the data say so). */
  readonly outputs: readonly TensorDesc[];
  /** Tensors that nobody needs after this step. */
  readonly release: readonly number[];
}

/** The part of a network whose shapes depend on the data; it is planned sample by sample, during the run. */
export interface DeferredPart {
  /** The nodes that wait; its inputs are tensors that the plan's steps (or the network's inputs) make. */
  readonly graph: Graph;
  /** The inputs of `graph` whose content shapes depend on. */
  readonly needs: ReadonlySet<number>;
  /** The nodes that made it necessary, each with the reason. */
  readonly causes: readonly { readonly node: GraphNode; readonly reason: string }[];
}

/** A graph with all shapes known (but those of the deferred part); folded nodes are gone, their results are in `values`. */
export interface ExecutionPlan {
  readonly graph: Graph;
  readonly inputs: readonly { readonly tensor: number; readonly name: string; readonly desc: TensorDesc }[];
  readonly steps: readonly PlanStep[];
  readonly deferred: DeferredPart | undefined;
  /** Description of every tensor outside of the deferred part, by id. */
  readonly descs: ReadonlyMap<number, TensorDesc>;
  /** Constants and folded tensors that some step (or an output) reads. */
  readonly values: ReadonlyMap<number, HostTensor>;
}
