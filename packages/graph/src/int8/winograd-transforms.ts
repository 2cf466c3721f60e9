import { GraphError } from '../op.ts';

/**
 * Transforms one line in float32: `count` numbers of `from`, `step` apart, to those of `to`. Both lines may not overlap.
 */
export type LineTransform = (
  from: Float32Array,
  at: number,
  step: number,
  to: Float32Array,
  toAt: number,
  toStep: number,
) => void;

const f = Math.fround;

/** Of the input, by extent of the tile: sums in MNN's order (x86_x64/avx512/WinogradFunctions.cpp, 3.6.1). */
const SOURCES: Readonly<Record<number, LineTransform>> = {
  4: (s, a, n, to, b, m) => {
    const [s0, s1, s2, s3] = [s[a], s[a + n], s[a + 2 * n], s[a + 3 * n]];
    to[b] = s0 - s2;
    to[b + m] = s1 + s2;
    to[b + 2 * m] = s2 - s1;
    to[b + 3 * m] = s3 - s1;
  },
  6: (s, a, n, to, b, m) => {
    const [s0, s1, s2] = [s[a], s[a + n], s[a + 2 * n]];
    const [s3, s4, s5] = [s[a + 3 * n], s[a + 4 * n], s[a + 5 * n]];
    const even = f(s4 - 4 * s2);
    const odd = f(s3 - 4 * s1);
    const difference = f(s4 - s2);
    const double = 2 * f(s3 - s1);
    to[b] = even - f(s2 - 4 * s0);
    to[b + m] = even + odd;
    to[b + 2 * m] = even - odd;
    to[b + 3 * m] = difference + double;
    to[b + 4 * m] = difference - double;
    to[b + 5 * m] = f(s5 - 4 * s3) - odd;
  },
};

/** Of the products, for tiles of 4 to 2 or 3 pixels: the last takes the last product as well. */
function resultOf4(unit: number): LineTransform {
  return (s, a, n, to, b, m) => {
    const [s0, s1, s2, s3] = [s[a], s[a + n], s[a + 2 * n], s[a + 3 * n]];
    const [sum, difference] = [f(s1 + s2), f(s1 - s2)];
    to[b] = f(s0 + s1) + s2;
    to[b + m] = unit === 2 ? difference + s3 : difference;
    if (unit === 3) to[b + 2 * m] = sum + s3;
  };
}

/** Of tiles of 6 to 2 to 5 pixels. */
function resultOf6(unit: number): LineTransform {
  return (s, a, n, to, b, m) => {
    const [s0, s1, s2] = [s[a], s[a + n], s[a + 2 * n]];
    const [s3, s4, s5] = [s[a + 3 * n], s[a + 4 * n], s[a + 5 * n]];
    const [sum, difference] = [f(s1 + s2), f(s1 - s2)];
    const [farSum, farDifference] = [f(s3 + s4), f(s3 - s4)];
    // Only four pixels take the sums of two first.
    to[b] = unit === 4 ? f(s0 + sum) + farSum : f(f(f(s0 + s1) + s2) + s3) + s4;
    for (let i = 1; i < unit; i++) {
      const [near, far] = i % 2 === 0 ? [sum, farSum] : [difference, farDifference];
      const twice = unit === 4 && i === 1 ? f(f(near + far) + far) : f(near + far * 2 ** i);
      to[b + i * m] = i === unit - 1 ? twice + s5 : twice;
    }
  };
}

/** @throws {GraphError} for a tile that is not simulated */
export function sourceTransform(alpha: number, where: string): LineTransform {
  const transform = SOURCES[alpha];
  if (transform === undefined) throw unknownTile(alpha, where);
  return transform;
}

/** @throws {GraphError} for a tile that is not simulated */
export function resultTransform(alpha: number, unit: number, where: string): LineTransform {
  if (unit < 2 || unit >= alpha) throw unknownTile(alpha, where);
  if (alpha === 4) return resultOf4(unit);
  if (alpha === 6) return resultOf6(unit);
  throw unknownTile(alpha, where);
}

function unknownTile(alpha: number, where: string): GraphError {
  return new GraphError(`${where}: expected Winograd tiles of 4 or 6 pixels, got ${alpha}`);
}
