import { clamp, storeLanes } from './lanes';

// Which operation: kernels/int8-binary-op.ts has the same numbers.

// @ts-ignore: decorator
@inline
const ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3, SQUARED_DIFFERENCE = 4;

/** What the whole numbers stand for; the host writes these nine floats once per bound node. */
@unmanaged
class Grids {
  zeroA: f32;
  stepA: f32;
  zeroB: f32;
  stepB: f32;
  /** 1 / step of y. */
  inverse: f32;
  zeroY: f32;
  low: f32;
  high: f32;
}

/**
 * y = clamp(round(((a - zeroA) stepA op (b - zeroB) stepB) inverse) + zeroY) on whole numbers, each step in float32,
 * with broadcasting by a `box` as `combine` has it. What no int32 holds becomes the lower end, as x86-64 does it.
 */
export function combineInt8(operation: i32, a: usize, b: usize, y: usize, box: usize, grids: Grids): void {
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
        line(operation, ax2, bx2, y, e3, a3, b3, grids);
      }
    }
  }
}

function line(
  operation: i32, a: usize, b: usize, y: usize, count: i32, stepA: i32, stepB: i32, grids: Grids,
): void {
  switch (operation) {
    case ADD: return loop(ADD, a, b, y, count, stepA, stepB, grids);
    case SUBTRACT: return loop(SUBTRACT, a, b, y, count, stepA, stepB, grids);
    case MULTIPLY: return loop(MULTIPLY, a, b, y, count, stepA, stepB, grids);
    case DIVIDE: return loop(DIVIDE, a, b, y, count, stepA, stepB, grids);
    case SQUARED_DIFFERENCE: return loop(SQUARED_DIFFERENCE, a, b, y, count, stepA, stepB, grids);
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function loop(
  operation: i32, a: usize, b: usize, y: usize, count: i32, stepA: i32, stepB: i32, grids: Grids,
): void {
  const zeroA = f32x4.splat(grids.zeroA), unitA = f32x4.splat(grids.stepA);
  const zeroB = f32x4.splat(grids.zeroB), unitB = f32x4.splat(grids.stepB);
  const inverse = f32x4.splat(grids.inverse), zeroY = f32x4.splat(grids.zeroY);
  const low = f32x4.splat(grids.low), high = f32x4.splat(grids.high);
  const fixedA = v128.load32_splat(a), fixedB = v128.load32_splat(b);
  const bytesA = <usize>stepA << 4, bytesB = <usize>stepB << 4;
  for (let left = count; left > 0; left -= 4, a += bytesA, b += bytesB, y += 16) {
    const p = f32x4.mul(f32x4.sub(stepA ? v128.load(a) : fixedA, zeroA), unitA);
    const q = f32x4.mul(f32x4.sub(stepB ? v128.load(b) : fixedB, zeroB), unitB);
    const whole = wholeSteps(f32x4.mul(apply(operation, p, q), inverse));
    storeLanes(y, clamp(f32x4.add(whole, zeroY), low, high), left);
  }
}

// @ts-ignore: decorator
@inline
function apply(operation: i32, a: v128, b: v128): v128 {
  if (operation == ADD) return f32x4.add(a, b);
  if (operation == SUBTRACT) return f32x4.sub(a, b);
  if (operation == MULTIPLY) return f32x4.mul(a, b);
  if (operation == DIVIDE) return f32x4.div(a, b);
  const difference = f32x4.sub(a, b);
  return f32x4.mul(difference, difference);
}

/** Half away from zero, as `fakeQuantize` does it; what no int32 holds, NaN among it, becomes -Infinity. */
// @ts-ignore: decorator
@inline
function wholeSteps(x: v128): v128 {
  const half = v128.or(v128.and(x, i32x4.splat(0x80000000)), f32x4.splat(0.49999997));
  const whole = f32x4.trunc(f32x4.add(x, half));
  return v128.bitselect(whole, f32x4.splat(-Infinity), f32x4.lt(f32x4.abs(x), f32x4.splat(2147483648)));
}
