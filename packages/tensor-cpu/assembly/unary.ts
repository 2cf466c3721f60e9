import { erf2 } from './error-function';
import { exp2lanes, expm1of, sigmoid2, splat2, tanh2 } from './exp';
import { storeLanes } from './lanes';
import { log2lanes } from './log';

// y[i] = f(x[i]) for `count` floats, computed in double precision and rounded once. y may be x.

// @ts-ignore: decorator
@inline
const EXP = 0, SIGMOID = 1, TANH = 2, SILU = 3, GELU = 4, HARD_SWISH = 5, RSQRT = 6, LOG = 7, ERF = 8, GELU_ERF = 9,
  EXPM1 = 10;

export function exponential(x: usize, y: usize, count: i32): void {
  map(EXP, x, y, count);
}

export function sigmoid(x: usize, y: usize, count: i32): void {
  map(SIGMOID, x, y, count);
}

export function tanh(x: usize, y: usize, count: i32): void {
  map(TANH, x, y, count);
}

/** x * sigmoid(x). */
export function silu(x: usize, y: usize, count: i32): void {
  map(SILU, x, y, count);
}

/** The approximation with tanh: MNN 3.6.1, CommonOptFunction.cpp. */
export function gelu(x: usize, y: usize, count: i32): void {
  map(GELU, x, y, count);
}

/** x * clamp(x + 3, 0, 6) / 6. */
export function hardSwish(x: usize, y: usize, count: i32): void {
  map(HARD_SWISH, x, y, count);
}

/** 1 / sqrt(x). */
export function inverseRoot(x: usize, y: usize, count: i32): void {
  map(RSQRT, x, y, count);
}

/** Natural logarithm. */
export function logarithm(x: usize, y: usize, count: i32): void {
  map(LOG, x, y, count);
}

/** Error function. */
export function errorFunction(x: usize, y: usize, count: i32): void {
  map(ERF, x, y, count);
}

/** x / 2 * (1 + erf(x / sqrt 2)). */
export function geluStandard(x: usize, y: usize, count: i32): void {
  map(GELU_ERF, x, y, count);
}

/** e^x - 1. */
export function exponentialMinus1(x: usize, y: usize, count: i32): void {
  map(EXPM1, x, y, count);
}

// @ts-ignore: decorator
@inline
function map(operation: i32, x: usize, y: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    const v = v128.load(x);
    const low = f32x4.demote_f64x2_zero(apply(operation, f64x2.promote_low_f32x4(v)));
    const upper = v128.shuffle<f32>(v, v, 2, 3, 2, 3);
    const high = f32x4.demote_f64x2_zero(apply(operation, f64x2.promote_low_f32x4(upper)));
    storeLanes(y, v128.shuffle<f32>(low, high, 0, 1, 4, 5), left);
  }
}

// @ts-ignore: decorator
@inline
function apply(operation: i32, x: v128): v128 {
  if (operation == EXP) return exp2lanes(x);
  if (operation == SIGMOID) return sigmoid2(x);
  if (operation == TANH) return tanh2(x);
  if (operation == SILU) return f64x2.mul(x, sigmoid2(x));
  if (operation == GELU) return geluOf(x);
  if (operation == LOG) return log2lanes(x);
  if (operation == ERF) return erf2(x);
  if (operation == EXPM1) return expm1of(x);
  if (operation == GELU_ERF) {
    const bend = erf2(f64x2.mul(x, splat2(0.7071067811865476)));
    return f64x2.mul(f64x2.mul(splat2(0.5), x), f64x2.add(splat2(1), bend));
  }
  if (operation == RSQRT) return f64x2.div(splat2(1), f64x2.sqrt(x));
  const gate = f64x2.min(splat2(6), f64x2.max(splat2(0), f64x2.add(x, splat2(3))));
  return f64x2.div(f64x2.mul(x, gate), splat2(6));
}

// @ts-ignore: decorator
@inline
function geluOf(x: v128): v128 {
  const cube = f64x2.mul(f64x2.mul(f64x2.mul(splat2(0.044715), x), x), x);
  const bend = tanh2(f64x2.mul(splat2(0.7978845608028654), f64x2.add(x, cube)));
  return f64x2.mul(f64x2.mul(splat2(0.5), x), f64x2.add(splat2(1), bend));
}
