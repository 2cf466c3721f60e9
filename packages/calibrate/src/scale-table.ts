import type { QuantParams } from '@mnnquant/graph';
import type { ScaleMethod } from './solvers/feature-solver.ts';

/** The scale of one tensor and where it comes from. */
export interface TensorScale extends QuantParams {
  readonly method: ScaleMethod | 'EMA';
  /** Largest finite |x| over the values that decided the scale. */
  readonly absMax: number;
  /** The range that decided scale and zero point: with EMA the averaged one, else what was not cut off. Absent where symmetric. */
  readonly range?: { readonly min: number; readonly max: number };
  /** The group of tensors that share this scale; absent for a tensor on its own. */
  readonly groupId?: number;
  /** What a reader of the report should know. */
  readonly note?: string;
}

/** Tensors that share one scale. */
export interface ScaleGroup {
  /** The smallest tensor id in it. */
  readonly id: number;
  readonly members: readonly number[];
  /** The members, or tensors they are copied from, whose values decided. */
  readonly sources: readonly number[];
  readonly scale: number;
}

/** A tie that was left out, with the reason. */
export interface BrokenScaleTie {
  readonly node: number;
  readonly reason: string;
}

/** The result of a calibration: a scale, or the reason for none, for every tensor that was asked for. */
export interface ScaleTable {
  readonly tensors: ReadonlyMap<number, TensorScale>;
  /** By tensor id: why it has no scale. */
  readonly without: ReadonlyMap<number, string>;
  /** Groups of two and more. */
  readonly groups: readonly ScaleGroup[];
  readonly brokenTies: readonly BrokenScaleTie[];
}
