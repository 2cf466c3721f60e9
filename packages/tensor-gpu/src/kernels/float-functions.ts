/**
 * Statements for programs that compute functions in float32, where the GPU's own are too far from the truth: WGSL lets sin
 * and cos be wrong by 2^-11 and atan by 4096 units in the last place.
 *
 * Each declares a variable named `y` with the function of a variable named `x`; names of other variables start with that of
 * `y`. NaN comes out as NaN, since it fails every comparison.
 */

/** e^x. */
export function expOf(y: string, x: string): string {
  // x = k ln2 + r with ln2 in two parts, the first of 9 bits: the argument keeps its digits. 2^k in two factors, each finite.
  return `
    let ${y} = ${x};
    if (${x} >= 89.0) ${y} = ${x} * 3e38;
    if (${x} <= -104.0) ${y} = 0.0;
    if (${x} < 89.0 && ${x} > -104.0) {
      const ${y}K = Math.floor(${x} * ${Math.LOG2E} + 0.5);
      const ${y}H = Math.floor(${y}K * 0.5);
      const ${y}R = ${x} - ${y}K * 0.693359375 + ${y}K * 0.00021219444005469057;
      ${y} = Math.exp(${y}R) * Math.pow(2.0, ${y}H) * Math.pow(2.0, ${y}K - ${y}H);
    }`;
}

/** e^r - 1 for |r| <= 0.35, as an expression: the Taylor series, whose rest is below 2^-28 of it. */
function smallExpm1(r: string): string {
  return `(${r} + ${r} * ${r} * ${polynomial([1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2], r)})`;
}

/** e^x - 1 without cancellation near zero. */
export function expm1Of(y: string, x: string): string {
  return `${expOf(y, x)}
    ${y} = ${y} - 1.0;
    if (Math.abs(${x}) <= 0.35) ${y} = ${smallExpm1(x)};`;
}

/** ln(1 + f) for f in about [-0.3, 0.42], as an expression of s = f / (2 + f): 2 artanh(s). */
function artanhTwice(s: string): string {
  return `2.0 * ${s} * ${polynomial([1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1], `(${s} * ${s})`)}`;
}

/** ln x; -Infinity for 0, NaN below. */
export function logOf(y: string, x: string): string {
  return `
    ${finiteLog(y, x)}
    if (${x} > 0.71 && ${x} < 1.41) {
      const ${y}S = (${x} - 1.0) / (${x} + 1.0);
      ${y} = ${artanhTwice(`${y}S`)};
    }`;
}

/** ln(1 + x) without cancellation near zero. */
export function log1pOf(y: string, x: string): string {
  return `
    const ${y}U = 1.0 + ${x};
    ${finiteLog(y, `${y}U`)}
    if (${x} > -0.29 && ${x} < 0.41) {
      const ${y}S = ${x} / (2.0 + ${x});
      ${y} = ${artanhTwice(`${y}S`)};
    }`;
}

/** The GPU's own logarithm, where it is one; its error is about 2^-21 around 1. */
function finiteLog(y: string, x: string): string {
  return `
    let ${y} = ${x};
    if (${x} == 0.0) ${y} = -1.0 / Math.abs(${x});
    if (${x} < 0.0) ${y} = Math.sqrt(${x});
    if (${x} > 0.0 && ${x} < 3.4e38) ${y} = Math.log(${x});`;
}

/** 1 / (1 + e^-x). */
export function sigmoidOf(y: string, x: string): string {
  return `
    const ${y}N = -${x};
    ${expOf(`${y}E`, `${y}N`)}
    const ${y} = 1.0 / (1.0 + ${y}E);`;
}

/** Hyperbolic tangent. */
export function tanhOf(y: string, x: string): string {
  return `
    const ${y}M = Math.abs(${x});
    const ${y}T = ${y}M + ${y}M;
    // NaN stays.
    let ${y} = ${y}M;
    if (${y}M > 10.0) ${y} = 1.0;
    if (${y}M <= 10.0) ${y} = 1.0 - 2.0 / (Math.exp(${y}T) + 1.0);
    if (${y}M < 0.175) {
      const ${y}E = ${smallExpm1(`${y}T`)};
      ${y} = ${y}E / (${y}E + 2.0);
    }
    if (${x} < 0.0) ${y} = -${y};`;
}

/** Inverse tangent by halving the angle twice, then the Taylor series. */
export function atanOf(y: string, x: string): string {
  const series = polynomial([-1 / 11, 1 / 9, -1 / 7, 1 / 5, -1 / 3, 1], `${y}S`);
  return `
    const ${y}M = Math.abs(${x});
    let ${y}T = ${y}M;
    if (${y}M > 1.0) ${y}T = 1.0 / ${y}M;
    ${y}T = ${y}T / (1.0 + Math.sqrt(1.0 + ${y}T * ${y}T));
    ${y}T = ${y}T / (1.0 + Math.sqrt(1.0 + ${y}T * ${y}T));
    const ${y}S = ${y}T * ${y}T;
    let ${y} = 4.0 * ${y}T * ${series};
    if (${y}M > 1.0) ${y} = 1.5707963267948966 - ${y};
    if (${x} < 0.0) ${y} = -${y};`;
}

/** An expression by Horner's rule; coefficients from the highest power. */
export function polynomial(coefficients: readonly number[], x: string): string {
  return coefficients.map(literal).reduce((sum, value) => `(${sum} * ${x} + ${value})`);
}

/** A number as a float in both shader languages. */
export function literal(value: number): string {
  const text = String(Math.abs(value));
  const float = /[.e]/.test(text) ? text : `${text}.0`;
  return value < 0 ? `(-${float})` : float;
}
