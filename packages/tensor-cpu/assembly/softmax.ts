import { exp2lanes, splat2 } from './exp';

/**
 * y = e^(x - max) / sum of e^(x - max) along an axis, in double precision and rounded once. x and y are
 * [lines / inner, count, inner]; two lines are computed side by side.
 */
export function softmax(x: usize, y: usize, lines: i32, count: i32, inner: i32): void {
  const step = <usize>inner << 2;
  for (let line = 0; line < lines; line += 2) {
    const other = min(line + 1, lines - 1);
    const a = offsetOf(line, count, inner), b = offsetOf(other, count, inner);
    pair(x + a, x + b, y + a, y + b, step, count);
  }
}

// @ts-ignore: decorator
@inline
function offsetOf(line: i32, count: i32, inner: i32): usize {
  return <usize>((line / inner) * count * inner + (line % inner)) << 2;
}

// @ts-ignore: decorator
@inline
function both(a: usize, b: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(<f64>load<f32>(a)), 1, <f64>load<f32>(b));
}

// @ts-ignore: decorator
@inline
function pair(a: usize, b: usize, ya: usize, yb: usize, step: usize, count: i32): void {
  let largest = splat2(-Infinity);
  for (let i = 0, at: usize = 0; i < count; i++, at += step) largest = f64x2.max(largest, both(a + at, b + at));
  let sum = splat2(0);
  for (let i = 0, at: usize = 0; i < count; i++, at += step) {
    sum = f64x2.add(sum, exp2lanes(f64x2.sub(both(a + at, b + at), largest)));
  }
  for (let i = 0, at: usize = 0; i < count; i++, at += step) {
    const value = f64x2.div(exp2lanes(f64x2.sub(both(a + at, b + at), largest)), sum);
    store<f32>(ya + at, <f32>f64x2.extract_lane(value, 0));
    store<f32>(yb + at, <f32>f64x2.extract_lane(value, 1));
  }
}
