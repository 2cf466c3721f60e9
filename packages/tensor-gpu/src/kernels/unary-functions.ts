import { UnaryOpOperation as U } from '@mnnquant/mnn-format';
import { errorFunctionOf, inverseErrorFunctionOf } from './error-function.ts';
import { atanOf, expm1Of, expOf, log1pOf, logOf, sigmoidOf, tanhOf } from './float-functions.ts';
import type { MapDefinition } from './map.ts';
import { sineAndCosineOf } from './trigonometry.ts';

/** Parameters of all unary programs: what cannot be written as a literal. */
export const UNARY_NUMBERS = { infinity: Number.POSITIVE_INFINITY, nan: Number.NaN };

/** GELU by the approximation with tanh, as MNN has it. */
const GELU = `
    const u = ${Math.sqrt(2 / Math.PI)} * (x + 0.044715 * x * x * x);
    ${tanhOf('t', 'u')}
    return 0.5 * x * (1.0 + t);`;

/** Statements that return the function of `x`. */
const COMPUTE: Readonly<Record<number, string>> = {
  [U.ABS]: 'return Math.abs(x);',
  [U.NEG]: 'return -x;',
  [U.FLOOR]: 'const y = Math.floor(x); return y;',
  [U.CEIL]: 'const y = Math.ceil(x); return y;',
  [U.SQUARE]: 'return x * x;',
  [U.SQRT]: 'return Math.sqrt(x);',
  [U.RSQRT]: 'return 1.0 / Math.sqrt(x);',
  [U.EXP]: `${expOf('y', 'x')} return y;`,
  [U.LOG]: `${logOf('y', 'x')} return y;`,
  [U.SIN]: `${sineAndCosineOf('x')} return sine;`,
  [U.COS]: `${sineAndCosineOf('x')} return cosine;`,
  [U.TAN]: `${sineAndCosineOf('x')} return sine / cosine;`,
  [U.ASIN]: arcSine('y'),
  [U.ACOS]: arcSine('1.5707963267948966 - y'),
  [U.ATAN]: `${atanOf('y', 'x')} return y;`,
  [U.RECIPROCAL]: 'return 1.0 / x;',
  [U.LOG1P]: `${log1pOf('y', 'x')} return y;`,
  [U.BNLL]: `
    const m = -Math.abs(x);
    ${expOf('e', 'm')}
    ${log1pOf('y', 'e')}
    if (x > 0.0) y += x;
    return y;`,
  [U.ACOSH]: `
    const t = x - 1.0;
    const u = t + Math.sqrt(t + t + t * t);
    ${log1pOf('y', 'u')}
    if (x > 1e9 && x < infinity) y = Math.log(x) + ${Math.LN2};
    if (x < 1.0) y = nan;
    return y;`,
  // Beyond 40, half of e^x from two factors, since e^x alone overflows first.
  [U.SINH]: `
    const m = Math.abs(x);
    ${expm1Of('e', 'm')}
    let y = 0.5 * (e + e / (e + 1.0));
    if (m > 40.0) {
      const n = m * 0.5;
      ${expOf('half', 'n')}
      y = 0.5 * half * half;
    }
    if (x < 0.0) y = -y;
    return y;`,
  [U.ASINH]: `
    const m = Math.abs(x);
    const u = m + m * m / (1.0 + Math.sqrt(m * m + 1.0));
    ${log1pOf('y', 'u')}
    if (m > 1e9) y = m;
    if (m > 1e9 && m < infinity) y = Math.log(m) + ${Math.LN2};
    if (x < 0.0) y = -y;
    return y;`,
  [U.ATANH]: `
    const m = Math.abs(x);
    const u = (m + m) / (1.0 - m);
    ${log1pOf('y', 'u')}
    if (m > 1.0) y = nan;
    if (x < 0.0) y = -y;
    return 0.5 * y;`,
  [U.SIGN]: `
    let y = x;
    if (x > 0.0) y = 1.0;
    if (x < 0.0) y = -1.0;
    return y;`,
  // C's roundf: halves go away from zero.
  [U.ROUND]: `
    const m = Math.abs(x);
    let y = Math.floor(m);
    if (m - y >= 0.5) y += 1.0;
    if (x < 0.0) y = -y;
    return y;`,
  [U.COSH]: `
    const m = Math.abs(x);
    ${expOf('e', 'm')}
    let y = 0.5 * (e + 1.0 / e);
    if (m > 40.0) {
      const n = m * 0.5;
      ${expOf('half', 'n')}
      y = 0.5 * half * half;
    }
    return y;`,
  [U.ERF]: `${errorFunctionOf('y', 'x')} return y;`,
  [U.ERFC]: `${errorFunctionOf('y', 'x')}
    if (x < 0.0) return 2.0 - yTail;
    return yTail;`,
  [U.ERFINV]: `${inverseErrorFunctionOf('y', 'x')}
    if (x == 1.0) y = infinity;
    if (x == -1.0) y = -infinity;
    if (Math.abs(x) > 1.0) y = nan;
    return y;`,
  [U.EXPM1]: `${expm1Of('y', 'x')} return y;`,
  [U.SIGMOID]: `${sigmoidOf('y', 'x')} return y;`,
  [U.TANH]: `${tanhOf('y', 'x')} return y;`,
  // Divided first: the product with 6 has no room for the largest numbers.
  [U.HARDSWISH]: `
    let gate = x + 3.0;
    if (gate < 0.0) gate = 0.0;
    if (gate > 6.0) gate = 6.0;
    return x * (gate / 6.0);`,
  [U.GELU]: GELU,
  [U.GELU_STANDARD]: `
    const u = x * ${Math.SQRT1_2};
    ${errorFunctionOf('e', 'u')}
    return 0.5 * x * (1.0 + e);`,
  [U.SILU]: `${sigmoidOf('s', 'x')} return x * s;`,
};

/** By `UnaryOpOperation`. */
export const UNARY_DEFINITIONS: ReadonlyMap<number, MapDefinition> = new Map(
  Object.entries(COMPUTE).map(([operation, compute]) => [
    Number(operation),
    {
      name: `unary operation ${operation}`,
      operands: ['x'],
      numbers: Object.keys(UNARY_NUMBERS),
      compute,
    },
  ]),
);

function arcSine(result: string): string {
  return `
    const u = x / Math.sqrt((1.0 - x) * (1.0 + x));
    ${atanOf('y', 'u')}
    if (Math.abs(x) > 1.0) y = nan;
    return ${result};`;
}
