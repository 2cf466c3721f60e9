import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
  type ExecutionPlan,
  type PlanStep,
} from '@mnnquant/graph';
import { OpType } from '@mnnquant/mnn-format';
import type { Int8Candidates } from '../rewrite/candidates.ts';
import { type WinogradTile, winogradUnit } from './unit.ts';

/** A convolution that the runtime can compute by int8 Winograd. */
export interface WinogradLayer {
  /** Position in `net.oplists`. */
  readonly index: number;
  readonly name: string;
  /** The convolution's input tensor. */
  readonly tensor: number;
  readonly geometry: ConvolutionGeometry;
  readonly nhwc: boolean;
  readonly unit: number;
}

/**
 * The int8 convolutions for which MNN's own tool would ask for Winograd: dense, stride 1, no dilation,
 * a square kernel larger than 1, and few enough multiplications (MNN 3.6.1 NN.cpp, `ConvBNReluFused`).
 */
export function winogradLayers(
  plan: ExecutionPlan,
  { nodes }: Int8Candidates,
  largestTile: WinogradTile = 6,
): WinogradLayer[] {
  const int8 = plan.steps.filter(
    ({ node }) => node.source.type === OpType.Convolution && nodes.get(node.index) === 'int8',
  );
  return int8.flatMap((step) => layerOf(step, largestTile) ?? []);
}

function layerOf({ node, inputs }: PlanStep, largestTile: WinogradTile): WinogradLayer | undefined {
  const attributes = node.attributes as ConvolutionAttributes;
  const input = inputs[0];
  const { kernel, stride, dilation } = attributes;
  if (input === undefined || node.inputs.length !== 1 || kernel[0] !== kernel[1] || kernel[0] < 2)
    return undefined;
  if ([...stride, ...dilation].some((step) => step !== 1)) return undefined;
  const geometry = convolutionGeometry(attributes, input, undefined, node.name);
  if (geometry.group !== 1) return undefined;
  const { outputHeight: height, outputWidth: width, inputChannels, outputChannels } = geometry;
  const size = { height, width, inputs: inputChannels, outputs: outputChannels, kernel: kernel[0] };
  const unit = winogradUnit(size, largestTile);
  if (unit === undefined) return undefined;
  const { index, name } = node;
  return { index, name, tensor: node.inputs[0]!, geometry, nhwc: input.layout === 'NHWC', unit };
}
