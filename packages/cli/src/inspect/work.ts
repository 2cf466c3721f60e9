import { multiplyAdds } from '@mnnquant/calibrate';
import { type ExecutionPlan, elementCount, type PlanStep, peakActivationBytes } from '@mnnquant/graph';
import { type Op, OpType, opTypeName } from '@mnnquant/mnn-format';
import type { InspectedWork, TypeCount } from './inspection.ts';

/** Ops that sum products in ways that are not counted. */
const UNCOUNTED: ReadonlySet<number> = new Set([
  OpType.LSTM,
  OpType.RNN,
  OpType.RNNSequenceGRU,
  OpType.LSTMBlockCell,
  OpType.ConvTranspose3D,
  OpType.Attention,
  OpType.FmhaV2,
  OpType.Fmhca,
  OpType.LinearAttention,
  OpType.Dilation2D,
  OpType.Det,
  OpType.Svd,
  OpType.Stft,
  OpType.If,
  OpType.While,
]);

/** Multiply-adds of a step, by the shapes of its plan. */
export function stepMultiplyAdds(step: PlanStep): number {
  const [output] = step.outputs;
  const { main } = step.node.source;
  if (output === undefined) return 0;
  if (main?.type === 'InnerProduct') {
    const { weight, weightSize, outputCount } = main.value;
    return (elementCount(output.shape) * (weight?.length ?? weightSize)) / Math.max(1, outputCount);
  }
  if (main?.type === 'Convolution3D' && step.node.source.type === OpType.Convolution3D) {
    const { kernels = new Int32Array(), group } = main.value.common ?? { group: 1 };
    const channels = step.inputs[0]?.shape[1] ?? 1;
    return (elementCount(output.shape) * elementCount(Array.from(kernels)) * channels) / Math.max(1, group);
  }
  return multiplyAdds(step);
}

/**
 * @param ops of all graphs
 * @param partial whether some ops have no shapes
 */
export function inspectWork(plan: ExecutionPlan, ops: readonly Op[], partial: boolean): InspectedWork {
  return {
    multiplyAdds: plan.steps.reduce((sum, step) => sum + stepMultiplyAdds(step), 0),
    uncounted: countTypes(ops.filter(({ type }) => UNCOUNTED.has(type))),
    activationBytes: peakActivationBytes(plan),
    partial,
  };
}

/** The most frequent first. */
export function countTypes(ops: readonly Op[]): TypeCount[] {
  const counts = new Map<string, number>();
  for (const { type } of ops) counts.set(opTypeName(type), (counts.get(opTypeName(type)) ?? 0) + 1);
  const rows = [...counts].map(([type, count]) => ({ type, count }));
  return rows.sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}
