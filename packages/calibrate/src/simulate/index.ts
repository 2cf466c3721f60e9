export { HeldValues } from './held-values.ts';
export { type ApproximatedOp, int8Graph, type SimulatedNetwork, type TensorHolder } from './int8-graph.ts';
