import { scaleByPowerOfTwo, type TensorData } from '@mnnquant/graph';

/** At most so many bins, and half as many at least, where there are as many values: about what a picture shows. */
const MOST_BINS = 200;

/** Bins of one width that is a power of two, so that values fall into the same ones whatever came before. */
export interface Bins {
  readonly min: number;
  readonly max: number;
  readonly counts: readonly number[];
}

/** How the finite values of a tensor are spread, over samples. */
export interface Distribution extends Bins {
  /** Smallest and largest value. */
  readonly lowest: number;
  readonly highest: number;
  readonly count: number;
  readonly mean: number;
  /** Of all values, not estimated for more. */
  readonly deviation: number;
  readonly notFinite: number;
}

/**
 * Counts values as they come, in one pass.
 *
 * Bin k is [k w, (k + 1) w) with a width w that is a power of two: as the range grows, neighbours are put together,
 * which is exact. So the bins depend on the values alone, not on their order or on how they came in parts; zero is
 * always an end of a bin.
 */
export class DistributionCounter {
  #exponent = MIN_EXPONENT;
  /** Number of the first bin; `#counts` are those from there on. */
  #first = 0;
  #counts = new Float64Array(0);
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;
  #count = 0;
  #mean = 0;
  /** Sum of squared differences from the mean. */
  #squares = 0;
  #notFinite = 0;

  /** The values of one sample; samples come in their order. */
  add(data: TensorData): void {
    const part = rangeAndSum(data);
    this.#notFinite += part.notFinite;
    if (part.count === 0) return;
    this.#lowest = Math.min(this.#lowest, part.low);
    this.#highest = Math.max(this.#highest, part.high);
    this.#addMoments(data, part);
    this.#makeRoom();
    this.#bin(data);
  }

  /** `undefined` where no value was finite. */
  get distribution(): Distribution | undefined {
    if (this.#count === 0) return undefined;
    return {
      ...this.#bins,
      lowest: this.#lowest,
      highest: this.#highest,
      count: this.#count,
      mean: this.#mean,
      deviation: Math.sqrt(this.#squares / this.#count),
      notFinite: this.#notFinite,
    };
  }

  get notFinite(): number {
    return this.#notFinite;
  }

  get #bins(): Bins {
    const width = powerOfTwo(this.#exponent);
    // A bin that can be seen around a constant, where one that holds it could be of any width.
    if (this.#lowest === this.#highest) {
      const half = (Math.abs(this.#lowest) || 1) / 2;
      return { min: this.#lowest - half, max: this.#lowest + half, counts: [...this.#counts] };
    }
    return {
      min: this.#first * width,
      max: (this.#first + this.#counts.length) * width,
      counts: [...this.#counts],
    };
  }

  /** Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979. */
  #addMoments(data: TensorData, { count, sum }: Part): void {
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < data.length; i++) {
      const x = data[i]!;
      if (x - x === 0) squares += (x - mean) * (x - mean);
    }
    const total = this.#count + count;
    const between = mean - this.#mean;
    this.#squares += squares + (between * between * this.#count * count) / total;
    this.#mean += (between * count) / total;
    this.#count = total;
  }

  /** Wider bins until the range fits, and what was counted put into them. */
  #makeRoom(): void {
    const before = this.#exponent;
    const [oldFirst, oldCounts] = [this.#first, this.#counts];
    const span = (): [number, number] => {
      const width = powerOfTwo(this.#exponent);
      return [Math.floor(this.#lowest / width), Math.floor(this.#highest / width)];
    };
    let [first, last] = span();
    while (last - first >= MOST_BINS || Math.max(-first, last) > LARGEST_NUMBER) {
      this.#exponent++;
      [first, last] = span();
    }
    if (first === oldFirst && last - first + 1 === oldCounts.length && before === this.#exponent) return;
    this.#first = first;
    this.#counts = new Float64Array(last - first + 1);
    const together = powerOfTwo(this.#exponent - before);
    for (let i = 0; i < oldCounts.length; i++)
      this.#counts[Math.floor((oldFirst + i) / together) - first]! += oldCounts[i]!;
  }

  #bin(data: TensorData): void {
    const [counts, first] = [this.#counts, this.#first];
    // A product by a power of two is exact.
    const perUnit = powerOfTwo(-this.#exponent);
    for (let i = 0; i < data.length; i++) {
      const x = data[i]!;
      if (x - x === 0) counts[Math.floor(x * perUnit) - first]!++;
    }
  }
}

/** The smallest distance of two float32: no two values need share a bin of this width. */
const MIN_EXPONENT = -149;

/** Bins beyond this number would be narrower than what tells two float32 apart, 2^-24 of a value, divided by the bins. */
const LARGEST_NUMBER = 2 ** 31;

interface Part {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly sum: number;
  readonly notFinite: number;
}

/** Of the finite values: x - x is 0 for those alone. */
function rangeAndSum(data: TensorData): Part {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let [count, sum] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (x - x !== 0) continue;
    count++;
    sum += x;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return { low, high, count, sum, notFinite: data.length - count };
}

function powerOfTwo(exponent: number): number {
  return scaleByPowerOfTwo(1, exponent);
}
