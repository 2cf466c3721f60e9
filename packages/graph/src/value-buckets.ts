import { magnitudesOf, sortMagnitudes } from './magnitudes.ts';
import type { TensorData } from './tensor.ts';

/** Bits of a float32's mantissa that tell buckets apart. */
const MANTISSA_BITS = 14;
/** Buckets of one power of two. */
const PER_OCTAVE = 2 ** MANTISSA_BITS;
/** Powers of two that are kept below the largest value. */
const OCTAVES = 16;
/** Up to so many values are kept as they are. */
const EXACT = 2 ** 19;
/** The bucket of a positive float32 is `pattern >>> BUCKET_SHIFT`. */
export const BUCKET_SHIFT = 23 - MANTISSA_BITS;
/** How many buckets there are at most at once. */
export const MOST_BUCKETS = (OCTAVES + 1) * PER_OCTAVE;

/** One bucket: `count` values in [low, high) that add up to `sum`; a single value has low = high = sum. */
export interface ValueBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly sum: number;
}

/** Everything that is in `ValueBuckets`, as data that can be sent to another thread. */
export interface ValueBucketParts {
  /** The values themselves, while they are few. */
  readonly values: readonly Float32Array[] | undefined;
  readonly lowest: number;
  /** Exponent, counts and sums. */
  readonly octaves: readonly (readonly [number, Uint32Array, Float64Array])[];
}

/** Buckets as columns, ascending; see `ValueBucket`. */
export interface BucketColumns {
  /** Edges of buckets are float32 numbers, but for the end of the last one, 2^128. */
  readonly lows: Float32Array;
  readonly highs: Float64Array;
  readonly counts: Uint32Array;
  readonly sums: Float64Array;
}

/** Exponents of float32, biased as in the pattern of a number. */
const EXPONENTS = 256;

interface Octave {
  readonly counts: Uint32Array;
  readonly sums: Float64Array;
}

/**
 * How often |x| has which value, in bounded memory. Up to 524288 values are kept as they are. More are
 * counted in small intervals, 16384 equal ones to every power of two, with exact counts and exact sums (values of a
 * bucket have one exponent, so that double precision holds what 2^29 of them add up to); then what is less than a
 * 65536th of the largest value is left out. Zero, NaN and infinities are never in it.
 *
 * Takes at most 3.2 MiB, however many values there are.
 */
export class ValueBuckets {
  #values: Float32Array[] | undefined = [];
  #held = 0;
  /** By exponent. */
  readonly #octaves: (Octave | undefined)[] = new Array<undefined>(EXPONENTS).fill(undefined);
  #lowest = 0;

  static fromParts({ values, lowest, octaves }: ValueBucketParts): ValueBuckets {
    const buckets = new ValueBuckets();
    buckets.#values = values && [...values];
    buckets.#held = (values ?? []).reduce((sum, { length }) => sum + length, 0);
    buckets.#lowest = lowest;
    for (const [exponent, counts, sums] of octaves) buckets.#octaves[exponent] = { counts, sums };
    return buckets;
  }

  /** Views of what is in it, not copies. */
  parts(): ValueBucketParts {
    const octaves = this.#octaves.flatMap((octave, exponent) =>
      octave === undefined ? [] : [[exponent, octave.counts, octave.sums] as const],
    );
    return { values: this.#values, lowest: this.#lowest, octaves };
  }

  /** Whether values are counted by bucket already, since they were too many to keep. */
  get isCounting(): boolean {
    return this.#values === undefined;
  }

  /** Whether `count` values more can be kept as they are; then `addValues` is the way. */
  holds(count: number): boolean {
    return this.#values !== undefined && this.#held + count <= EXACT;
  }

  /** Adds |x| of every finite value that is not zero. */
  addValues(data: TensorData): void {
    this.#addMagnitudes(magnitudesOf(data));
  }

