import { loadStrided, storeLanes } from './lanes';
import { Window } from './window';

/** The part of a window that lies inside of the image. */
let top: i32 = 0, bottom: i32 = 0, left: i32 = 0, right: i32 = 0;

/**
 * y [planes,oH,oW] = maximum over each window of x [planes,H,W], as far as it lies inside. A window that lies
 * wholly outside gives -Infinity. NaN in a window gives NaN.
 */
export function maxPool(x: usize, y: usize, window: Window, planes: i32): void {
  const inBytes = <usize>(window.height * window.width) * 4;
  for (let p = 0; p < planes; p++, x += inBytes) {
    for (let oy = 0; oy < window.outHeight; oy++) {
      let ox = 0;
      while (ox < window.outWidth) {
        clipWindow(window, oy, ox);
        const lanes = lanesInside(window, ox);
        if (lanes > 1) storeLanes(y, maxOfLanes(x, window, lanes), lanes);
        else store<f32>(y, maxOfOne(x, window));
        ox += lanes;
        y += <usize>lanes << 2;
      }
    }
  }
}

/**
 * y [planes,oH,oW] = (sum over each window of x [planes,H,W], as far as it lies inside) * (1 / divisor), with
 * divisors [oH,oW] as inverses in float32. Sums run in the order of rows and columns.
 */
export function averagePool(x: usize, y: usize, window: Window, planes: i32, inverses: usize): void {
  const inBytes = <usize>(window.height * window.width) * 4;
  for (let p = 0; p < planes; p++, x += inBytes) {
    let inverse = inverses;
    for (let oy = 0; oy < window.outHeight; oy++) {
      let ox = 0;
      while (ox < window.outWidth) {
        clipWindow(window, oy, ox);
        const lanes = lanesInside(window, ox);
        if (lanes > 1) storeLanes(y, f32x4.mul(sumOfLanes(x, window, lanes), v128.load(inverse)), lanes);
        else store<f32>(y, sumOfOne(x, window) * load<f32>(inverse));
        ox += lanes;
        y += <usize>lanes << 2;
        inverse += <usize>lanes << 2;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function clipWindow(window: Window, oy: i32, ox: i32): void {
  const y = oy * window.strideY - window.padTop;
  const x = ox * window.strideX - window.padLeft;
  top = max(y, 0);
  bottom = min(y + window.kernelHeight, window.height);
  left = max(x, 0);
  right = min(x + window.kernelWidth, window.width);
}

/** How many windows from `ox` on, up to 4, have all their columns inside; 1 if not even the first. */
// @ts-ignore: decorator
@inline
function lanesInside(window: Window, ox: i32): i32 {
  if (right - left < window.kernelWidth) return 1;
  const room = (window.width - right) / window.strideX + 1;
  return min(min(room, window.outWidth - ox), 4);
}

function maxOfLanes(x: usize, window: Window, lanes: i32): v128 {
  const stride = <usize>window.strideX << 2;
  let best = f32x4.splat(-Infinity);
  for (let row = top; row < bottom; row++) {
    let at = x + (<usize>(row * window.width + left) << 2);
    for (let column = left; column < right; column++, at += 4) {
      best = f32x4.max(best, loadStrided(at, stride, lanes));
    }
  }
  return best;
}

function maxOfOne(x: usize, window: Window): f32 {
  let best: f32 = -Infinity;
  for (let row = top; row < bottom; row++) {
    let at = x + (<usize>(row * window.width + left) << 2);
    for (let column = left; column < right; column++, at += 4) best = max(best, load<f32>(at));
  }
  return best;
}

function sumOfLanes(x: usize, window: Window, lanes: i32): v128 {
  const stride = <usize>window.strideX << 2;
  let sum = f32x4.splat(0);
  for (let row = top; row < bottom; row++) {
    let at = x + (<usize>(row * window.width + left) << 2);
    for (let column = left; column < right; column++, at += 4) {
      sum = f32x4.add(sum, loadStrided(at, stride, lanes));
    }
  }
  return sum;
}

function sumOfOne(x: usize, window: Window): f32 {
  let sum: f32 = 0;
  for (let row = top; row < bottom; row++) {
    let at = x + (<usize>(row * window.width + left) << 2);
    for (let column = left; column < right; column++, at += 4) sum += load<f32>(at);
  }
  return sum;
}
