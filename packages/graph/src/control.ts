import type { DeviceTensor } from './backend.ts';
import type { Graph } from './graph.ts';
import type { TensorData, TensorDesc } from './tensor.ts';

/** What an op that runs subgraphs may do while it runs. */
export interface ControlRuntime {
  /**
   * Runs a subgraph on tensors in the order of its inputs; the results are in the order of its outputs. A
   * result may be one of the inputs itself. The inputs stay the caller's; the results become so.
   */
  runGraph(graph: Graph, inputs: readonly (DeviceTensor | undefined)[]): Promise<DeviceTensor[]>;
  download(tensor: DeviceTensor): Promise<TensorData>;
  /** A new tensor with that content. */
  make(desc: TensorDesc, data: TensorData): DeviceTensor;
  free(tensor: DeviceTensor): void;
}

/**
 * Computes an op's outputs by running subgraphs, for one sample. The inputs are borrowed: neither freed nor
 * returned. Every returned tensor is new and belongs to the caller.
 */
export type ControlBody = (
  inputs: readonly (DeviceTensor | undefined)[],
  runtime: ControlRuntime,
) => Promise<DeviceTensor[]>;
