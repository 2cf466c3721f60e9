import {
  type GraphNode,
  INT8_OPS,
  INT8_WINOGRAD,
  type Int8ConvolutionAttributes,
  type OpDefinition,
  type WinogradResultAttributes,
} from '@mnnquant/graph';
import type { Convolution2D } from '@mnnquant/mnn-format';

/** Parts into which a step of the output is divided, a power of two: so that finer scales are exact. */
export const PARTS = 16;

/** Beyond all sums that come to a result, and exact with its parts in float32. */
const UNBOUNDED = { min: -(2 ** 20), max: 2 ** 20 } as const;

/** Whether the node of a simulated network is a convolution in int8 that has a bias of its own in the file. */
export function isInt8Convolution({ index, definition }: GraphNode): boolean {
  return index >= 0 && CONVOLUTIONS.has(definition);
}

const CONVOLUTIONS: ReadonlySet<unknown> = new Set([
  INT8_OPS.Convolution.definition,
  INT8_OPS.ConvolutionDepthwise.definition,
  INT8_WINOGRAD.Int8WinogradResult,
]);

type WinogradNode = GraphNode & { readonly attributes: WinogradResultAttributes };

function isWinograd(node: GraphNode): node is WinogradNode {
  return node.definition === (INT8_WINOGRAD.Int8WinogradResult as OpDefinition);
}

/** Scale and zero point of its output, which are those of the op. */
function winogradScale({ source, attributes }: WinogradNode): {
  readonly scale: number;
  readonly zero: number;
} {
  const { quanParameter, symmetricQuan } = source.main!.value as Convolution2D;
  const scale = Math.fround(quanParameter?.scaleOut || 1 / attributes.outputInverse);
  return { scale, zero: symmetricQuan?.outputZeroPoint ?? 0 };
}

/** What a result in whole numbers q means: x = (q - zero) * scale, q from low to high. */
export interface ResultGrid {
  readonly scale: number;
  readonly zero: number;
  readonly low: number;
  readonly high: number;
}

/** The grid of an int8 convolution's result; ReLU and ReLU6 have their lower end at the zero point. */
export function resultGrid(node: GraphNode): ResultGrid {
  if (isWinograd(node)) {
    const { min, max } = node.attributes.output;
    return { ...winogradScale(node), low: min, high: max };
  }
  const { op, outputs } = node.attributes as Int8ConvolutionAttributes;
  const [{ scale, zeroPoint, min, max }] = outputs;
  return {
    scale: Math.fround(scale),
    zero: zeroPoint,
    low: op.relu || op.relu6 ? zeroPoint : min,
    high: max,
  };
}

/**
 * The same convolution with a result in {@link PARTS} of a step, without bounds and with 0 as its zero point: what there is before
 * it is rounded to int8.
 */
export function fineConvolution(node: GraphNode): GraphNode {
  if (isWinograd(node)) {
    const { attributes } = node;
    const { zero } = winogradScale(node);
    const bias = attributes.bias.map((value) => (value - zero) * PARTS);
    const outputInverse = attributes.outputInverse * PARTS;
    return { ...node, attributes: { ...attributes, outputInverse, bias, output: UNBOUNDED } };
  }
  const attributes = node.attributes as Int8ConvolutionAttributes;
  const op = { ...attributes.op, relu: false, relu6: false };
  const outputs = [{ scale: attributes.outputs[0].scale / PARTS, zeroPoint: 0, ...UNBOUNDED }];
  return { ...node, attributes: { ...attributes, op, outputs } };
}

/** The convolution with another bias, one value per output channel as in the file. */
export function withBias(node: GraphNode, bias: Float32Array): GraphNode {
  if (!isWinograd(node)) return { ...node, attributes: { ...(node.attributes as object), bias } };
  const { scale, zero } = winogradScale(node);
  const steps = bias.map((value) => Math.fround(value / scale) + zero);
  return { ...node, attributes: { ...node.attributes, bias: steps } };
}
