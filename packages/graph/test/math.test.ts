import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as m from '../src/math/index.ts';

/** A float32 number's distance to the next one, at the size of `x`. */
function float32Ulp(x: number): number {
  const magnitude = Math.abs(Math.fround(x));
  return 2 ** Math.max(-149, Math.floor(Math.log2(magnitude || 1e-45)) - 23);
}

interface Function1 {
  readonly ours: (x: number) => number;
  readonly judge: (x: number) => number;
  readonly range: readonly [number, number];
}

// The engine's own functions are good to about one unit in the last place of a double: precise enough to judge float32.
const FUNCTIONS: Readonly<Record<string, Function1>> = {
  exp: { ours: m.exp, judge: Math.exp, range: [-87, 88] },
  expm1: { ours: m.expm1, judge: Math.expm1, range: [-20, 88] },
  log: { ours: m.log, judge: Math.log, range: [1e-38, 3e38] },
  log1p: { ours: m.log1p, judge: Math.log1p, range: [-0.999, 1e6] },
  tanh: { ours: m.tanh, judge: Math.tanh, range: [-30, 30] },
  sigmoid: { ours: m.sigmoid, judge: (x) => 1 / (1 + Math.exp(-x)), range: [-80, 80] },
  sinh: { ours: m.sinh, judge: Math.sinh, range: [-88, 88] },
  cosh: { ours: m.cosh, judge: Math.cosh, range: [-88, 88] },
  asinh: { ours: m.asinh, judge: Math.asinh, range: [-1e18, 1e18] },
  acosh: { ours: m.acosh, judge: Math.acosh, range: [1, 1e18] },
  atanh: { ours: m.atanh, judge: Math.atanh, range: [-0.999, 0.999] },
  sin: { ours: m.sin, judge: Math.sin, range: [-3e38, 3e38] },
  cos: { ours: m.cos, judge: Math.cos, range: [-3e38, 3e38] },
  tan: { ours: m.tan, judge: Math.tan, range: [-3e38, 3e38] },
  asin: { ours: m.asin, judge: Math.asin, range: [-1, 1] },
  acos: { ours: m.acos, judge: Math.acos, range: [-1, 1] },
  atan: { ours: m.atan, judge: Math.atan, range: [-1e9, 1e9] },
};

describe('functions of one number', () => {
  for (const [name, { ours, judge, range }] of Object.entries(FUNCTIONS)) {
    it(`${name} is within one float32 unit of the last place`, () => {
      const anyNumber = fc.oneof(
        fc.float({ min: Math.fround(range[0]), max: Math.fround(range[1]), noNaN: true }),
        fc.float({
          min: Math.max(-2, Math.fround(range[0])),
          max: Math.min(2, Math.fround(range[1])),
          noNaN: true,
        }),
      );
      fc.assert(
        fc.property(anyNumber, (x) => {
          const expected = judge(x);
          if (!Number.isFinite(expected)) return;
          expect(Math.abs(Math.fround(ours(x)) - expected)).toBeLessThanOrEqual(float32Ulp(expected));
        }),
        { numRuns: 3000, seed: 1 },
      );
    });

    it(`${name} keeps NaN`, () => expect(ours(Number.NaN)).toBeNaN());
  }
});

