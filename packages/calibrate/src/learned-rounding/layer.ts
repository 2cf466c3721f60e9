import {
  type ConvolutionAttributes,
  convolutionGeometry,
  type ExecutionPlan,
  type PlanStep,
} from '@mnnquant/graph';
import type { Int8Candidates } from '../rewrite/candidates.ts';

/** Weights of an output beyond which the moments of all would take too much time and memory: they are learned in equal parts. */
const MOST_TOGETHER = 2304;

/** A convolution whose weights are to be rounded. */
export interface Layer {
  /** Position in `net.oplists`. */
  readonly index: number;
  readonly name: string;
  /** The convolution's input tensor. */
  readonly tensor: number;
  readonly attributes: ConvolutionAttributes;
  readonly groups: number;
  /** Equal parts of a group's input channels; the correlation between parts is left out. */
  readonly parts: number;
  /** Weights in one part of an output. */
  readonly size: number;
}

/** The int8 convolutions in the order in which they run. */
export function layersOf(plan: ExecutionPlan, { nodes }: Pick<Int8Candidates, 'nodes'>): Layer[] {
  return plan.steps.flatMap((step) => (nodes.get(step.node.index) === 'int8' ? (layerOf(step) ?? []) : []));
}

function layerOf({ node, inputs }: PlanStep): Layer | undefined {
  const { name } = node.definition;
  const input = inputs[0];
  if ((name !== 'Convolution' && name !== 'ConvolutionDepthwise') || input === undefined) return undefined;
  const attributes = node.attributes as ConvolutionAttributes;
  if (attributes.weight === undefined || node.inputs.length !== 1) return undefined;
  const { group, inputChannels, kernel } = convolutionGeometry(attributes, input, undefined, node.name);
  const channels = inputChannels / group;
  const area = kernel[0] * kernel[1];
  const parts = partsOf(channels, area);
  const size = (channels / parts) * area;
  return {
    index: node.index,
    name: node.name,
    tensor: node.inputs[0]!,
    attributes,
    groups: group,
    parts,
    size,
  };
}

function partsOf(channels: number, area: number): number {
  let parts = 1;
  while (parts < channels && (channels % parts !== 0 || (channels / parts) * area > MOST_TOGETHER)) parts++;
  return parts;
}

/** Numbers in the sums of products of a layer: [groups * parts, size + 1, size + 1]. */
export function sumsLength({ groups, parts, size }: Layer): number {
  return groups * parts * (size + 1) ** 2;
}
