import { buildGraph, createPlan, type ExecutionPlan, type QuantParams } from '@mnnquant/graph';
import { decodeConvolutionWeights, type MnnModel } from '@mnnquant/mnn-format';
import { type Int8Candidates, int8Candidates } from '../../src/rewrite/candidates.ts';
import { type QuantizationPlan, quantizeModel } from '../../src/rewrite/quantize-model.ts';
import { quantizeMaxAbs } from '../../src/weights/max-abs.ts';
import type { QuantizedWeights } from '../../src/weights/weight-quantizer.ts';

export function params(scale: number): QuantParams {
  return { scale, zeroPoint: 0, min: -127, max: 127 };
}

export function planOf(model: MnnModel): ExecutionPlan {
  return createPlan(buildGraph(model));
}

/** The weights of the convolutions among `nodes` (op indices; all of them by default), MAX_ABS. */
export function weightsOf(model: MnnModel, nodes?: readonly number[]): Map<number, QuantizedWeights> {
  const weights = new Map<number, QuantizedWeights>();
  for (const [index, op] of (model.net.oplists ?? []).entries()) {
    if (op.main?.type !== 'Convolution2D' || nodes?.includes(index) === false) continue;
    const data = decodeConvolutionWeights(op.main.value, 'test');
    const channels = op.main.value.common!.outputCount;
    weights.set(index, quantizeMaxAbs({ data, channels, name: op.name! }, { clamp: 127 }));
  }
  return weights;
}

/** Quantizes what the candidates say, tensor t with the given scale or (t + 1) / 100. */
export function quantized(
  model: MnnModel,
  scales: Readonly<Record<number, number>> = {},
  candidates: Int8Candidates = int8Candidates(buildGraph(model), planOf(model)),
): MnnModel {
  const chosen = [...candidates.nodes].filter(([, choice]) => choice === 'int8').map(([index]) => index);
  const plan: QuantizationPlan = {
    scales: new Map([...candidates.tensors].map((t) => [t, params(scales[t] ?? (t + 1) / 100)])),
    weights: weightsOf(model, chosen),
    means: candidates.means,
    apart: candidates.apart,
  };
  return quantizeModel(model, plan);
}
