import { describe, expect, it } from 'vitest';
import * as m from '../src/math/index.ts';

/** Powers of ten between two exponents, three a decade, each with a mantissa of its own. */
function decades(from: number, to: number): number[] {
  const count = 3 * (to - from);
  return Array.from({ length: count + 1 }, (_, i) => 10 ** (from + i / 3) * (1 + ((i * 37) % 11) / 97));
}

/** `count` numbers spread over an interval, ends included. */
function spread(low: number, high: number, count = 400): number[] {
  return Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);
}

const both = (numbers: readonly number[]): number[] => numbers.flatMap((x) => [x, -x]);

type Case = readonly [name: string, ours: (x: number) => number, judge: (x: number) => number, at: number[]];

// Tiny arguments are where a formula with cancellation loses its digits, large ones where a reduction does.
const RELATIVE: readonly Case[] = [
  ['exp', m.exp, Math.exp, [...both(decades(-18, 2)), ...spread(-700, 700)]],
  ['expm1', m.expm1, Math.expm1, [...both(decades(-300, 1)), ...spread(-1, 1)]],
  ['log', m.log, Math.log, [...decades(-300, 300), ...spread(0.5, 0.99), ...spread(1.01, 2)]],
  ['log near 1', m.log, Math.log, both(decades(-15, -2)).map((x) => 1 + x)],
  ['log1p', m.log1p, Math.log1p, [...both(decades(-300, -1)), ...decades(0, 300)]],
  ['tanh', m.tanh, Math.tanh, [...both(decades(-300, 2)), ...spread(-2, 2)]],
  ['sinh', m.sinh, Math.sinh, [...both(decades(-300, 2)), ...spread(-2, 2)]],
  ['cosh', m.cosh, Math.cosh, [...decades(-300, 2), ...spread(-2, 2)]],
  ['asinh', m.asinh, Math.asinh, [...both(decades(-300, 300)), ...spread(-2, 2)]],
  ['acosh', m.acosh, Math.acosh, [...decades(0, 300), ...spread(1.01, 2)]],
  ['atanh', m.atanh, Math.atanh, [...both(decades(-300, -1)), ...spread(-0.999, 0.999)]],
  ['atan', m.atan, Math.atan, [...both(decades(-300, 300)), ...spread(-2, 2)]],
  ['asin', m.asin, Math.asin, [...both(decades(-300, -1)), ...spread(-1, 1)]],
  ['sin of small angles', m.sin, Math.sin, both(decades(-300, 0))],
  ['tan of small angles', m.tan, Math.tan, both(decades(-300, 0))],
  ['sigmoid', m.sigmoid, (x) => 1 / (1 + Math.exp(-x)), spread(-700, 40)],
];

// Near a zero of the function only the distance counts: the argument itself is rounded.
const ABSOLUTE: readonly Case[] = [
  ['sin', m.sin, Math.sin, [...both(decades(-3, 300)), ...spread(-7, 7)]],
  ['cos', m.cos, Math.cos, [...both(decades(-3, 300)), ...spread(-7, 7)]],
  ['acos', m.acos, Math.acos, spread(-1, 1)],
];

const bound = 1e-14;

describe('in double precision', () => {
  it.each(RELATIVE)('%s is within 1e-14 of its value', (_, ours, judge, at) => {
    for (const x of at) {
      const expected = judge(x);
      if (expected === 0) expect(ours(x)).toBe(0);
      else if (!Number.isFinite(expected)) expect(ours(x)).toBe(expected);
      else expect(Math.abs(ours(x) / expected - 1), `at ${x}`).toBeLessThan(bound);
    }
  });

  it.each(ABSOLUTE)('%s is within 1e-14', (_, ours, judge, at) => {
    for (const x of at) expect(Math.abs(ours(x) - judge(x)), `at ${x}`).toBeLessThan(bound);
  });

  it('power is off by the rounding of its logarithm at most', () => {
    for (const x of decades(-3, 3))
      for (const y of [...spread(-20, 20, 81), 65, -70.5, 100]) {
        const allowed = bound + Math.abs(y * Math.log(x)) * 2 ** -51;
        expect(Math.abs(m.power(x, y) / x ** y - 1), `${x} ** ${y}`).toBeLessThan(allowed);
      }
  });

  it('erf and erfc complete each other, erfinv undoes erf', () => {
    for (const x of spread(-5, 5)) {
      expect(Math.abs(m.erf(x) + m.erfc(x) - 1)).toBeLessThan(1e-15);
      expect(m.erf(-x)).toBe(-m.erf(x));
    }
    for (const y of spread(-0.999, 0.999)) expect(Math.abs(m.erf(m.erfinv(y)) - y)).toBeLessThan(bound);
  });
});

