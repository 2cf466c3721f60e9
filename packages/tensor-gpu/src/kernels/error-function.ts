import { literal, polynomial } from './float-functions.ts';

/** (-1)^n / (n! (2n + 1)) from n = 10 to 0: the Maclaurin series of erf. */
const SERIES = [
  1 / 76204800,
  -1 / 6894720,
  1 / 685440,
  -1 / 75600,
  1 / 9360,
  -1 / 1320,
  1 / 216,
  -1 / 42,
  1 / 10,
  -1 / 3,
  1,
];

/** Powers of t in the exponent of erfc: Numerical Recipes in C, 2nd edition, section 6.2. */
const TAIL = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

/** erfinv(x) / x for |x| up to 0.9966, and beyond: M. Giles, Approximating the erfinv function, 2010. */
const INVERSE_CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const INVERSE_TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/** Declares `y`, erf(x), and `yTail`, erfc(|x|), for an expression x: relative errors of about 2e-7. */
export function errorFunctionOf(y: string, x: string): string {
  return `
    const ${y}M = Math.abs(${x});
    const ${y}T = 1.0 / (1.0 + 0.5 * ${y}M);
    // NaN stays.
    let ${y}Tail = ${y}M;
    if (${y}M <= 20.0) ${y}Tail = ${y}T * Math.exp(${polynomial(TAIL, `${y}T`)} - ${y}M * ${y}M);
    if (${y}M > 20.0) ${y}Tail = 0.0;
    let ${y} = 1.0 - ${y}Tail;
    if (${y}M < 0.9) {
      const ${y}S = ${y}M * ${y}M;
      ${y} = ${literal(2 / Math.sqrt(Math.PI))} * ${y}M * ${polynomial(SERIES, `${y}S`)};
      ${y}Tail = 1.0 - ${y};
    }
    if (${x} < 0.0) ${y} = -${y};`;
}

/** Declares `y`, erfinv(x) for |x| < 1. */
export function inverseErrorFunctionOf(y: string, x: string): string {
  return `
    let ${y}W = -Math.log((1.0 - ${x}) * (1.0 + ${x}));
    let ${y} = 0.0;
    if (${y}W < 5.0) {
      ${y}W = ${y}W - 2.5;
      ${y} = ${polynomial(INVERSE_CENTRE, `${y}W`)} * ${x};
    } else {
      ${y}W = Math.sqrt(${y}W) - 3.0;
      ${y} = ${polynomial(INVERSE_TAIL, `${y}W`)} * ${x};
    }`;
}
