/** A scale worth a closer look. */
export interface Valley {
  /** Relative to the largest magnitude. */
  readonly scale: number;
  /** Σ (x - q·scale)² of the whole numbers that lead to it, in squares of the largest magnitude. */
  readonly error: number;
}

export interface SweepOptions {
  /** The largest whole number. */
  readonly clamp: number;
  /** Buckets while the largest weight passes one whole number. */
  readonly fineness: number;
  /** How many valleys to find. */
  readonly most: number;
}

/** A stretch of 1/scale; without an end it goes on until what is cut off alone costs more than the best. */
export interface Stretch {
  readonly from: number;
  readonly to?: number;
}

/** How far a sweep goes at once, as a share of the clamp, before it asks whether more can be gained. */
const STRIDE = 0.4;

/**
 * Goes through all scales of a stretch, from the largest down, and finds the deepest valleys of the squared error, the deepest
 * first.
 *
 * A weight x goes from q to q + 1 where 1/scale passes (q + 1/2) / x, so that for one weight these places lie 1/x apart. All of
 * them are put into narrow buckets of 1/scale; summed up from the start these give Σ q·x and Σ q² at the end of each, and with
 * them the least error of all scales for these whole numbers, Σ x² - (Σ q·x)² / Σ q². Rounding once more only lowers it.
 *
 * Below the largest weight, clamp·scale cuts more off the smaller the scale is, so that nothing better lies behind the end.
 *
 * @param magnitudes of one channel, finite, relative to the largest of them
 */
export function findValleys(
  magnitudes: Float32Array,
  { from: start, to: end = Number.POSITIVE_INFINITY }: Stretch,
  options: SweepOptions,
  buckets: Buckets,
): readonly Valley[] {
  const { clamp, fineness } = options;
  const valleys = new Valleys(magnitudes, start, options.most, buckets.reached);
  const most = bucketsOf(strideOf(clamp), options);
  for (let from = start; from < end; from += strideOf(clamp)) {
    // What the last bucket has of the next stride is not counted again there.
    const count = Math.min(most, Math.ceil((end - from) * fineness));
    buckets.products.fill(0);
    buckets.squares.fill(0);
    fill(buckets, magnitudes, { from, count }, options);
    valleys.walk(buckets, count + 1);
    // NaN ends it as well.
    if (!(clippingError(magnitudes, clamp / (from + strideOf(clamp))) < valleys.least)) break;
  }
  return valleys.found();
}

/** Room for {@link findValleys} to work in, for one channel after the other. */
export interface Buckets {
  readonly products: Float64Array;
  readonly squares: Float64Array;
  /** q of each weight, so far. */
  readonly reached: Int32Array;
}

/** @param area weights of a channel */
export function bucketsFor(area: number, options: SweepOptions): Buckets {
  // One more for what rounding puts behind the end.
  const count = bucketsOf(strideOf(options.clamp), options) + 1;
  return {
    products: new Float64Array(count),
    squares: new Float64Array(count),
    reached: new Int32Array(area),
  };
}

function strideOf(clamp: number): number {
  return Math.max(1, clamp * STRIDE);
}

/** How many whole buckets a stride takes. */
function bucketsOf(stride: number, { fineness }: SweepOptions): number {
  return Math.ceil(stride * fineness);
}

/** Counts where weights pass from one whole number to the next, over `count` buckets from 1/scale = `from` on. */
function fill(
  { products, squares, reached }: Buckets,
  magnitudes: Float32Array,
  { from, count }: { readonly from: number; readonly count: number },
  { clamp, fineness }: SweepOptions,
): void {
  for (let i = 0; i < magnitudes.length; i++) {
    const x = magnitudes[i] as number;
    // Zeros stay zeros with any scale.
    if (x === 0) continue;
    const apart = fineness / x;
    let q = reached[i] as number;
    let at = Math.max(0, (q + 0.5) * apart - from * fineness);
    const last = Math.min(clamp, q + Math.max(0, Math.ceil((count - at) / apart)));
    for (; q < last; q++) {
      const bucket = at | 0;
      products[bucket] = (products[bucket] as number) + x;
      squares[bucket] = (squares[bucket] as number) + 2 * q + 1;
      at += apart;
    }
    reached[i] = last;
  }
}

/** Squared error of the magnitudes above `clip`, which become `clip`. */
function clippingError(magnitudes: Float32Array, clip: number): number {
  let sum = 0;
  for (let i = 0; i < magnitudes.length; i++) {
    const beyond = Math.max(0, (magnitudes[i] as number) - clip);
    sum += beyond * beyond;
  }
  return sum;
}

/** Sums from bucket to bucket, and the bottoms that were met on the way. */
class Valleys {
  readonly #most: number;
  readonly #found: Valley[] = [];
  readonly #total: number;
  #products = 0;
  #squares = 0;
  #error: number;
  #scale: number;
  #falling = true;

  /** @param reached becomes q of each weight where the sweep starts */
  constructor(magnitudes: Float32Array, inverse: number, most: number, reached: Int32Array) {
    this.#most = most;
    let [total, products, squares] = [0, 0, 0];
    for (let i = 0; i < magnitudes.length; i++) {
      const x = magnitudes[i] as number;
      const q = (x * inverse + 0.5) | 0;
      reached[i] = q;
      total += x * x;
      products += q * x;
      squares += q * q;
    }
    [this.#total, this.#products, this.#squares] = [total, products, squares];
    this.#error = squares > 0 ? total - products ** 2 / squares : total;
    this.#scale = squares > 0 ? products / squares : 0;
  }

  /** The least error so far. */
  get least(): number {
    return Math.min(this.#error, this.#found[0]?.error ?? Number.POSITIVE_INFINITY);
  }

  walk(buckets: Buckets, count: number): void {
    let [products, squares, error, scale, falling] = [
      this.#products,
      this.#squares,
      this.#error,
      this.#scale,
      this.#falling,
    ];
    const total = this.#total;
    for (let i = 0; i < count; i++) {
      const more = buckets.squares[i] as number;
      if (more === 0) continue;
      products += buckets.products[i] as number;
      squares += more;
      const fitted = products / squares;
      const here = total - products * fitted;
      if (here > error) {
        if (falling) this.#keep(scale, error);
        falling = false;
      } else falling = true;
      error = here;
      scale = fitted;
    }
    [this.#products, this.#squares, this.#error, this.#scale, this.#falling] = [
      products,
      squares,
      error,
      scale,
      falling,
    ];
  }

  found(): readonly Valley[] {
    if (this.#falling) this.#keep(this.#scale, this.#error);
    return this.#found;
  }

  #keep(scale: number, error: number): void {
    const found = this.#found;
    if (!(scale > 0) || error >= (found[this.#most - 1]?.error ?? Number.POSITIVE_INFINITY)) return;
    let place = found.length;
    while (place > 0 && (found[place - 1] as Valley).error > error) place--;
    found.splice(place, 0, { scale, error });
    if (found.length > this.#most) found.pop();
  }
}