  #addMagnitudes(magnitudes: Float32Array): void {
    if (this.holds(magnitudes.length)) {
      this.#values!.push(magnitudes);
      this.#held += magnitudes.length;
      return;
    }
    this.reach(largest(magnitudes));
    this.#count(magnitudes);
  }

  /**
   * Prepares for values up to `absMax`, counted by bucket from now on.
   *
   * @returns the lowest bucket that is still kept
   */
  reach(absMax: number): number {
    const kept = this.#values ?? [];
    this.#values = undefined;
    this.#raise(kept.reduce((most, part) => Math.max(most, largest(part)), absMax));
    for (const part of kept) this.#count(part);
    return this.#lowest;
  }

  /** Adds `count` values of a bucket with the given sum; after `reach`. */
  add(bucket: number, count: number, sum: number): void {
    if (bucket < this.#lowest) return;
    const { counts, sums } = this.#octave(bucket >> MANTISSA_BITS);
    const place = bucket & (PER_OCTAVE - 1);
    counts[place] += count;
    sums[place] += sum;
  }

  /**
   * Moves a table of buckets in: `first` on, none below what `reach` returned; counts and sums are zero afterwards.
   * Much faster than `add` for each, since a tensor may fill a hundred thousand buckets.
   */
  take(first: number, counts: Uint32Array, sums: Float64Array): void {
    for (let start = 0; start < counts.length; ) {
      const place = (first + start) & (PER_OCTAVE - 1);
      const end = Math.min(counts.length, start + PER_OCTAVE - place);
      if (hasAny(counts, start, end)) {
        const octave = this.#octave((first + start) >> MANTISSA_BITS);
        moveInto(octave, place - start, counts, sums, start, end);
      }
      start = end;
    }
  }

  /** Adds what another one holds. */
  merge(other: ValueBuckets): void {
    if (other.#values !== undefined) {
      for (const part of other.#values) this.#addMagnitudes(part);
      return;
    }
    this.reach(0);
    this.#raiseTo(other.#lowest);
    other.#octaves.forEach((octave, exponent) => {
      if (octave !== undefined && exponent * PER_OCTAVE >= this.#lowest)
        addOctave(this.#octave(exponent), octave);
    });
  }

  /** What is not empty, from the smallest values to the largest. */
  *[Symbol.iterator](): Generator<ValueBucket> {
    const { lows, highs, counts, sums } = this.columns();
    for (let i = 0; i < lows.length; i++)
      yield { low: lows[i], high: highs[i], count: counts[i], sum: sums[i] };
  }

  /** The values themselves, ascending, as long as they are kept. */
  sorted(): Float32Array | undefined {
    if (this.#values === undefined) return undefined;
    const all = new Float32Array(this.#held);
    let end = 0;
    for (const part of this.#values) {
      all.set(part, end);
      end += part.length;
    }
    return sortMagnitudes(all);
  }

  /** What is not empty as columns: entry i of each belongs to one bucket. */
  columns(): BucketColumns {
    const sorted = this.sorted();
    if (sorted !== undefined) {
      const values = new Float64Array(sorted);
      return { lows: sorted, highs: values, counts: new Uint32Array(sorted.length).fill(1), sums: values };
    }
    const most = this.#octaves.filter((octave) => octave !== undefined).length * PER_OCTAVE;
    const lows = new Float32Array(most);
    const [highs, sums] = [0, 1].map(() => new Float64Array(most));
    const counts = new Uint32Array(most);
    let end = 0;
    for (let exponent = 0; exponent < EXPONENTS; exponent++) {
      const octave = this.#octaves[exponent];
      if (octave === undefined) continue;
      const [start, width] = extentOf(exponent);
      for (let place = 0; place < PER_OCTAVE; place++) {
        if (octave.counts[place] === 0) continue;
        lows[end] = start + place * width;
        highs[end] = start + (place + 1) * width;
        counts[end] = octave.counts[place];
        sums[end] = octave.sums[place];
        end++;
      }
    }
    const cut = <T extends Float32Array | Float64Array | Uint32Array>(column: T) =>
      column.subarray(0, end) as T;
    return { lows: cut(lows), highs: cut(highs), counts: cut(counts), sums: cut(sums) };
  }

  #count(magnitudes: Float32Array): void {
    const patterns = new Int32Array(magnitudes.buffer, magnitudes.byteOffset, magnitudes.length);
    for (let i = 0; i < patterns.length; i++) this.add(patterns[i] >>> BUCKET_SHIFT, 1, magnitudes[i]);
  }

  #raise(absMax: number): void {
    const pattern = new Int32Array(Float32Array.of(absMax).buffer)[0];
    if (absMax > 0) this.#raiseTo((pattern >>> BUCKET_SHIFT) - OCTAVES * PER_OCTAVE);
  }

  #raiseTo(bucket: number): void {
    // Whole powers of two, so that what is dropped does not depend on the order of the values.
    const exponent = Math.max(0, bucket >> MANTISSA_BITS);
    this.#lowest = Math.max(this.#lowest, exponent * PER_OCTAVE);
    this.#octaves.fill(undefined, 0, exponent);
  }

  #octave(exponent: number): Octave {
    let octave = this.#octaves[exponent];
    if (octave === undefined) {
      octave = { counts: new Uint32Array(PER_OCTAVE), sums: new Float64Array(PER_OCTAVE) };
      this.#octaves[exponent] = octave;
    }
    return octave;
  }
}

function largest(magnitudes: Float32Array): number {
  let most = 0;
  for (let i = 0; i < magnitudes.length; i++) if (magnitudes[i] > most) most = magnitudes[i];
  return most;
}

/** Where the values of an octave begin, and how wide its buckets are; exponent 0 is that of subnormals. */
function extentOf(exponent: number): [start: number, width: number] {
  const unit = 2 ** (Math.max(1, exponent) - 127);
  return [exponent === 0 ? 0 : unit, unit / PER_OCTAVE];
}

function hasAny(counts: Uint32Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (counts[i] !== 0) return true;
  return false;
}

/** Adds what lies from `start` to `end` at `shift` places further, and leaves zeros. */
function moveInto(
  target: Octave,
  shift: number,
  counts: Uint32Array,
  sums: Float64Array,
  start: number,
  end: number,
): void {
  const { counts: ownCounts, sums: ownSums } = target;
  for (let i = start; i < end; i++) {
    const count = counts[i];
    if (count === 0) continue;
    ownCounts[i + shift] += count;
    ownSums[i + shift] += sums[i];
    counts[i] = 0;
    sums[i] = 0;
  }
}

function addOctave(target: Octave, source: Octave): void {
  for (let place = 0; place < PER_OCTAVE; place++) {
    target.counts[place] += source.counts[place];
    target.sums[place] += source.sums[place];
  }
}
