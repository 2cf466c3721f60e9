import { exp, expm1 } from './exp.ts';
import { log, log1p } from './log.ts';

/** 1 / (1 + e^-x). */
export function sigmoid(x: number): number {
  return 1 / (1 + exp(-x));
}

/** Hyperbolic tangent. */
export function tanh(x: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude > 20) return Math.sign(x);
  const e = expm1(2 * magnitude);
  return (Math.sign(x) * e) / (e + 2);
}

/** Hyperbolic sine. */
export function sinh(x: number): number {
  const magnitude = Math.abs(x);
  // e^-x no longer counts; half of e^x from two factors, since e^x alone overflows first.
  if (magnitude > 40) return Math.sign(x) * 0.5 * exp(magnitude / 2) * exp(magnitude / 2);
  const e = expm1(magnitude);
  return Math.sign(x) * 0.5 * (e + e / (e + 1));
}

/** Hyperbolic cosine. */
export function cosh(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 40) return 0.5 * exp(magnitude / 2) * exp(magnitude / 2);
  const e = exp(magnitude);
  return 0.5 * (e + 1 / e);
}

/** Inverse hyperbolic sine. */
export function asinh(x: number): number {
  const magnitude = Math.abs(x);
  // Beyond, x² + 1 is x² in double precision, and x² may overflow.
  if (magnitude > 1e9) return Math.sign(x) * (log(magnitude) + Math.LN2);
  const square = magnitude * magnitude;
  return Math.sign(x) * log1p(magnitude + square / (1 + Math.sqrt(square + 1)));
}

/** Inverse hyperbolic cosine; NaN below 1. */
export function acosh(x: number): number {
  if (!(x >= 1)) return Number.NaN;
  if (x > 1e9) return log(x) + Math.LN2;
  // t = x - 1 keeps the digits near 1.
  const t = x - 1;
  return log1p(t + Math.sqrt(2 * t + t * t));
}

/** Inverse hyperbolic tangent; NaN outside of [-1, 1]. */
export function atanh(x: number): number {
  return Math.sign(x) * 0.5 * log1p((2 * Math.abs(x)) / (1 - Math.abs(x)));
}
