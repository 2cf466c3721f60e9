import { BinaryOpOperation as B } from '@mnnquant/mnn-format';
import { atanOf, expOf, logOf, sigmoidOf } from './float-functions.ts';
import type { MapDefinition } from './map.ts';

/** Parameters of all binary programs: a result below `least` becomes that, and what cannot be written as a literal. */
export const BINARY_NUMBERS = {
  least: Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
};

/** Declares y = a or b, whichever is larger (`>`) or smaller (`<`); NaN where either is. */
function extreme(comparison: '>' | '<'): string {
  // Numbers without an order have a NaN among them, which a sum keeps.
  return `
    let y = a;
    if (!(a ${comparison} b)) {
      y = b;
      if (!(b ${comparison} a) && !(b == a)) y = a + b;
    }`;
}

/**
 * Declares `left`, the remainder of |a| / |b| with no rounding at all: multiples of |b| by powers of two are taken away, and
 * each difference is exact. NaN where C's fmod has it.
 */
const REMAINDER = `
    const divisor = Math.abs(b);
    let left = Math.abs(a);
    let multiple = divisor;
    for (let i = 0; i < 278; i++) {
      if (multiple > left * 0.5) break;
      multiple = multiple + multiple;
    }
    for (let i = 0; i < 278; i++) {
      if (multiple < divisor) break;
      if (left >= multiple) left = left - multiple;
      multiple = multiple * 0.5;
    }
    if (!(divisor > 0.0) || !(Math.abs(a) < infinity)) left = nan;`;

/** Declares y, Python's remainder, with the sign of b. */
const FLOORED_REMAINDER = `${REMAINDER}
    let y = left;
    if (a < 0.0) y = -left;
    if (left > 0.0 && a < 0.0 && b > 0.0) y += b;
    if (left > 0.0 && a > 0.0 && b < 0.0) y += b;`;

/** Declares y = a^b with C's special cases; whole exponents up to 64 by repeated multiplication. */
const POWER = `
    const size = Math.abs(b);
    const whole = Math.floor(size);
    const evenPart = 2.0 * Math.floor(whole * 0.5);
    const magnitude = Math.abs(a);
    ${logOf('logarithm', 'magnitude')}
    const exponent = b * logarithm;
    ${expOf('y', 'exponent')}
    if (a < 0.0 && whole != size && magnitude < infinity) y = nan;
    if (a < 0.0 || (a == 0.0 && 1.0 / a < 0.0)) {
      if (whole == size && whole - evenPart > 0.5) y = -y;
    }
    if (b == 0.5 && a >= 0.0) y = Math.sqrt(a);
    if (whole == size && size <= 64.0) {
      y = 1.0;
      let base = a;
      let rest = size;
      for (let i = 0; i < 7; i++) {
        const half = Math.floor(rest * 0.5);
        if (rest - 2.0 * half > 0.5) y = y * base;
        base = base * base;
        rest = half;
      }
      if (b < 0.0) y = 1.0 / y;
    }
    if (size == infinity) {
      y = a;
      if (magnitude > 1.0) y = infinity;
      if (magnitude < 1.0) y = 0.0;
      if (b < 0.0 && magnitude > 1.0) y = 0.0;
      if (b < 0.0 && magnitude < 1.0) y = infinity;
      if (magnitude == 1.0) y = 1.0;
    }
    if (a == 1.0 || b == 0.0) y = 1.0;`;

/** Declares `y`, the angle of the point (b, a); a zero has a side, too, which its reciprocal shows. */
const ANGLE = `
    let ratio = a / b;
    if (Math.abs(a) == infinity && Math.abs(b) == infinity) {
      ratio = -1.0;
      if (a == b) ratio = 1.0;
    }
    ${atanOf('y', 'ratio')}
    let half = 3.141592653589793;
    if (a < 0.0) half = -half;
    if (a == 0.0 && 1.0 / a < 0.0) half = -half;
    if (a == 0.0 && (b > 0.0 || b <= 0.0)) y = 0.0;
    if (b == 0.0 && (a > 0.0 || a < 0.0)) y = 0.5 * half;
    if (b < 0.0 || (a == 0.0 && b == 0.0 && 1.0 / b < 0.0)) y += half;`;

/** Statements that declare the function of `a` and `b` as `y`. */
const COMPUTE: Readonly<Record<number, string>> = {
  [B.ADD]: 'let y = a + b;',
  [B.SUB]: 'let y = a - b;',
  [B.MUL]: 'let y = a * b;',
  [B.DIV]: 'let y = a / b;',
  [B.REALDIV]: 'let y = a / b;',
  [B.MAX_TEMP]: extreme('>'),
  [B.MAXIMUM]: extreme('>'),
  [B.MIN_TEMP]: extreme('<'),
  [B.MINIMUM]: extreme('<'),
  [B.SquaredDifference]: 'let y = (a - b) * (a - b);',
  [B.POW]: POWER,
  [B.MOD]: `${REMAINDER}
    let y = left;
    if (a < 0.0) y = -left;`,
  [B.FLOORMOD]: `${FLOORED_REMAINDER}
    if (divisor == infinity) y = nan;`,
  // Through the remainder: a quotient that was rounded up to a whole number would be one too large.
  [B.FLOORDIV]: `${FLOORED_REMAINDER}
    const quotient = a / b;
    if (Math.abs(quotient) < 4194304.0 && divisor < infinity) y = Math.floor((a - y) / b + 0.5);
    else y = Math.floor(quotient);`,
  [B.ATAN2]: ANGLE,
  [B.LOGICALOR]: `
    let y = 1.0;
    if (a == 0.0 && b == 0.0) y = 0.0;`,
  [B.LOGICALXOR]: `
    let y = 0.0;
    if (a == 0.0 && b != 0.0) y = 1.0;
    if (a != 0.0 && b == 0.0) y = 1.0;`,
  // In this order nothing overflows on the way.
  [B.MUL_SILU]: `${sigmoidOf('gate', 'b')}
    let y = a * (b * gate);`,
};

/** By `BinaryOpOperation`: those whose result is a float. */
export const BINARY_DEFINITIONS: ReadonlyMap<number, MapDefinition> = new Map(
  Object.entries(COMPUTE).map(([operation, compute]) => [
    Number(operation),
    {
      name: `binary operation ${operation}`,
      operands: ['a', 'b'],
      numbers: Object.keys(BINARY_NUMBERS),
      compute: `${compute}
    if (y < least) y = least;
    return y;`,
    },
  ]),
);
