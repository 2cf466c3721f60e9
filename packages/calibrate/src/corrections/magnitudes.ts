/** Exponents of 2 that are told apart; what lies further out belongs to the first or the last bin. */
const LOWEST_EXPONENT = -28;
const OCTAVES = 48;

/** Bins to the octave: told by the first three bits of a float32's fraction. */
const PER_OCTAVE = 8;
const FRACTION_BITS = 23;
const SHIFT = FRACTION_BITS - 3;
const EXPONENT_BIAS = 127;
const FIRST = (EXPONENT_BIAS + LOWEST_EXPONENT) * PER_OCTAVE;

/** Of a float32: all but its sign; its infinity. */
const MAGNITUDE = 0x7fffffff;
const INFINITE = 0x7f800000;

/** Bins of one channel; the first has 0 and what is next to nothing. */
export const MAGNITUDE_BINS = OCTAVES * PER_OCTAVE;

/** @param bits of a float32 without its sign */
function binOfBits(bits: number): number {
  const bin = (bits >>> SHIFT) - FIRST;
  if (bin < 0) return 0;
  return bin < MAGNITUDE_BINS ? bin : MAGNITUDE_BINS - 1;
}

/** A function that finds the bin of |x|. */
export function magnitudeBins(): (x: number) => number {
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  return (x) => {
    float[0] = x;
    return binOfBits(bits[0]! & MAGNITUDE);
  };
}

/** The smallest |x| of a bin, 0 for the first; for `MAGNITUDE_BINS` the end of the last. */
export function binStart(bin: number): number {
  if (bin <= 0) return 0;
  const octave = Math.floor(bin / PER_OCTAVE);
  return 2 ** (LOWEST_EXPONENT + octave) * (1 + (bin % PER_OCTAVE) / PER_OCTAVE);
}

/**
 * How often values of each size occur in each channel of a tensor. Bins are an eighth of an octave wide and told by bits of the
 * float32, which is quick and the same everywhere; counts are whole numbers, which add up to the same in any order.
 */
export class MagnitudeCounts {
  /** [C][MAGNITUDE_BINS] */
  readonly counts: Uint32Array;

  constructor(channels: number) {
    this.counts = new Uint32Array(channels * MAGNITUDE_BINS);
  }

  /**
   * Counts values of a channel; those that are not finite are passed over.
   *
   * @param bits of float32 values
   */
  add(channel: number, bits: Uint32Array, start: number, end: number): void {
    const { counts } = this;
    const own = channel * MAGNITUDE_BINS;
    for (let i = start; i < end; i++) {
      const one = bits[i]! & MAGNITUDE;
      if (one < INFINITE) counts[own + binOfBits(one)]!++;
    }
  }
}
