import { exp, expm1 } from './exp.ts';
import { log, log1p } from './log.ts';

export function sigmoid(x: number): number {
  return 1 / (1 + exp(-x));
}

export function tanh(x: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude > 20) return Math.sign(x);
  const e = expm1(2 * magnitude);
  return (Math.sign(x) * e) / (e + 2);
}

export function sinh(x: number): number {
  const e = expm1(Math.abs(x));
  return Math.sign(x) * 0.5 * (e + e / (e + 1));
}

export function cosh(x: number): number {
  const e = exp(Math.abs(x));
  return 0.5 * (e + 1 / e);
}

export function asinh(x: number): number {
  const magnitude = Math.abs(x);
  return (
    Math.sign(x) * log1p(magnitude + (magnitude * magnitude) / (1 + Math.sqrt(magnitude * magnitude + 1)))
  );
}

export function acosh(x: number): number {
  return x < 1 ? Number.NaN : log(x + Math.sqrt((x - 1) * (x + 1)));
}

export function atanh(x: number): number {
  return 0.5 * log1p((2 * x) / (1 - x));
}
