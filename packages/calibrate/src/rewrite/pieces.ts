import type { ExecutionPlan } from '@mnnquant/graph';
import { type MnnModel, type Op, opTypeName } from '@mnnquant/mnn-format';
import { listScales } from './list-scales.ts';
import { spreadScales } from './predict.ts';

/** Ops that the runtime's Module API runs by themselves (PipelineModule.cpp `isBreakOp`, MNN 3.6.1). */
const breaks: ReadonlySet<string> = new Set([
  'If',
  'MoE',
  'NonMaxSuppressionV2',
  'Segment',
  'Unique',
  'Where',
]);

function isBreak({ type, main }: Op): boolean {
  return breaks.has(opTypeName(type)) || main?.type === 'WhileParam';
}

/** Whether the runtime's Module API cuts a network into pieces: at control flow, and where shapes depend on data. */
function runsInPieces({ net }: MnnModel, { deferred }: ExecutionPlan): boolean {
  return deferred !== undefined || (net.oplists ?? []).some(isBreak);
}

/**
 * Writes down the scales that the runtime would spread by itself, for a network that it runs in pieces.
 *
 * Each piece is a session of its own and spreads the scales that it knows. A tensor that one piece holds
 * in int8 by a scale that was spread, and another reads without one, is handed over as float numbers that
 * are then taken for int8 (StaticModule.cpp `_resize`: the values are converted, `applyQuant` is not;
 * "No quant info for Cast", MNN 3.6.1). Tensors that have their scale from the file are handed over right.
 *
 * Lists of tensors are never handed over right, so they are kept in float; see {@link listScales}.
 *
 * @param model a quantized model
 * @param plan a plan of the same network
 * @returns `model` itself where the network runs in one piece
 */
export function withScalesForPieces(model: MnnModel, plan: ExecutionPlan): MnnModel {
  if (!runsInPieces(model, plan)) return model;
  const described = [...(model.net.extraTensorDescribe ?? [])];
  const places = new Map(described.map(({ index }, place) => [index, place] as const));
  const scaled = described.flatMap(({ index, quantInfo }) =>
    quantInfo ? [[index, quantInfo] as const] : [],
  );
  const spread = spreadScales(model, plan);
  for (const [index, quantInfo] of [...spread, ...listScales(plan, spread, new Map(scaled))]) {
    const place = places.get(index);
    if (place === undefined) places.set(index, described.push({ index, quantInfo }) - 1);
    else described[place] = { ...described[place]!, quantInfo };
  }
  const extraTensorDescribe = described.sort((a, b) => a.index - b.index);
  return { ...model, net: { ...model.net, extraTensorDescribe } };
}
