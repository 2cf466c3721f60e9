import { BUCKET_SHIFT, type ValueBucketParts, ValueBuckets } from '@mnnquant/graph';
import { areCounts, type NumberArray, narrowest } from './number-array.ts';

/** A float32's pattern holds so many bits below the exponent. */
const MANTISSA_BITS = 23;
/** Buckets of one power of two. */
const PER_OCTAVE = 2 ** (MANTISSA_BITS - BUCKET_SHIFT);
/** Numbers from this pattern on are infinite or none. */
const INFINITE_PATTERN = 0x7f800000;

/** How the arrays of buckets are to be read. */
export type BucketForm =
  /** The values themselves: `steps` from one float32 pattern to the next, ascending from 0. */
  | { readonly form: 'values' }
  /**
   * `counts` of all buckets from `first` on, and for each that is not empty `rests`: how far the sum of its values is
   * above what it would be if all lay at the lower edge, in steps of a float32.
   */
  | { readonly form: 'counts'; readonly first: number; readonly lowest: number };

/** The names of the arrays of each form. */
export const BUCKET_ARRAYS = { values: ['steps'], counts: ['counts', 'rests'] } as const satisfies Record<
  BucketForm['form'],
  readonly string[]
>;

/** Buckets as arrays of whole numbers, from which they come back exactly. */
export interface BucketArrays {
  readonly form: BucketForm;
  /** By the names in `BUCKET_ARRAYS`. */
  readonly arrays: Readonly<Record<string, NumberArray>>;
}

/**
 * The arrays of buckets: the same for the same values, in whatever order they were added.
 *
 * @throws {RangeError} where a sum cannot be that of float32 numbers
 */
export function bucketArrays(buckets: ValueBuckets): BucketArrays {
  const sorted = buckets.sorted();
  if (sorted !== undefined) return { form: { form: 'values' }, arrays: { steps: stepsOf(sorted) } };
  const { lowest, octaves } = buckets.parts();
  const [first, end] = extent(octaves);
  const counts = new Float64Array(end - first);
  const rests = new Float64Array(end - first);
  let filled = 0;
  for (const [exponent, octaveCounts, sums] of octaves) {
    const { start, width, step } = gridOf(exponent);
    const shift = exponent * PER_OCTAVE - first;
    for (let place = 0; place < PER_OCTAVE; place++) {
      const count = octaveCounts[place] as number;
      if (count === 0) continue;
      counts[shift + place] = count;
      rests[filled++] = ((sums[place] as number) - count * (start + place * width)) / step;
    }
  }
  const used = rests.subarray(0, filled);
  if (!areCounts(used)) throw new RangeError('buckets: expected sums of float32 numbers');
  return {
    form: { form: 'counts', first, lowest },
    arrays: { counts: narrowest(counts), rests: narrowest(used) },
  };
}

/**
 * The buckets that arrays stand for.
 *
 * @throws {RangeError} where no buckets have such arrays
 */
export function bucketsFrom({ form, arrays }: BucketArrays): ValueBuckets {
  const names: readonly string[] = BUCKET_ARRAYS[form.form];
  const [first, second] = names.map((name) => {
    const array = arrays[name];
    if (array === undefined || !areCounts(array)) throw new RangeError(`${name}: expected whole numbers`);
    return array;
  });
  if (form.form === 'values')
    return ValueBuckets.fromParts({ values: [valuesFrom(first!)], lowest: 0, octaves: [] });
  const octaves = octavesFrom(form.first, first!, second!);
  return ValueBuckets.fromParts({ values: undefined, lowest: form.lowest, octaves });
}

/**
 * Where the buckets of an exponent begin, how wide they are, and what one step of a float32 is there; exponent 0 is that
 * of subnormals.
 */
function gridOf(exponent: number): { readonly start: number; readonly width: number; readonly step: number } {
  const unit = 2 ** (Math.max(1, exponent) - 127);
  return { start: exponent === 0 ? 0 : unit, width: unit / PER_OCTAVE, step: unit / 2 ** MANTISSA_BITS };
}

/** The first bucket that is not empty, and the one behind the last. */
function extent(octaves: ValueBucketParts['octaves']): [first: number, end: number] {
  let [first, end] = [Number.POSITIVE_INFINITY, 0];
  for (const [exponent, counts] of octaves)
    for (let place = 0; place < PER_OCTAVE; place++) {
      if (counts[place] === 0) continue;
      const bucket = exponent * PER_OCTAVE + place;
      first = Math.min(first, bucket);
      end = Math.max(end, bucket + 1);
    }
  return end === 0 ? [0, 0] : [first, end];
}

/** @param sorted float32 numbers above 0, ascending */
function stepsOf(sorted: Float32Array): NumberArray {
  const patterns = new Uint32Array(sorted.buffer, sorted.byteOffset, sorted.length);
  return narrowest(patterns.map((pattern, i) => pattern - (i === 0 ? 0 : (patterns[i - 1] as number))));
}

function valuesFrom(steps: NumberArray): Float32Array {
  const patterns = new Uint32Array(steps.length);
  let pattern = 0;
  for (let i = 0; i < steps.length; i++) {
    pattern += steps[i] as number;
    if (pattern === 0 || pattern >= INFINITE_PATTERN)
      throw new RangeError('steps: expected those of finite numbers above 0');
    patterns[i] = pattern;
  }
  return new Float32Array(patterns.buffer);
}

function octavesFrom(first: number, counts: NumberArray, rests: NumberArray): ValueBucketParts['octaves'] {
  if (!Number.isSafeInteger(first) || first < 0 || first + counts.length > INFINITE_PATTERN >>> BUCKET_SHIFT)
    throw new RangeError(`buckets: expected finite numbers, got ${counts.length} buckets from ${first} on`);
  const octaves: (readonly [number, Uint32Array, Float64Array])[] = [];
  let filled = 0;
  const [lowest, highest] = [first, first + counts.length - 1].map((bucket) =>
    Math.floor(bucket / PER_OCTAVE),
  );
  for (let exponent = lowest as number; exponent <= (highest as number); exponent++) {
    const { start, width, step } = gridOf(exponent);
    const shift = exponent * PER_OCTAVE - first;
    const octaveCounts = new Uint32Array(PER_OCTAVE);
    const sums = new Float64Array(PER_OCTAVE);
    const end = Math.min(PER_OCTAVE, counts.length - shift);
    for (let place = Math.max(0, -shift); place < end; place++) {
      const count = counts[shift + place] as number;
      if (count === 0) continue;
      octaveCounts[place] = count;
      sums[place] = count * (start + place * width) + (rests[filled++] ?? Number.NaN) * step;
    }
    octaves.push([exponent, octaveCounts, sums]);
  }
  if (filled !== rests.length)
    throw new RangeError(`rests: expected ${filled} numbers, one per bucket, got ${rests.length}`);
  return octaves;
}
