import type { QuantParams } from '@mnnquant/graph';

// The plain definitions that the kernels must agree with, bit for bit.

export function plainRange(x: Float32Array) {
  const finite = x.filter(Number.isFinite);
  const min = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) + 0;
  const max = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) + 0;
  return { min, max, count: x.length, nonFinite: x.length - finite.length };
}

/** MNN 3.6.1 TensorStatistic.cpp: float32 interval and product, truncation, last bin closed. */
export function plainHistogram(x: Float32Array, bins: number, max: number, skipBelow: number): Float64Array {
  const counts = new Float64Array(bins);
  const interval = Math.fround(bins / Math.fround(max));
  for (const v of x) {
    const size = Math.abs(v);
    if (!Number.isFinite(size) || size <= skipBelow) continue;
    counts[Math.min(Math.trunc(Math.fround(size * interval)), bins - 1)]++;
  }
  return counts;
}

/** roundf: halves away from zero; zero has no sign, as in int8. Exact, since adding 0.5 to a float32 is exact in float64. */
function roundHalfAway(x: number): number {
  return Number.isFinite(x) ? Math.sign(x) * Math.floor(Math.abs(x) + 0.5) + 0 : x;
}

export function plainFakeQuantize(
  x: Float32Array,
  { scale, zeroPoint, min, max }: QuantParams,
): Float32Array {
  const step = Math.fround(scale);
  const inverse = Math.fround(1 / step);
  return x.map((v) => {
    const q = roundHalfAway(Math.fround(Math.fround(v * inverse) + zeroPoint));
    return (Math.min(Math.max(q, min), max) - zeroPoint) * step;
  });
}

/** Sums by lane (index mod 4), joined as (s0 + s2) + (s1 + s3). */
export function plainCompare(a: Float32Array, b: Float32Array) {
  const lanes = (term: (x: number, y: number) => number) => {
    const s = [0, 0, 0, 0];
    for (let i = 0; i < a.length; i++) s[i % 4] += term(a[i], b[i]);
    return s[0] + s[2] + (s[1] + s[3]);
  };
  let maxAbsoluteError = 0;
  for (let i = 0; i < a.length; i++) maxAbsoluteError = Math.max(maxAbsoluteError, Math.abs(a[i] - b[i]));
  return {
    dot: lanes((x, y) => x * y),
    squaredA: lanes((x) => x * x),
    squaredB: lanes((_, y) => y * y),
    squaredError: lanes((x, y) => (x - y) ** 2),
    maxAbsoluteError,
  };
}
