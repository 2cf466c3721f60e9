import { bottom, clipWindow, lanesInside, left, right, top } from './clipped-window';
import { loadStrided, storeLanes } from './lanes';
import { Window } from './window';

/**
 * Maximum over each window of q [planes,H,W], as far as it lies inside, where every negative q is above all others: MNN
 * compares bytes q + 128 as if they were signed. A window that lies outside gives 0.
 */
export function maxPoolInt8(x: usize, y: usize, window: Window, planes: i32): void {
  const inBytes = <usize>(window.height * window.width) * 4;
  for (let p = 0; p < planes; p++, x += inBytes) {
    for (let oy = 0; oy < window.outHeight; oy++) {
      let ox = 0;
      while (ox < window.outWidth) {
        clipWindow(window, oy, ox);
        const lanes = lanesInside(window, ox);
        storeLanes(y, turned(maximum(x, window, lanes)), lanes);
        ox += lanes;
        y += <usize>lanes << 2;
      }
    }
  }
}

/**
 * (sum over each window of q + 128 [planes,H,W], as far as it lies inside) · floor(2^24 / pixels) >> 24, less 128. Sums are
 * exact up to 2^16 pixels; every window must hold one.
 */
export function averagePoolInt8(x: usize, y: usize, window: Window, planes: i32): void {
  const inBytes = <usize>(window.height * window.width) * 4;
  for (let p = 0; p < planes; p++, x += inBytes) {
    for (let oy = 0; oy < window.outHeight; oy++) {
      let ox = 0;
      while (ox < window.outWidth) {
        clipWindow(window, oy, ox);
        const lanes = lanesInside(window, ox);
        const pixels = (bottom - top) * (right - left);
        const sums = sum(x, window, lanes);
        store<f32>(y, average(f32x4.extract_lane(sums, 0), pixels));
        if (lanes > 1) store<f32>(y, average(f32x4.extract_lane(sums, 1), pixels), 4);
        if (lanes > 2) store<f32>(y, average(f32x4.extract_lane(sums, 2), pixels), 8);
        if (lanes > 3) store<f32>(y, average(f32x4.extract_lane(sums, 3), pixels), 12);
        ox += lanes;
        y += <usize>lanes << 2;
      }
    }
  }
}

/** The byte q + 128 as a signed number, and back: it is its own inverse. */
// @ts-ignore: decorator
@inline
function turned(q: v128): v128 {
  const half = f32x4.splat(128);
  return v128.bitselect(f32x4.add(q, half), f32x4.sub(q, half), f32x4.lt(q, f32x4.splat(0)));
}

function maximum(x: usize, window: Window, lanes: i32): v128 {
  const stride = <usize>window.strideX << 2;
  let best = f32x4.splat(-128);
  for (let row = top; row < bottom; row++) {
    let at = x + (<usize>(row * window.width + left) << 2);
    for (let column = left; column < right; column++, at += 4) {
      best = f32x4.pmax(best, turned(loadStrided(at, stride, lanes)));
    }
  }
  return best;
}

function sum(x: usize, window: Window, lanes: i32): v128 {
  const stride = <usize>window.strideX << 2;
  let total = f32x4.splat(0);
  for (let row = top; row < bottom; row++) {
    let at = x + (<usize>(row * window.width + left) << 2);
    for (let column = left; column < right; column++, at += 4) {
      total = f32x4.add(total, loadStrided(at, stride, lanes));
    }
  }
  return total;
}

// @ts-ignore: decorator
@inline
function average(sum: f32, pixels: i32): f32 {
  const bytes = <i64>sum + <i64>pixels * 128;
  return <f32>(<i32>((bytes * <i64>((1 << 24) / pixels)) >> 24) - 128);
}
