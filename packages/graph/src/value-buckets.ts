import type { TensorData } from './tensor.ts';

/** Bits of a float32's mantissa that tell buckets apart. */
const MANTISSA_BITS = 10;
/** Buckets of one power of two. */
export const BUCKETS_PER_OCTAVE = 2 ** MANTISSA_BITS;
/** The bucket of a positive float32 is the upper bits of its pattern. */
export const BUCKET_SHIFT = 23 - MANTISSA_BITS;

/** The values of one power of two: [0, n) how many there are per bucket, [n, 2n) their sums. */
type Octave = Float64Array;

/** One bucket: `count` values in [low, high) that add up to `sum`. */
export interface ValueBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly sum: number;
}

/**
 * How many values |x| lie in which small interval, and what they add up to: exact counts, sums in
 * double precision. The intervals do not depend on the range of the values: 1024 equal ones to every
 * power of two, so one is at most a 1024th wide of what it holds. Zero, NaN and infinities are in none.
 *
 * Takes 16 KiB for every power of two that occurs, however many values there are.
 */
export class ValueBuckets {
  readonly #octaves: (Octave | undefined)[] = [];

  /** Adds `count` values of bucket `index` with the given sum. */
  add(index: number, count: number, sum: number): void {
    const octave = this.#octave(index >> MANTISSA_BITS);
    const place = index & (BUCKETS_PER_OCTAVE - 1);
    octave[place] += count;
    octave[place + BUCKETS_PER_OCTAVE] += sum;
  }

  /** Adds what another one holds. */
  merge(other: ValueBuckets): void {
    for (const [exponent, octave] of other.#octaves.entries()) {
      if (octave === undefined) continue;
      const own = this.#octave(exponent);
      for (let i = 0; i < own.length; i++) own[i] += octave[i];
    }
  }

  /** Buckets that hold something, from the smallest values to the largest. */
  *[Symbol.iterator](): Generator<ValueBucket> {
    for (const [exponent, octave] of this.#octaves.entries()) {
      if (octave === undefined) continue;
      for (let place = 0; place < BUCKETS_PER_OCTAVE; place++) {
        const count = octave[place];
        if (count === 0) continue;
        const index = exponent * BUCKETS_PER_OCTAVE + place;
        yield { low: edge(index), high: edge(index + 1), count, sum: octave[place + BUCKETS_PER_OCTAVE] };
      }
    }
  }

  #octave(exponent: number): Octave {
    const existing = this.#octaves[exponent];
    if (existing !== undefined) return existing;
    const octave = new Float64Array(2 * BUCKETS_PER_OCTAVE);
    this.#octaves[exponent] = octave;
    return octave;
  }
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** The smallest value of a bucket. */
function edge(index: number): number {
  bits[0] = index << BUCKET_SHIFT;
  return float[0];
}

/** Adds |x| of every finite value that is not zero. */
export function addToBuckets(data: TensorData, buckets: ValueBuckets): void {
  for (const value of data) {
    const magnitude = Math.abs(value);
    if (magnitude === 0 || !Number.isFinite(Math.fround(magnitude))) continue;
    float[0] = magnitude;
    buckets.add(bits[0] >>> BUCKET_SHIFT, 1, magnitude);
  }
}
