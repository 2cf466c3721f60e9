/** Magnitudes of one channel in the form that {@link fitScale} needs. */
export interface SortedMagnitudes {
  /** Ascending, the last one above 0. */
  readonly values: Float32Array;
  /** Sum of `values` from each position on, in float64. */
  readonly sums: Float64Array;
}

/** How many times MNN alternates. */
const ITERATIONS = 1000;

/** @param magnitudes finite, not negative; comes back sorted in place */
export function sortMagnitudes(magnitudes: Float32Array): SortedMagnitudes {
  // Positive floats are in the order of their bits, and whole numbers are sorted in half the time.
  new Uint32Array(magnitudes.buffer, magnitudes.byteOffset, magnitudes.length).sort();
  const sums = new Float64Array(magnitudes.length);
  let sum = 0;
  for (let i = magnitudes.length - 1; i >= 0; i--) {
    sum += magnitudes[i] as number;
    sums[i] = sum;
  }
  return { values: magnitudes, sums };
}

/**
 * Where MNN's `QuantizeWeightADMM` (quantizeWeight.cpp, 3.6.1) is after 1000 rounds of: round |w| to
 * multiples q of the scale, at most `clamp`; take the scale with the least squared error for these q,
 * Σ|w|q / Σq². Rounding cuts the sorted magnitudes into runs, so a round only needs the `clamp`
 * positions of the cuts, which move little from round to round. Once the scale repeats itself it
 * stays, and further rounds are left out.
 *
 * MNN adds 1e-9 to both divisors against zero ones; there are none here, and channels of tiny weights
 * would suffer.
 *
 * @param start scale to begin with, above 0 and at most twice the largest magnitude
 */
export function fitScale(magnitudes: SortedMagnitudes, clamp: number, start: number): number {
  const few = magnitudes.values.length <= clamp;
  const cuts = new Int32Array(few ? 0 : clamp);
  let scale = start;
  for (let round = 0; round < ITERATIONS; round++) {
    const next = few ? refitFew(magnitudes, clamp, scale) : refit(magnitudes, cuts, scale);
    if (next === scale) break;
    scale = next;
  }
  return scale;
}

/**
 * Goes from cut to cut.
 *
 * @param cuts by q - 1, the first magnitude that is rounded to q or more; those of any scale on entry
 */
function refit({ values, sums }: SortedMagnitudes, cuts: Int32Array, scale: number): number {
  const count = values.length;
  let products = 0;
  let squares = 0;
  let cut = 0;
  for (let q = 1; q <= cuts.length && cut < count; q++) {
    const threshold = (q - 0.5) * scale;
    cut = Math.max(cut, cuts[q - 1] as number);
    while (cut > 0 && (values[cut - 1] as number) >= threshold) cut--;
    while (cut < count && (values[cut] as number) < threshold) cut++;
    cuts[q - 1] = cut;
    if (cut === count) break;
    products += sums[cut] as number;
    squares += (2 * q - 1) * (count - cut);
  }
  return products / squares;
}

/**
 * The same, to the bit: with fewer magnitudes than cuts, most of which lie between the same two, it is
 * faster to go from magnitude to magnitude.
 */
function refitFew({ values, sums }: SortedMagnitudes, clamp: number, scale: number): number {
  let products = 0;
  let squares = 0;
  let q = 1;
  for (let cut = 0; cut < values.length && q <= clamp; cut++) {
    const magnitude = values[cut] as number;
    const sum = sums[cut] as number;
    const count = values.length - cut;
    for (; q <= clamp && (q - 0.5) * scale <= magnitude; q++) {
      products += sum;
      squares += (2 * q - 1) * count;
    }
  }
  return products / squares;
}
