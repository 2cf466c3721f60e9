import type { CorrectedBiases, EqualizedModel } from '@mnnquant/calibrate';
import type { MnnModel } from '@mnnquant/mnn-format';
import { correctionsOutcome } from '../corrections-outcome.ts';
import type { ReportCorrections } from './corrections-schema.ts';

type Equalize = NonNullable<ReportCorrections['equalize']>;
type BiasCorrection = NonNullable<ReportCorrections['biasCorrection']>;

/** What was done to each convolution; `undefined` where neither was asked for. */
export function reportedCorrections(
  equalized: EqualizedModel | undefined,
  corrected: CorrectedBiases | undefined,
): ReportCorrections | undefined {
  const { equalize, biasCorrection } = correctionsOutcome(equalized, corrected) ?? {};
  if (equalize === undefined && biasCorrection === undefined) return undefined;
  return {
    ...(equalize && { equalize: { ...equalize, layers: equalizedLayers(equalized!) } }),
    ...(biasCorrection && { biasCorrection: { ...biasCorrection, layers: shiftedLayers(corrected!) } }),
  };
}

function equalizedLayers({ model, factors }: EqualizedModel): Equalize['layers'] {
  return inOrder(factors).map(([index, own]) => ({
    op: nameOf(model, index),
    channels: own.filter((factor) => factor !== 1).length,
    of: own.length,
    largestGain: 1 / own.reduce((least, factor) => Math.min(least, factor), 1),
    meanGain: meanOf(own, (factor) => 1 / factor),
  }));
}

/** Those with at least one other bias. */
function shiftedLayers({ model, shifts }: CorrectedBiases): BiasCorrection['layers'] {
  return inOrder(shifts)
    .filter(([, own]) => own.some((shift) => shift !== 0))
    .map(([index, own]) => ({
      op: nameOf(model, index),
      channels: own.filter((shift) => shift !== 0).length,
      of: own.length,
      largestSteps: own.reduce((most, shift) => Math.max(most, Math.abs(shift)), 0),
      meanSteps: meanOf(own, Math.abs),
    }));
}

function inOrder(byIndex: ReadonlyMap<number, Float64Array>): [number, Float64Array][] {
  return [...byIndex].sort(([a], [b]) => a - b);
}

function nameOf({ net }: MnnModel, index: number): string {
  return net.oplists?.[index]?.name ?? `op ${index}`;
}

function meanOf(values: Float64Array, of: (value: number) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0) / Math.max(1, values.length);
}
