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

/** By op index (position in `net.oplists`), ready for `quantizeModel`. */
export type WeightsByOp = Map<number, QuantizedWeights>;

/**
 * Quantizes the weights of every convolution that is to run in int8.
 *
 * @throws {WeightError} naming the layer whose weights cannot be quantized
 */
export function quantizeWeights(
  plan: ExecutionPlan,
  candidates: Pick<Int8Candidates, 'nodes'>,
  config: WeightConfig,
): WeightsByOp {
  return new Map(layerByLayer(plan, candidates, config));
}

/** The same, with room for other work of the thread after every layer. */
export async function quantizeWeightsInTurns(
  plan: ExecutionPlan,
  candidates: Pick<Int8Candidates, 'nodes'>,
  config: WeightConfig,
): Promise<WeightsByOp> {
  const weights: WeightsByOp = new Map();
  const { port1, port2 } = new MessageChannel();
  // Behind the messages that wait already, without the millisecond that a timer takes.
  const turn = (): Promise<unknown> =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(undefined);
    });
  try {
    for (const [index, quantized] of layerByLayer(plan, candidates, config)) {
      weights.set(index, quantized);
      await turn();
    }
    return weights;
  } finally {
    port1.close();
  }
}

function* layerByLayer(
  plan: ExecutionPlan,
  candidates: Pick<Int8Candidates, 'nodes'>,
  config: WeightConfig,
): Generator<[number, QuantizedWeights]> {
  const clamp = clampOf(config);
  const quantizer = quantizerOf(config);
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
    yield [node.index, { ...quantizer(matrix, { clamp, smallestScale }), bits }];
  }
}

function int8Convolution(
  node: GraphNode,
  { nodes }: Pick<Int8Candidates, 'nodes'>,
): Convolution2D | undefined {
  const { type, main } = node.source;
  const convolution = type === OpType.Convolution || type === OpType.ConvolutionDepthwise;
  if (!convolution || main?.type !== 'Convolution2D' || nodes.get(node.index) !== 'int8') return undefined;
  return main.value;
}

/**
 * The largest magnitude of a whole weight.
 *
 * @throws {WeightError} where bits or clamp make no sense
 */
export function clampOf({ weightClamp, quantBits }: WeightConfig): number {
  if (!Number.isInteger(quantBits) || quantBits < 2 || quantBits > 8) {
    throw new WeightError(`quant_bits: expected a whole number from 2 to 8, got ${quantBits}`);
  }
  if (!Number.isInteger(weightClamp) || weightClamp < 1 || weightClamp > 127) {
    throw new WeightError(`weight_clamp_value: expected a whole number from 1 to 127, got ${weightClamp}`);
  }
  return Math.min(weightClamp, 2 ** (quantBits - 1) - 1);
}

function quantizerOf({ weightMethod }: WeightConfig): WeightQuantizer {
  if (weightMethod === 'GPTQ')
    throw new WeightError('weight_quantize_method: GPTQ needs samples; use learnWeights, or another method');
  const quantizer = Object.hasOwn(weightQuantizers, weightMethod)
    ? weightQuantizers[weightMethod]
    : undefined;
  if (quantizer === undefined) {
    const known = [...Object.keys(weightQuantizers), 'GPTQ'].join(', ');
    throw new WeightError(`weight_quantize_method: expected one of ${known}, got ${weightMethod}`);
  }
  return quantizer;
}
