import { createFloatLogarithm } from './logarithm.ts';

const INDEX_BITS = 9;
const REST_BITS = 23 - INDEX_BITS;
const ENTRIES = 2 ** INDEX_BITS;
const REST_MASK = 2 ** REST_BITS - 1;

/** Memory of {@link coarseLogarithm}. */
export interface LogarithmTable {
  /** [1], and the same memory as bits. */
  readonly asFloat: Float32Array;
  readonly asBits: Int32Array;
  /** [512] ln c of c = 1 + i/512, less what the bias of the exponent adds. */
  readonly logarithms: Float64Array;
  /** [512] 2^-23 / c. */
  readonly inverses: Float64Array;
}

export function logarithmTable(): LogarithmTable {
  const logarithm = createFloatLogarithm();
  const asFloat = new Float32Array(1);
  const logarithms = new Float64Array(ENTRIES);
  const inverses = new Float64Array(ENTRIES);
  for (let i = 0; i < ENTRIES; i++) {
    const c = 1 + i / ENTRIES;
    logarithms[i] = logarithm(c) - 127 * Math.LN2;
    inverses[i] = 2 ** -23 / c;
  }
  return { asFloat, asBits: new Int32Array(asFloat.buffer), logarithms, inverses };
}

/**
 * ln x within 7e-8, several times faster than `FloatLogarithm`: x, rounded to float32 (6e-8), is
 * 2^k c (1 + r) with c from the upper 9 bits of its mantissa and 0 <= r < 2^-9, so that r - r^2/2 is
 * within r^3/3 <= 2.5e-9 of ln(1 + r).
 *
 * @param x positive, finite and at least 2^-126; for 0 a finite number comes back
 */
export function coarseLogarithm(
  x: number,
  { asFloat, asBits, logarithms, inverses }: LogarithmTable,
): number {
  asFloat[0] = x;
  const bits = asBits[0] as number;
  const index = (bits >> REST_BITS) & (ENTRIES - 1);
  const r = (bits & REST_MASK) * (inverses[index] as number);
  return (bits >> 23) * Math.LN2 + (logarithms[index] as number) + (r - 0.5 * r * r);
}