const STANDARD: readonly (readonly [string, (x: number) => number, (x: number) => number])[] = [
  ['exp', m.exp, Math.exp],
  ['expm1', m.expm1, Math.expm1],
  ['log', m.log, Math.log],
  ['log1p', m.log1p, Math.log1p],
  ['tanh', m.tanh, Math.tanh],
  ['sinh', m.sinh, Math.sinh],
  ['cosh', m.cosh, Math.cosh],
  ['asinh', m.asinh, Math.asinh],
  ['acosh', m.acosh, Math.acosh],
  ['atanh', m.atanh, Math.atanh],
  ['sin', m.sin, Math.sin],
  ['cos', m.cos, Math.cos],
  ['tan', m.tan, Math.tan],
  ['asin', m.asin, Math.asin],
  ['acos', m.acos, Math.acos],
  ['atan', m.atan, Math.atan],
];

const ODD = {
  tanh: m.tanh,
  sinh: m.sinh,
  asinh: m.asinh,
  atanh: m.atanh,
  sin: m.sin,
  tan: m.tan,
  asin: m.asin,
  atan: m.atan,
};

const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1, -1, 0.5, -2, 3];

describe('special values are those of C', () => {
  it.each(STANDARD)('%s', (_, ours, judge) => {
    for (const x of SPECIAL) {
      const expected = judge(x);
      if (Number.isFinite(expected)) expect(ours(x), `at ${x}`).toBeCloseTo(expected, 14);
      else expect(ours(x), `at ${x}`).toBe(expected);
    }
  });

  it('atan2 of every pair', () => {
    for (const y of SPECIAL)
      for (const x of SPECIAL) {
        const expected = Math.atan2(y, x);
        if (Number.isNaN(expected)) expect(m.atan2(y, x), `atan2(${y}, ${x})`).toBeNaN();
        else expect(m.atan2(y, x), `atan2(${y}, ${x})`).toBeCloseTo(expected, 14);
      }
  });

  it('power of every pair, with 1 for 1^NaN and (±1)^±∞ as in C', () => {
    for (const x of [...SPECIAL, -0])
      for (const y of [...SPECIAL, 65, -65, 0.3]) {
        const expected = x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y;
        const actual = m.power(x, y);
        const label = `${Object.is(x, -0) ? '-0' : x} ** ${y}`;
        if (!Number.isFinite(expected) || expected === 0) expect(actual + 0, label).toBe(expected + 0);
        else expect(Math.abs(actual / expected - 1), label).toBeLessThan(1e-13);
      }
  });

  it('erf, erfc and erfinv', () => {
    for (const f of [m.erf, m.erfc, m.erfinv, m.sigmoid]) expect(f(Number.NaN)).toBeNaN();
    expect([m.erf(Number.NEGATIVE_INFINITY), m.erfc(Number.NEGATIVE_INFINITY)]).toEqual([-1, 2]);
    expect([m.erfc(Number.POSITIVE_INFINITY), m.erfc(0), m.erfinv(-1)]).toEqual([
      0,
      1,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it.each(Object.entries(ODD))('%s is odd and keeps tiny numbers', (_, ours) => {
    for (const x of [1e-300, 1e-20, 0.7]) expect(ours(-x)).toBe(-ours(x));
    expect(ours(1e-20)).toBe(1e-20);
  });
});
