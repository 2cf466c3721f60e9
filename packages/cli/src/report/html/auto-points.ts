import type { ReportAuto, ReportTrial } from '../auto-schema.ts';
import { floatShare, leastCosine } from '../auto-trials.ts';
import { logarithmicTicks, tickText } from './axis-ticks.ts';

/** What the chart of a search shows upwards; less is better. */
export type AutoMeasure = 'cosine' | 'top1';

export interface AutoPoint {
  /** Place of the trial in the search. */
  readonly trial: number;
  /** Multiply-adds in float, percent. */
  readonly x: number;
  /** 1 - cosine of the worst output, or errors in percent; null where there is none. */
  readonly y: number | null;
  /** Whether no other trial has as little in float and is nearer. */
  readonly isFront: boolean;
  readonly chosen: boolean;
}

/** What a logarithmic axis shows of a network that is equal to the float one; rounding of sums is of that size. */
export const LEAST_DISTANCE = 1e-7;

/** A point for each trial, from left to right, of one share the lower first. */
export function autoPoints({ trials }: ReportAuto, measure: AutoMeasure): AutoPoint[] {
  const points = trials
    .map((one, trial) => ({
      trial,
      x: 100 * floatShare(one),
      y: heightOf(one, measure),
      chosen: one.chosen,
    }))
    .sort((a, b) => a.x - b.x || height(a) - height(b) || a.trial - b.trial);
  let lowest = Number.POSITIVE_INFINITY;
  return points.map((point) => {
    const isFront = height(point) < lowest;
    if (isFront) lowest = height(point);
    return { ...point, isFront };
  });
}

const height = ({ y }: { readonly y: number | null }): number => y ?? Number.POSITIVE_INFINITY;

function heightOf(trial: ReportTrial, measure: AutoMeasure): number | null {
  if (measure === 'top1') return trial.top1 === undefined ? null : 100 * (1 - trial.top1);
  const cosine = leastCosine(trial);
  return cosine === null ? null : distanceOf(cosine);
}

function distanceOf(cosine: number): number {
  return Math.max(LEAST_DISTANCE, 1 - cosine);
}

/** Where the target's line is; `undefined` where the measure has none. */
export function targetHeight({ target, accuracy }: ReportAuto, measure: AutoMeasure): number | undefined {
  if (measure === 'cosine') return target?.cosine === undefined ? undefined : distanceOf(target.cosine);
  if (target?.maxDrop === undefined || accuracy === undefined) return undefined;
  return 100 * (1 - accuracy) + target.maxDrop;
}

const DECADE = 10;
/** Between the ends of an axis, at least: differences of a few percent are chance and shall not fill it. */
const LEAST_RATIO = 2;
const ROOM = 1.3;

/** The ends of a logarithmic axis for these values. Nothing is drawn below `LEAST_DISTANCE`: there the axis has room upwards alone. */
export function logarithmicRange(values: readonly number[]): [low: number, high: number] {
  if (values.length === 0) return [1e-3, 1];
  const least = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b)) * ROOM;
  const low = least / ROOM;
  if (least <= LEAST_DISTANCE) return [low, Math.max(high, DECADE * LEAST_DISTANCE)];
  const more = Math.sqrt(Math.max(1, LEAST_RATIO / (high / low)));
  return [low / more, high * more];
}

/** Where the axis of distances has its numbers; below `LEAST_DISTANCE` there is nothing to read. */
export function distanceTicks(low: number, high: number, pixels: number): number[] {
  return logarithmicTicks(low, high, pixels).filter((value) => value >= LEAST_DISTANCE);
}

/** What is drawn at the least distance may be nearer, or equal. */
export function distanceText(value: number): string {
  return `${value === LEAST_DISTANCE ? '≤ ' : ''}${tickText(value)}`;
}
