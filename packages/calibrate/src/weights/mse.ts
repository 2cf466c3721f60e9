import { fitScale, type SortedMagnitudes, sortMagnitudes } from './alternating-fit.ts';
import { squaredError, writableScale } from './grid.ts';
import { magnitudesOf, quantizeRows } from './rows.ts';
import type { WeightQuantizeOptions, WeightQuantizer } from './weight-quantizer.ts';

/** Shares of the MAX_ABS scale that are tried, from the largest down. */
const LARGEST_SHARE = 1.1;
/** Between two of them, for long channels; a short one has more valleys, and costs less. */
const STEP = 1 / 64;
const SHORT_STEP = 1 / 512;
const SHORT = 64;
/** So many of the best are refined. */
const REFINED = 3;

/**
 * The scale with the least squared error per output channel, looked for over a grid of scales down from above that of MAX_ABS
 * until what is cut off alone costs more than the best so far; the best are refined by alternating between rounding and least
 * squares, which never raises the error. MAX_ABS and ADMM's two starts are among those tried, so it is never worse than either.
 *
 * Zeros, tiny weights and those that are not finite: as `quantizeAdmm`.
 */
export const quantizeMse: WeightQuantizer = (weights, options) => quantizeRows(weights, options, rowScale);

function rowScale(row: Float32Array, absMax: number, options: WeightQuantizeOptions): number {
  const { clamp } = options;
  const magnitudes = magnitudesOf(row);
  const sorted = sortMagnitudes(magnitudes.slice());
  const best = new BestScales(magnitudes, options);
  const unit = absMax / clamp;
  best.try(unit);
  const clipping = new Clipping(sorted);
  const step = row.length <= SHORT ? SHORT_STEP : STEP;
  for (let share = LARGEST_SHARE; share > 0; share -= step) {
    const scale = share * unit;
    if (clipping.error(scale * clamp) > best.least) break;
    best.try(scale);
  }
  const starts = best.scales.slice(0, REFINED);
  const mean = (sorted.sums[0] as number) / row.length;
  for (const start of [...starts, unit, clamp > 1 ? unit / ADMM_START : mean])
    best.try(fitScale(sorted, clamp, start));
  return best.scales[0] as number;
}

/** See `quantizeAdmm`. */
const ADMM_START = 1.25;

/** The scales with the least squared error so far, best first; of equal ones what was tried first. */
class BestScales {
  readonly scales: number[] = [];
  readonly #errors: number[] = [];
  readonly #magnitudes: Float32Array;
  readonly #options: WeightQuantizeOptions;

  constructor(magnitudes: Float32Array, options: WeightQuantizeOptions) {
    this.#magnitudes = magnitudes;
    this.#options = options;
  }

  get least(): number {
    return this.#errors[0] ?? Number.POSITIVE_INFINITY;
  }

  try(candidate: number): void {
    const scale = writableScale(candidate, this.#options);
    const worst = this.#errors[REFINED - 1] ?? Number.POSITIVE_INFINITY;
    if (this.scales.includes(scale)) return;
    const error = squaredError(this.#magnitudes, scale, this.#options.clamp, worst);
    if (!(error < worst)) return;
    const place = this.#errors.filter((other) => other <= error).length;
    this.#errors.splice(place, 0, error);
    this.scales.splice(place, 0, scale);
    this.#errors.length = Math.min(REFINED, this.#errors.length);
    this.scales.length = Math.min(REFINED, this.scales.length);
  }
}

/** What cutting off costs, for clips that fall from one to the next. */
class Clipping {
  readonly #values: Float32Array;
  #left: number;
  #sum = 0;
  #squares = 0;

  constructor({ values }: SortedMagnitudes) {
    this.#values = values;
    this.#left = values.length;
  }

  /** Squared error of the values above `clip`, which become `clip`. */
  error(clip: number): number {
    while (this.#left > 0 && (this.#values[this.#left - 1] as number) > clip) {
      const value = this.#values[--this.#left] as number;
      this.#sum += value;
      this.#squares += value * value;
    }
    const count = this.#values.length - this.#left;
    return this.#squares - 2 * clip * this.#sum + clip * clip * count;
  }
}
