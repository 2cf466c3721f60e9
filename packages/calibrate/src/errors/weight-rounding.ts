import type { ConvolutionAttributes, ExecutionPlan, GraphNode } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { snrOf } from './layer-error.ts';

/** The weights of a convolution, a number per output channel. */
export interface WeightRounding {
  readonly op: string;
  readonly type: string;
  /** [O, C/group, kH, kW]. */
  readonly shape: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** Where the weights are int8: the step of each channel, and the SNR of the rounding in dB. */
  readonly int8?: { readonly scale: readonly number[]; readonly snr: readonly number[] };
}

const convolutions: ReadonlySet<string> = new Set(['Convolution', 'ConvolutionDepthwise']);

/**
 * What rounding did to the weights of each convolution.
 *
 * @param float the plan of the float network
 * @param quantized the plan of the written model `model`, whose weights are decoded from int8
 */
export function measureWeights(
  float: ExecutionPlan,
  quantized: ExecutionPlan,
  { net }: MnnModel,
): WeightRounding[] {
  const rounded = new Map(quantized.steps.map(({ node }) => [node.outputs[0], node]));
  return float.steps.flatMap(({ node }) => {
    const weight = weightOf(node);
    if (weight === undefined) return [];
    const written = rounded.get(node.outputs[0]);
    const main = net.oplists?.[written?.index ?? -1]?.main;
    const alpha = main?.type === 'Convolution2D' ? main.value.quanParameter?.alpha : undefined;
    return [weightRounding(node, weight, written && weightOf(written), alpha)];
  });
}

function weightOf({ definition, attributes }: GraphNode): Float32Array | undefined {
  if (!convolutions.has(definition.name)) return undefined;
  return (attributes as ConvolutionAttributes).weight;
}

function weightRounding(
  { name, definition, attributes }: GraphNode,
  weight: Float32Array,
  rounded: Float32Array | undefined,
  scale: Float32Array | undefined,
): WeightRounding {
  const { outputChannels, kernel } = attributes as ConvolutionAttributes;
  const area = weight.length / outputChannels;
  const channels = Array.from({ length: outputChannels }, (_, c) => c * area);
  const part = (data: Float32Array, at: number): Float32Array => data.subarray(at, at + area);
  const isInt8 = rounded?.length === weight.length && scale?.length === outputChannels;
  return {
    op: name,
    type: definition.name,
    shape: [outputChannels, area / (kernel[0] * kernel[1]), ...kernel],
    min: channels.map((at) => part(weight, at).reduce((a, b) => Math.min(a, b))),
    max: channels.map((at) => part(weight, at).reduce((a, b) => Math.max(a, b))),
    ...(isInt8 && {
      int8: {
        scale: [...scale],
        snr: channels.map((at) => snrOfRounding(part(weight, at), part(rounded, at))),
      },
    }),
  };
}

function snrOfRounding(weight: Float32Array, rounded: Float32Array): number {
  let [signal, noise] = [0, 0];
  for (const [i, w] of weight.entries()) {
    const error = w - rounded[i]!;
    signal += w * w;
    noise += error * error;
  }
  return snrOf(signal, noise);
}
