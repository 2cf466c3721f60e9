import { polynomial } from './float-functions.ts';

/** 2/π in digits of 12 bits behind the point: a float32 is below 2^128, and of what is left 24 bits and more must be right. */
const TWO_OVER_PI = [2607, 2435, 1764, 3652, 338, 2556, 629, 2001, 3923, 1245, 3085, 2914, 2393, 2364];

const SINE = [1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1];
const COSINE = [-1 / 3628800, 1 / 40320, -1 / 720, 1 / 24, -1 / 2, 1];

/** Declares `sine` and `cosine` of x, a variable; NaN for what is not finite. */
export function sineAndCosineOf(x: string): string {
  return `
    const magnitude = Math.abs(${x});
    let quadrant = Math.floor(magnitude * 0.6366197723675814 + 0.5);
    // π/2 in three parts, of which two have 8 and 11 bits.
    let angle = magnitude - quadrant * 1.5703125 - quadrant * 0.00048351287841796875 - quadrant * 3.139164786504813e-7;
    if (magnitude >= 8192.0) {
      ${REDUCE_LARGE}
    }
    const turns = Math.floor(quadrant * 0.25);
    quadrant = quadrant - 4.0 * turns;
    const square = angle * angle;
    const ofSine = angle * ${polynomial(SINE, 'square')};
    const ofCosine = ${polynomial(COSINE, 'square')};
    let sine = ofSine;
    let cosine = ofCosine;
    if (quadrant > 0.5) {
      sine = ofCosine;
      cosine = -ofSine;
    }
    if (quadrant > 1.5) {
      sine = -ofSine;
      cosine = -ofCosine;
    }
    if (quadrant > 2.5) {
      sine = -ofCosine;
      cosine = ofSine;
    }
    if (${x} < 0.0) sine = -sine;`;
}

/**
 * By Payne and Hanek: x = Σ a[i] 4096^(top-i) times 2/π = Σ d[j] 4096^-j. Of the products of 12 bits each, which are exact,
 * multiples of 4 are whole turns: they and what is below 2^-36 are left out.
 */
const REDUCE_LARGE = `
      let top = 0.0;
      let scaled = magnitude;
      for (let i = 0; i < 10; i++) {
        if (scaled >= 4096.0) {
          scaled = scaled * 0.000244140625;
          top += 1.0;
        }
      }
      const first = Math.floor(scaled);
      scaled = (scaled - first) * 4096.0;
      const second = Math.floor(scaled);
      const third = (scaled - second) * 4096.0;
      let quarters = 0.0;
      let rest = 0.0;
      let digit = 0.0;
      let digitBefore = 0.0;
      let digitTwoBefore = 0.0;
      let weight = 1.0;
      for (let k = 0; k < 6; k++) {
        const place = top - 2.0 + k;
        digitTwoBefore = digitBefore;
        digitBefore = digit;
        digit = 0.0;
        ${TWO_OVER_PI.map((digit, j) => `if (place == ${j + 1}.0) digit = ${digit}.0;`).join('\n        ')}
        if (k >= 2) {
          const a = first * digit * weight;
          const b = second * digitBefore * weight;
          const c = third * digitTwoBefore * weight;
          if (k < 4) {
            const turnsOfA = Math.floor(a * 0.25);
            const turnsOfB = Math.floor(b * 0.25);
            const turnsOfC = Math.floor(c * 0.25);
            quarters += a - 4.0 * turnsOfA + (b - 4.0 * turnsOfB) + (c - 4.0 * turnsOfC);
          }
          if (k >= 4) rest += a + b + c;
          weight = weight * 0.000244140625;
        }
      }
      quadrant = Math.floor(quarters + rest + 0.5);
      angle = (quarters - quadrant + rest) * 1.5707963267948966;`;
