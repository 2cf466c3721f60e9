import { clamp, storeLanes } from './lanes';

// Which operation: kernels/binary-op.ts has the same numbers. Comparisons answer with whole numbers, 0 or 1.

// @ts-ignore: decorator
@inline
const ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3, MAXIMUM = 4, MINIMUM = 5, SQUARED_DIFFERENCE = 6;
// @ts-ignore: decorator
@inline
const GREATER = 7, GREATER_EQUAL = 8, LESS = 9, LESS_EQUAL = 10, EQUAL = 11, NOT_EQUAL = 12;
/** Of whole numbers: the numbers above, from here on. */
// @ts-ignore: decorator
@inline
const WHOLE = 16;

/**
 * y = clamp(a op b, lo, hi) with broadcasting; y is dense and may be a or b where these are too. `box` holds four i32
 * extents, four strides of a and four of b, in elements; the last ones are 0 or 1. No clamping of whole numbers.
 */
export function combine(operation: i32, a: usize, b: usize, y: usize, box: usize, lo: f32, hi: f32): void {
  const e0 = load<i32>(box), e1 = load<i32>(box, 4), e2 = load<i32>(box, 8), e3 = load<i32>(box, 12);
  const a0 = load<i32>(box, 16) << 2, a1 = load<i32>(box, 20) << 2, a2 = load<i32>(box, 24) << 2;
  const a3 = load<i32>(box, 28);
  const b0 = load<i32>(box, 32) << 2, b1 = load<i32>(box, 36) << 2, b2 = load<i32>(box, 40) << 2;
  const b3 = load<i32>(box, 44);
  const rowBytes = <usize>e3 << 2;
  for (let i0 = 0; i0 < e0; i0++, a += a0, b += b0) {
    let ax1 = a, bx1 = b;
    for (let i1 = 0; i1 < e1; i1++, ax1 += a1, bx1 += b1) {
      let ax2 = ax1, bx2 = bx1;
      for (let i2 = 0; i2 < e2; i2++, ax2 += a2, bx2 += b2, y += rowBytes) {
        line(operation, ax2, bx2, y, e3, a3, b3, lo, hi);
      }
    }
  }
}

