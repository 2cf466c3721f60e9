import { squaredError, writableScale } from './grid.ts';
import { type Buckets, bucketsFor, findValleys, type SweepOptions, type Valley } from './rounding-sweep.ts';
import { quantizeRows } from './rows.ts';
import type { WeightQuantizeOptions, WeightQuantizer } from './weight-quantizer.ts';

/** Of a short channel more is tried: its error has more and steeper valleys, and costs less. */
const SHORT = 64;
/** Buckets until the largest weight is cut off, at least: with few bits there are few whole numbers to pass. */
const LEAST_BUCKETS = 512;
/** The least share of what is rounded that one more round has to gain. */
const ENOUGH = 1e-9;
/** Of channels this long a part is looked at first, see `valleysOf`: at scales of which the ordinary error is 1.4 times the best. */
const LONG = 256;
const PART = 96;
const COARSE = 0.85;
/** Share of the ordinary error that only weights on a grid are below. */
const ON_A_GRID = 0.5;
/** No long channel gains by scales below that of MAX_ABS over this. */
const FINEST = 2;
/** Alternating between rounding and least squares ends after a few rounds; so many at most. */
const ROUNDS = 100;

/**
 * The scale with the least squared error per output channel, of all scales: every place where a weight goes from one whole
 * number to the next is counted, see `findValleys`. The deepest valleys are refined by alternating between rounding and least
 * squares, which never raises the error. Bell-shaped weights came within a thousandth of the least error there is, 65 and fewer of
 * a channel to float32's accuracy; it is never above that of `MAX_ABS`.
 *
 * Zeros, tiny weights and those that are not finite: as `quantizeAdmm`.
 */
export const quantizeMse: WeightQuantizer = (weights, options) => {
  const area = weights.data.length / weights.channels;
  const sweep = sweepOf(area, options.clamp);
  let room: Room | undefined;
  return quantizeRows(weights, options, (row, absMax) => {
    room ??= { magnitudes: new Float32Array(area), buckets: bucketsFor(area, sweep) };
    return rowScale(row, absMax, options, sweep, room);
  });
};

interface Room {
  readonly magnitudes: Float32Array;
  readonly buckets: Buckets;
}

function sweepOf(area: number, clamp: number): SweepOptions {
  const fineness = Math.max(8, LEAST_BUCKETS / clamp);
  return { clamp, fineness, most: area <= SHORT ? 8 : 3 };
}

function rowScale(
  row: Float32Array,
  absMax: number,
  options: WeightQuantizeOptions,
  sweep: SweepOptions,
  { magnitudes, buckets }: Room,
): number {
  const { clamp } = options;
  for (let i = 0; i < row.length; i++) magnitudes[i] = Math.abs(row[i] as number) / absMax;
  let best = { scale: 0, error: Number.POSITIVE_INFINITY };
  for (const { scale } of valleysOf(magnitudes, sweep, buckets)) {
    const fitted = fittedScale(magnitudes, clamp, scale);
    if (fitted.error < best.error) best = fitted;
  }
  for (let round = 0; round < ROUNDS; round++) {
    const next = fittedScale(magnitudes, clamp, best.scale);
    const gained = next.error < best.error * (1 + ENOUGH);
    if (next.error < best.error) best = next;
    if (!gained) break;
  }
  for (let i = 0; i < row.length; i++) magnitudes[i] = Math.abs(row[i] as number);
  const [maxAbs, scale] = [absMax / clamp, best.scale * absMax].map((one) => writableScale(one, options)) as [
    number,
    number,
  ];
  const error = squaredError(magnitudes, scale, clamp, Number.POSITIVE_INFINITY);
  return squaredError(magnitudes, maxAbs, clamp, error) < error ? maxAbs : scale;
}

/**
 * A scale above twice that of MAX_ABS is never better than half of it, on whose grid all its multiples lie as well. From there to
 * a little above that of MAX_ABS only weights that already lie on a grid have a valley that is deep enough, as in networks that
 * were int8 before; in a long channel a part of the weights tells.
 */
function valleysOf(magnitudes: Float32Array, sweep: SweepOptions, buckets: Buckets): readonly Valley[] {
  const { clamp } = sweep;
  const from = clamp / 2;
  if (magnitudes.length < LONG) return findValleys(magnitudes, { from }, sweep, buckets);
  const coarse = { from, to: COARSE * clamp };
  const [some] = findValleys(magnitudes.subarray(0, PART), coarse, sweep, buckets);
  const onGrid = some !== undefined && some.error < ON_A_GRID * ordinaryError(some.scale, PART);
  const found = onGrid ? findValleys(magnitudes, coarse, sweep, buckets) : [];
  const finest = 1 / (FINEST * clamp);
  if (found[0] && found[0].error < ON_A_GRID * ordinaryError(finest, magnitudes.length)) return found;
  return [...found, ...findValleys(magnitudes, { from: coarse.to }, sweep, buckets)];
}

/** Of so many values that lie anywhere on a grid: a twelfth of the step squared each. */
function ordinaryError(step: number, count: number): number {
  return (step * step * count) / 12;
}

/** Least squares for the whole numbers that a scale gives: Σ q·x / Σ q², and what the error is with it, less Σ x². */
function fittedScale(
  magnitudes: Float32Array,
  clamp: number,
  scale: number,
): { scale: number; error: number } {
  const inverse = 1 / scale;
  let products = 0;
  let squares = 0;
  for (let i = 0; i < magnitudes.length; i++) {
    const x = magnitudes[i] as number;
    const q = (Math.min(clamp, x * inverse) + 0.5) | 0;
    products += q * x;
    squares += q * q;
  }
  return { scale: products / squares, error: -(products * products) / squares };
}
