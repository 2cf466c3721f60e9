export { type ApproximatedOp, int8Graph, type SimulatedNetwork, type TensorHolder } from './int8-graph.ts';
