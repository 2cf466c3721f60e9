import type { Prediction } from '@mnnquant/calibrate';
import { type Net, type Op, OpType, QuantizeAlgo, type TensorQuantInfo } from '@mnnquant/mnn-format';
import type { InspectedQuantization, Share, WeightStorage } from './inspection.ts';
import { storedWeights } from './stored-weights.ts';

/** Ops that only old quantized models have. */
const LEGACY: ReadonlySet<number> = new Set([
  OpType.ConvInt8,
  OpType.DepthwiseConvInt8,
  OpType.EltwiseInt8,
  OpType.FloatToInt8,
  OpType.Int8ToFloat,
]);

const LEGACY_CONVOLUTIONS: ReadonlySet<number> = new Set([OpType.ConvInt8, OpType.DepthwiseConvInt8]);
const CONVOLUTIONS: ReadonlySet<number> = new Set([
  OpType.Convolution,
  OpType.ConvolutionDepthwise,
  ...LEGACY_CONVOLUTIONS,
]);

/** Whether an op of an old model runs in int8 by what it is. */
export function isLegacyInt8({ type }: Op): boolean {
  return LEGACY_CONVOLUTIONS.has(type) || type === OpType.EltwiseInt8;
}

/** Scales of the main graph's tensors, by tensor. */
export function tensorScales({ extraTensorDescribe = [] }: Net): Map<number, TensorQuantInfo> {
  const scales = new Map<number, TensorQuantInfo>();
  for (const { index, quantInfo } of extraTensorDescribe) if (quantInfo) scales.set(index, quantInfo);
  return scales;
}

/**
 * @param ops of all graphs
 * @param work multiply-adds of old models' int8 ops, and of all
 */
export function inspectQuantization(
  net: Net,
  ops: readonly Op[],
  prediction: Prediction | undefined,
  work: Share | undefined,
): InspectedQuantization {
  const scales = [...tensorScales(net).values()];
  const weights = weightRows(ops);
  const kind = kindOf(scales, weights, ops);
  const winograd = ops.filter(hasWinograd).length;
  return {
    kind,
    tensorsWithScale: scales.length,
    zeroPoints: scales.filter(({ zero }) => zero !== 0).length,
    clamps: clampsOf(scales),
    weights,
    ...outcome(kind, ops, prediction, work),
    winograd,
    hints: hintsOf(kind, scales, ops, winograd),
  };
}

function kindOf(
  scales: readonly TensorQuantInfo[],
  weights: readonly WeightStorage[],
  ops: readonly Op[],
): InspectedQuantization['kind'] {
  if (ops.some(({ type }) => LEGACY.has(type))) return 'legacy';
  if (scales.length > 0) return 'activations';
  return weights.some(({ storage }) => storage !== 'float32') ? 'weights' : 'none';
}

function outcome(
  kind: InspectedQuantization['kind'],
  ops: readonly Op[],
  prediction: Prediction | undefined,
  work: Share | undefined,
): Pick<InspectedQuantization, 'convolutions' | 'multiplyAdds' | 'casts'> {
  if (kind === 'legacy') {
    // Such ops name their type: no rule decides.
    const int8 = ops.filter(({ type }) => LEGACY_CONVOLUTIONS.has(type)).length;
    const total = ops.filter(({ type }) => CONVOLUTIONS.has(type)).length;
    const casts = ops.filter(({ type }) => type === OpType.FloatToInt8 || type === OpType.Int8ToFloat).length;
    return { convolutions: { int8, total }, casts, ...(work && { multiplyAdds: work }) };
  }
  if (kind !== 'activations' || prediction === undefined) return {};
  const { convolutions, multiplyAdds, casts } = prediction;
  return { convolutions, multiplyAdds, casts };
}

function weightRows(ops: readonly Op[]): (WeightStorage & { layers: number })[] {
  const rows = new Map<string, WeightStorage & { layers: number }>();
  for (const op of ops) {
    const stored = storedWeights(op);
    if (stored === undefined) continue;
    const key = JSON.stringify(stored.storage);
    const { layers = 0 } = rows.get(key) ?? {};
    rows.set(key, { ...stored.storage, layers: layers + 1 });
  }
  return [...rows.values()].sort((a, b) => b.layers - a.layers);
}

function clampsOf(scales: readonly TensorQuantInfo[]): [number, number][] {
  const pairs = new Map(scales.map(({ min, max }) => [`${min} ${max}`, [min, max] as [number, number]]));
  return [...pairs.values()].sort((a, b) => b[1] - a[1]);
}

function hasWinograd({ main }: Op): boolean {
  return main?.type === 'Convolution2D' && (main.value.symmetricQuan?.winogradAttr?.length ?? 0) > 0;
}

function hintsOf(
  kind: InspectedQuantization['kind'],
  scales: readonly TensorQuantInfo[],
  ops: readonly Op[],
  winograd: number,
): string[] {
  const hints: string[] = [];
  if (kind === 'legacy')
    hints.push('ConvInt8 ops: made by a tool before MNN 1.1.5, with scales inside of the ops');
  if (kind === 'activations') {
    const shifted = scales.some(({ zero }) => zero !== 0);
    hints.push(
      shifted
        ? 'zero points that are not 0: ranges of their own on either side of 0, as EMA and feature_asymmetric find them'
        : 'all zero points are 0: symmetric scales, as all methods but EMA find them',
    );
    const broken = scales.filter(({ scale }) => !(scale > 0 && Number.isFinite(scale))).length;
    if (broken > 0)
      hints.push(
        `${broken} ${broken === 1 ? 'tensor has a scale' : 'tensors have scales'} that no number can be divided by: 0, negative, NaN or infinite`,
      );
  }
  if (winograd > 0) hints.push('Winograd attributes, which tools give with EMA');
  const overflow = ops.some(
    ({ main }) =>
      main?.type === 'Convolution2D' && main.value.symmetricQuan?.method === QuantizeAlgo.OVERFLOW_AWARE,
  );
  if (overflow) hints.push('weights limited so that sums fit 16 bits (overflow aware)');
  return hints;
}
