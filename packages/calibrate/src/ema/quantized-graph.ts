import type { ConvolutionAttributes, Graph, GraphNode } from '@mnnquant/graph';
import type { QuantizedWeights } from '../weights/weight-quantizer.ts';

/**
 * The same graph with the weights of some convolutions rounded to their grids. Everything else is
 * shared with `graph`, which stays as it is.
 *
 * @param weights by op index (position in `net.oplists`)
 */
export function withQuantizedWeights(graph: Graph, weights: ReadonlyMap<number, QuantizedWeights>): Graph {
  const replaced = new Map<GraphNode, GraphNode>();
  for (const node of graph.nodes) {
    const quantized = weights.get(node.index);
    if (quantized === undefined) continue;
    const given = node.attributes as ConvolutionAttributes;
    const attributes = { ...given, weight: dequantized(quantized), bias: quantized.bias ?? given.bias };
    replaced.set(node, { ...node, attributes });
  }
  const current = (node: GraphNode): GraphNode => replaced.get(node) ?? node;
  return {
    ...graph,
    nodes: graph.nodes.map(current),
    consumers: new Map([...graph.consumers].map(([tensor, nodes]) => [tensor, nodes.map(current)])),
    producer: new Map([...graph.producer].map(([tensor, node]) => [tensor, current(node)])),
  };
}

/** [C, A] floats: each quantized weight times the scale of its channel. */
function dequantized({ quantized, scales }: QuantizedWeights): Float32Array {
  const area = quantized.length / scales.length;
  const weight = new Float32Array(quantized.length);
  for (const [channel, scale] of scales.entries()) {
    const end = (channel + 1) * area;
    for (let i = channel * area; i < end; i++) weight[i] = quantized[i]! * scale;
  }
  return weight;
}
