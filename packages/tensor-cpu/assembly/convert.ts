import { storeLanes } from './lanes';

// Changes of type for `count` elements of 4 bytes. y may be x.

/** Whole numbers to floats. */
export function toFloat(x: usize, y: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    storeLanes(y, f32x4.convert_i32x4_s(v128.load(x)), left);
  }
}

/** 1 for floats other than 0, NaN among them. */
export function floatToBool(x: usize, y: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    storeLanes(y, v128.and(f32x4.ne(v128.load(x), f32x4.splat(0)), i32x4.splat(1)), left);
  }
}

/** 1 for whole numbers other than 0. */
export function wholeToBool(x: usize, y: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    storeLanes(y, v128.and(i32x4.ne(v128.load(x), i32x4.splat(0)), i32x4.splat(1)), left);
  }
}

/** y[i] = condition[i] != 0 ? a[i] : b[i]; steps of 1, or 0 for an operand of one element. */
export function select(
  condition: usize, a: usize, b: usize, y: usize, count: i32, stepC: i32, stepA: i32, stepB: i32,
): void {
  const fixedC = v128.load32_splat(condition), fixedA = v128.load32_splat(a), fixedB = v128.load32_splat(b);
  const bytesC = <usize>stepC << 4, bytesA = <usize>stepA << 4, bytesB = <usize>stepB << 4;
  for (let left = count; left > 0; left -= 4, condition += bytesC, a += bytesA, b += bytesB, y += 16) {
    const chosen = i32x4.ne(stepC ? v128.load(condition) : fixedC, i32x4.splat(0));
    const yes = stepA ? v128.load(a) : fixedA;
    const no = stepB ? v128.load(b) : fixedB;
    storeLanes(y, v128.bitselect(yes, no, chosen), left);
  }
}
