import type { ExecutionPlan, GraphNode } from '@mnnquant/graph';
import { type Convolution2D, decodeConvolutionWeights, OpType } from '@mnnquant/mnn-format';
import type { Int8Candidates } from '../rewrite/candidates.ts';
import { DEPTHWISE_SMALLEST_SCALE } from './grid.ts';
import { type WeightMethod, weightQuantizers } from './index.ts';
import { type QuantizedWeights, WeightError, type WeightQuantizer } from './weight-quantizer.ts';

/** How weights are to be quantized. */
export interface WeightConfig {
  /** `weight_quantize_method`. */
  readonly weightMethod: WeightMethod;
  /** `weight_clamp_value`: largest quantized magnitude, a whole number from 1 to 127. */
  readonly weightClamp: number;
  /** `quant_bits`, 2 to 8; caps the clamp at 2^(bits - 1) - 1. */
  readonly quantBits: number;
}

/**
 * Quantizes the weights of every convolution that is to run in int8.
 *
 * @returns by op index (position in `net.oplists`), ready for `quantizeModel`
 * @throws {WeightError} naming the layer whose weights cannot be quantized
 */
export function quantizeWeights(
  plan: ExecutionPlan,
  candidates: Int8Candidates,
  config: WeightConfig,
): Map<number, QuantizedWeights> {
  const quantizer = checkedQuantizer(config);
  const clamp = Math.min(config.weightClamp, 2 ** (config.quantBits - 1) - 1);
  const weights = new Map<number, QuantizedWeights>();
  for (const { node } of plan.steps) {
    const conv = int8Convolution(node, candidates);
    if (conv === undefined) continue;
    const depthwise = node.source.type === OpType.ConvolutionDepthwise;
    const matrix = {
      data: decodeConvolutionWeights(conv, node.name),
      channels: conv.common?.outputCount ?? 0,
      name: node.name,
    };
    const smallestScale = depthwise ? DEPTHWISE_SMALLEST_SCALE : 0;
    const bits = config.quantBits;
    weights.set(node.index, { ...quantizer(matrix, { clamp, smallestScale }), bits });
  }
  return weights;
}

function int8Convolution(node: GraphNode, { nodes }: Int8Candidates): Convolution2D | undefined {
  const { type, main } = node.source;
  const convolution = type === OpType.Convolution || type === OpType.ConvolutionDepthwise;
  if (!convolution || main?.type !== 'Convolution2D' || nodes.get(node.index) !== 'int8') return undefined;
  return main.value;
}

function checkedQuantizer({ weightMethod, weightClamp, quantBits }: WeightConfig): WeightQuantizer {
  if (!Number.isInteger(quantBits) || quantBits < 2 || quantBits > 8) {
    throw new WeightError(`quant_bits: expected a whole number from 2 to 8, got ${quantBits}`);
  }
  if (!Number.isInteger(weightClamp) || weightClamp < 1 || weightClamp > 127) {
    throw new WeightError(`weight_clamp_value: expected a whole number from 1 to 127, got ${weightClamp}`);
  }
  const quantizer = Object.hasOwn(weightQuantizers, weightMethod)
    ? weightQuantizers[weightMethod]
    : undefined;
  if (quantizer === undefined) {
    const known = Object.keys(weightQuantizers).join(', ');
    throw new WeightError(`weight_quantize_method: expected one of ${known}, got ${weightMethod}`);
  }
  return quantizer;
}