// Digits from tables (DLMF, Abramowitz & Stegun) or exact by definition.
const KNOWN: readonly [string, number, number][] = [
  ['e', m.exp(1), Math.E],
  ['e^-10', m.exp(-10), 4.5399929762484854e-5],
  ['e^0', m.exp(0), 1],
  ['smallest e^x', m.exp(-745), 5e-324],
  ['e^-∞', m.exp(Number.NEGATIVE_INFINITY), 0],
  ['e^∞', m.exp(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY],
  ['e^1000', m.exp(1000), Number.POSITIVE_INFINITY],
  ['ln 2', m.log(2), Math.LN2],
  ['ln 10', m.log(10), Math.LN10],
  ['ln 1', m.log(1), 0],
  ['ln of the smallest double', m.log(5e-324), -744.4400719213812],
  ['ln of the largest double', m.log(Number.MAX_VALUE), 709.782712893384],
  ['ln 0', m.log(0), Number.NEGATIVE_INFINITY],
  ['ln ∞', m.log(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY],
  ['ln -1', m.log(-1), Number.NaN],
  ['erf 0', m.erf(0), 0],
  ['erf 0.1', m.erf(0.1), 0.1124629160182849],
  ['erf 0.5', m.erf(0.5), 0.5204998778130465],
  ['erf 1', m.erf(1), 0.8427007929497149],
  ['erf -2', m.erf(-2), -0.9953222650189527],
  ['erf 3', m.erf(3), 0.9999779095030014],
  ['erf ∞', m.erf(Number.POSITIVE_INFINITY), 1],
  ['erfc 0.5', m.erfc(0.5), 0.4795001221869535],
  ['erfc 2', m.erfc(2), 0.004677734981047266],
  ['erfc 4', m.erfc(4), 1.541725790028002e-8],
  ['erfc 10', m.erfc(10), 2.088487583762545e-45],
  ['erfc -3', m.erfc(-3), 1.9999779095030015],
  ['erfinv 0', m.erfinv(0), 0],
  ['erfinv 0.5', m.erfinv(0.5), 0.4769362762044699],
  ['erfinv -0.99', m.erfinv(-0.99), -1.8213863677184496],
  ['erfinv 1', m.erfinv(1), Number.POSITIVE_INFINITY],
  ['erfinv 2', m.erfinv(2), Number.NaN],
  ['sinh ∞', m.sinh(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY],
  ['cosh -∞', m.cosh(Number.NEGATIVE_INFINITY), Number.POSITIVE_INFINITY],
  ['asinh -∞', m.asinh(Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY],
  ['acosh 0.5', m.acosh(0.5), Number.NaN],
  ['atanh 1', m.atanh(1), Number.POSITIVE_INFINITY],
  ['sigmoid -1000', m.sigmoid(-1000), 0],
  ['tanh -∞', m.tanh(Number.NEGATIVE_INFINITY), -1],
  ['sin ∞', m.sin(Number.POSITIVE_INFINITY), Number.NaN],
  ['asin 1', m.asin(1), Math.PI / 2],
  ['atan ∞', m.atan(Number.POSITIVE_INFINITY), Math.PI / 2],
  ['atan2(1, -1)', m.atan2(1, -1), (3 * Math.PI) / 4],
  ['atan2(-1, 0)', m.atan2(-1, 0), -Math.PI / 2],
  ['2^10', m.power(2, 10), 1024],
  ['2^-2', m.power(2, -2), 0.25],
  ['(-2)^3', m.power(-2, 3), -8],
  ['(-2)^101', m.power(-2, 101), -(2 ** 101)],
  ['9^0.5', m.power(9, 0.5), 3],
  ['10^0.3', m.power(10, 0.3), 1.9952623149688795],
  ['(-8)^(1/3)', m.power(-8, 1 / 3), Number.NaN],
  ['0^0', m.power(0, 0), 1],
  ['0^-1.5', m.power(0, -1.5), Number.POSITIVE_INFINITY],
  ['0.5^∞', m.power(0.5, Number.POSITIVE_INFINITY), 0],
  ['1^NaN', m.power(1, Number.NaN), 1],
];

describe('known values', () => {
  for (const [name, actual, expected] of KNOWN) {
    it(name, () => {
      if (!Number.isFinite(expected) || expected === 0) expect(actual + 0).toBe(expected);
      else expect(Math.abs(actual / expected - 1)).toBeLessThan(1e-13);
    });
  }

  it('ln undoes e^x for every power of two', () => {
    for (let k = -1074; k <= 1023; k++) expect(m.log(2 ** k)).toBeCloseTo(k * Math.LN2, 10);
  });
});
