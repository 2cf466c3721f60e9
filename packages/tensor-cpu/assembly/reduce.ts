/**
 * y [outer, inner] = fold of x [outer, count, inner] over the middle, in double precision in the order of the
 * middle: 0 sum, 1 mean, 2 maximum, 3 minimum.
 */
export function reduce(x: usize, y: usize, outer: i32, count: i32, inner: i32, operation: i32): void {
  const step = <usize>inner << 2;
  for (let o = 0; o < outer; o++, x += step * <usize>count) {
    for (let i: usize = 0; i < step; i += 4, y += 4) {
      store<f32>(y, <f32>fold(x + i, step, count, operation));
    }
  }
}

// @ts-ignore: decorator
@inline
function fold(x: usize, step: usize, count: i32, operation: i32): f64 {
  let value: f64 = operation == 2 ? -Infinity : operation == 3 ? Infinity : 0;
  for (let k = 0; k < count; k++, x += step) {
    const next = <f64>load<f32>(x);
    if (operation < 2) value += next;
    else value = operation == 2 ? max(value, next) : min(value, next);
  }
  return operation == 1 ? value / <f64>count : value;
}
