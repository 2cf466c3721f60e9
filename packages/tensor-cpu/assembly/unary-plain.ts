import { storeLanes } from './lanes';

// y[i] = f(x[i]) for `count` floats, where float32 arithmetic rounds as the reference's doubles do. y may be x.

// @ts-ignore: decorator
@inline
const ABS = 0, NEGATE = 1, FLOOR = 2, CEIL = 3, SQUARE = 4, ROOT = 5, RECIPROCAL = 6;

export function absolute(x: usize, y: usize, count: i32): void {
  map(ABS, x, y, count);
}

export function negate(x: usize, y: usize, count: i32): void {
  map(NEGATE, x, y, count);
}

export function floor(x: usize, y: usize, count: i32): void {
  map(FLOOR, x, y, count);
}

export function ceil(x: usize, y: usize, count: i32): void {
  map(CEIL, x, y, count);
}

export function square(x: usize, y: usize, count: i32): void {
  map(SQUARE, x, y, count);
}

export function root(x: usize, y: usize, count: i32): void {
  map(ROOT, x, y, count);
}

/** 1 / x. */
export function reciprocal(x: usize, y: usize, count: i32): void {
  map(RECIPROCAL, x, y, count);
}

// @ts-ignore: decorator
@inline
function map(operation: i32, x: usize, y: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    storeLanes(y, apply(operation, v128.load(x)), left);
  }
}

// @ts-ignore: decorator
@inline
function apply(operation: i32, x: v128): v128 {
  if (operation == ABS) return f32x4.abs(x);
  if (operation == NEGATE) return f32x4.neg(x);
  if (operation == FLOOR) return f32x4.floor(x);
  if (operation == CEIL) return f32x4.ceil(x);
  if (operation == SQUARE) return f32x4.mul(x, x);
  if (operation == ROOT) return f32x4.sqrt(x);
  return f32x4.div(f32x4.splat(1), x);
}
