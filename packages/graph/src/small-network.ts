import type { Graph, GraphNode } from './graph.ts';
import { normalData } from './normal-data.ts';
import type { ConvolutionAttributes } from './ops/convolution-attributes.ts';
import { OPS } from './ops/index.ts';

/** A network for tests of backends: x [1,3,H,W] → 3x3 convolution to 10 → 3x3 depthwise, stride 2 → ReLU6 → 1x1 to 7 → global average. */
export function smallNetwork(): Graph {
  const nodes = [
    node(0, 'Convolution', convolution(3, 10, 3, 1, 1)),
    node(1, 'ConvolutionDepthwise', { ...convolution(1, 10, 3, 2, 10), depthwise: true }),
    node(2, 'ReLU6', { min: 0, max: 6 }),
    node(3, 'Convolution', convolution(10, 7, 1, 1, 1)),
    node(4, 'Pooling', {
      kind: 'average',
      global: true,
      kernel: [1, 1],
      stride: [1, 1],
      padType: 0,
      ceil: false,
      pads: [0, 0, 0, 0],
      countPadding: false,
    }),
  ];
  return {
    nodes,
    tensorNames: ['x', ...nodes.map(({ name }) => name)],
    inputs: [{ tensor: 0, name: 'x', desc: { shape: [1, 3, -1, -1], dtype: 'float32', layout: 'NC4HW4' } }],
    outputs: [{ tensor: nodes.length, name: 'y' }],
    constants: new Map(),
    consumers: new Map(nodes.map((item, i) => [i, [item]])),
    producer: new Map(nodes.map((item, i) => [i + 1, item])),
    subgraphs: new Map(),
    omitted: [],
  };
}

/** Node i reads tensor i and writes tensor i + 1. */
function node(index: number, op: string, attributes: unknown): GraphNode {
  const definition = OPS.find(({ name }) => name === op)!;
  const source = { type: definition.opTypes[0] } as GraphNode['source'];
  return {
    index,
    name: `${op}_${index}`,
    definition,
    attributes,
    inputs: [index],
    outputs: [index + 1],
    source,
  };
}

function convolution(
  perGroup: number,
  outputChannels: number,
  size: number,
  stride: number,
  group: number,
): ConvolutionAttributes {
  const pad = (size - 1) / 2;
  return {
    depthwise: false,
    group,
    outputChannels,
    inputChannels: perGroup * group,
    kernel: [size, size],
    stride: [stride, stride],
    dilation: [1, 1],
    padMode: 0,
    pads: [pad, pad, pad, pad],
    relu: true,
    relu6: false,
    weight: normalData(outputChannels * perGroup * size * size, size),
    bias: normalData(outputChannels, 1),
  };
}
