import type { QuantParams, RangeStatistics } from '@mnnquant/graph';
import {
  affineGrid,
  endsOf,
  mirrored,
  movedRange,
  unionOf,
  type ValueRange,
  widenedRange,
} from './moving-range.ts';

/** What is known of a tensor after all batches. */
export interface KeptRange {
  /** Averaged over the batches; `undefined` where no batch had a range. */
  readonly range: ValueRange | undefined;
  /** Finite values that were seen. */
  readonly finite: number;
  /** NaN and infinities that were seen. */
  readonly nonFinite: number;
}

const NOTHING: KeptRange = { range: undefined, finite: 0, nonFinite: 0 };

/** How the range of a tensor differs from the plain moving average. */
export interface RangeKind {
  /** It reaches as far below zero as above, so that the zero point is 0. */
  readonly centered: boolean;
  /** It is the widest of all batches instead of their average. */
  readonly widest: boolean;
}

const PLAIN: RangeKind = { centered: false, widest: false };

/** Keeps the moving ranges of tensors, and the grids of the batch at hand. */
export class RangeKeeper {
  readonly #clamp: number;
  readonly #kept = new Map<number, KeptRange>();
  #batch = new Map<number, ValueRange>();

  constructor(clamp: number) {
    this.#clamp = clamp;
  }

  get ranges(): ReadonlyMap<number, KeptRange> {
    return this.#kept;
  }

  startBatch(): void {
    this.#batch = new Map();
  }

  /**
   * Moves the range of a tensor by what one batch showed. A batch of nothing but zeros, or without a
   * finite value, has no range and does not count.
   *
   * @param parts statistics of the parts of the batch
   * @returns the grid of this batch alone
   */
  take(
    tensor: number,
    parts: readonly RangeStatistics[],
    { centered, widest }: RangeKind = PLAIN,
  ): QuantParams | undefined {
    const before = this.#kept.get(tensor) ?? NOTHING;
    const nonFinite = parts.reduce((sum, part) => sum + part.nonFinite, 0);
    const finite = parts.reduce((sum, part) => sum + part.count, 0) - nonFinite;
    const seen = finite > 0 ? unionOf(parts) : undefined;
    const range = seen && centered ? mirrored(seen) : seen;
    const grid = range && affineGrid(range, this.#clamp);
    const ends = grid && endsOf(grid);
    if (ends) this.#batch.set(tensor, ends);
    const move = widest ? widenedRange : movedRange;
    this.#kept.set(tensor, {
      range: ends ? move(before.range, ends) : before.range,
      finite: before.finite + finite,
      nonFinite: before.nonFinite + nonFinite,
    });
    return grid;
  }

  /** The grid of this batch for tensors that must share one. */
  joint(tensors: readonly number[]): QuantParams | undefined {
    const ranges = tensors.flatMap(
      (tensor) => this.#batch.get(tensor) ?? this.#kept.get(tensor)?.range ?? [],
    );
    const range = unionOf(ranges);
    return range && affineGrid(range, this.#clamp);
  }
}