function line(
  operation: i32, a: usize, b: usize, y: usize, count: i32, stepA: i32, stepB: i32, lo: f32, hi: f32,
): void {
  switch (operation) {
    case ADD: return loop(ADD, a, b, y, count, stepA, stepB, lo, hi);
    case SUBTRACT: return loop(SUBTRACT, a, b, y, count, stepA, stepB, lo, hi);
    case MULTIPLY: return loop(MULTIPLY, a, b, y, count, stepA, stepB, lo, hi);
    case DIVIDE: return loop(DIVIDE, a, b, y, count, stepA, stepB, lo, hi);
    case MAXIMUM: return loop(MAXIMUM, a, b, y, count, stepA, stepB, lo, hi);
    case MINIMUM: return loop(MINIMUM, a, b, y, count, stepA, stepB, lo, hi);
    case SQUARED_DIFFERENCE: return loop(SQUARED_DIFFERENCE, a, b, y, count, stepA, stepB, lo, hi);
    case GREATER: return loop(GREATER, a, b, y, count, stepA, stepB, lo, hi);
    case GREATER_EQUAL: return loop(GREATER_EQUAL, a, b, y, count, stepA, stepB, lo, hi);
    case LESS: return loop(LESS, a, b, y, count, stepA, stepB, lo, hi);
    case LESS_EQUAL: return loop(LESS_EQUAL, a, b, y, count, stepA, stepB, lo, hi);
    case EQUAL: return loop(EQUAL, a, b, y, count, stepA, stepB, lo, hi);
    case NOT_EQUAL: return loop(NOT_EQUAL, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + ADD: return loop(WHOLE + ADD, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + SUBTRACT: return loop(WHOLE + SUBTRACT, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + MULTIPLY: return loop(WHOLE + MULTIPLY, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + MAXIMUM: return loop(WHOLE + MAXIMUM, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + MINIMUM: return loop(WHOLE + MINIMUM, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + GREATER: return loop(WHOLE + GREATER, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + GREATER_EQUAL: return loop(WHOLE + GREATER_EQUAL, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + LESS: return loop(WHOLE + LESS, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + LESS_EQUAL: return loop(WHOLE + LESS_EQUAL, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + EQUAL: return loop(WHOLE + EQUAL, a, b, y, count, stepA, stepB, lo, hi);
    case WHOLE + NOT_EQUAL: return loop(WHOLE + NOT_EQUAL, a, b, y, count, stepA, stepB, lo, hi);
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function loop(
  operation: i32, a: usize, b: usize, y: usize, count: i32, stepA: i32, stepB: i32, lo: f32, hi: f32,
): void {
  const low = f32x4.splat(lo), high = f32x4.splat(hi);
  const fixedA = v128.load32_splat(a), fixedB = v128.load32_splat(b);
  const bytesA = <usize>stepA << 4, bytesB = <usize>stepB << 4;
  for (let left = count; left > 0; left -= 4, a += bytesA, b += bytesB, y += 16) {
    const left4 = stepA ? v128.load(a) : fixedA;
    const right4 = stepB ? v128.load(b) : fixedB;
    const result = apply(operation, left4, right4);
    storeLanes(y, operation < GREATER ? clamp(result, low, high) : result, left);
  }
}

// @ts-ignore: decorator
@inline
function apply(operation: i32, a: v128, b: v128): v128 {
  if (operation == ADD) return f32x4.add(a, b);
  if (operation == SUBTRACT) return f32x4.sub(a, b);
  if (operation == MULTIPLY) return f32x4.mul(a, b);
  if (operation == DIVIDE) return f32x4.div(a, b);
  if (operation == MAXIMUM) return f32x4.max(a, b);
  if (operation == MINIMUM) return f32x4.min(a, b);
  if (operation == SQUARED_DIFFERENCE) return squaredDifference(a, b);
  if (operation == WHOLE + ADD) return i32x4.add(a, b);
  if (operation == WHOLE + SUBTRACT) return i32x4.sub(a, b);
  if (operation == WHOLE + MULTIPLY) return i32x4.mul(a, b);
  if (operation == WHOLE + MAXIMUM) return i32x4.max_s(a, b);
  if (operation == WHOLE + MINIMUM) return i32x4.min_s(a, b);
  return v128.and(compare(operation, a, b), i32x4.splat(1));
}

// @ts-ignore: decorator
@inline
function compare(operation: i32, a: v128, b: v128): v128 {
  if (operation == GREATER) return f32x4.gt(a, b);
  if (operation == GREATER_EQUAL) return f32x4.ge(a, b);
  if (operation == LESS) return f32x4.lt(a, b);
  if (operation == LESS_EQUAL) return f32x4.le(a, b);
  if (operation == EQUAL) return f32x4.eq(a, b);
  if (operation == NOT_EQUAL) return f32x4.ne(a, b);
  if (operation == WHOLE + GREATER) return i32x4.gt_s(a, b);
  if (operation == WHOLE + GREATER_EQUAL) return i32x4.ge_s(a, b);
  if (operation == WHOLE + LESS) return i32x4.lt_s(a, b);
  if (operation == WHOLE + LESS_EQUAL) return i32x4.le_s(a, b);
  if (operation == WHOLE + EQUAL) return i32x4.eq(a, b);
  return i32x4.ne(a, b);
}

/** Rounded once, at the end. */
// @ts-ignore: decorator
@inline
function squaredDifference(a: v128, b: v128): v128 {
  const low = squared(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b));
  const a2 = v128.shuffle<f32>(a, a, 2, 3, 2, 3), b2 = v128.shuffle<f32>(b, b, 2, 3, 2, 3);
  const high = squared(f64x2.promote_low_f32x4(a2), f64x2.promote_low_f32x4(b2));
  return v128.shuffle<f32>(low, high, 0, 1, 4, 5);
}

// @ts-ignore: decorator
@inline
function squared(a: v128, b: v128): v128 {
  const difference = f64x2.sub(a, b);
  return f32x4.demote_f64x2_zero(f64x2.mul(difference, difference));
}
