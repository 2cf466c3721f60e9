import { evens, loadStrided, odds, storeLanes } from './lanes';
import { bottom, clipWindow, lanesInside, left, restInside, right, top } from './clipped-window';
import { Window } from './window';

/**
 * y [planes,oH,oW] = maximum over each window of x [planes,H,W], as far as it lies inside. A window that lies
 * wholly outside gives -Infinity. NaN in a window gives NaN.
 */
export function maxPool(x: usize, y: usize, window: Window, planes: i32): void {
  const inBytes = <usize>(window.height * window.width) * 4;
  const byTwo = window.strideX == 2 && (window.kernelWidth == 2 || window.kernelWidth == 3) && window.kernelHeight <= 3;
  for (let p = 0; p < planes; p++, x += inBytes) {
    for (let oy = 0; oy < window.outHeight; oy++) {
      let ox = 0;
      while (ox < window.outWidth) {
        clipWindow(window, oy, ox);
        const lanes = byTwo ? restInside(window, ox) : lanesInside(window, ox);
        if (lanes > 1 && byTwo) maxOfRest(x, y, window, lanes);
        else if (lanes > 1) storeLanes(y, maxOfLanes(x, window, lanes), lanes);
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
  let p = 0;
  if (coversPlane(window)) {
    const inverse = v128.load32_splat(inverses);
    const count = window.height * window.width;
    for (; p + 4 <= planes; p += 4, x += inBytes * 4, y += 16) {
      v128.store(y, f32x4.mul(sumOfFourPlanes(x, inBytes, count), inverse));
    }
  }
  for (; p < planes; p++, x += inBytes) {
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

/**
 * `count` windows in a row, 2 or 3 wide, at most 3 high and two columns apart: first the maximum of the rows, each column
 * once, then that of the columns.
 */
function maxOfRest(x: usize, y: usize, window: Window, count: i32): void {
  const rowBytes = <usize>window.width << 2;
  const first = x + (<usize>(top * window.width + left) << 2);
  // A row may take part twice.
  const second = bottom - top > 1 ? rowBytes : 0;
  const third = <usize>(bottom - top - 1) * rowBytes;
  const three = window.kernelWidth == 3;
  let row = first;
  let a = maxOfRows(row, second, third);
  for (let rest = count; rest > 0; rest -= 4, row += 32, y += 16) {
    const b = maxOfRows(row + 16, second, third);
    const even = evens(a, b);
    let best = f32x4.max(even, odds(a, b));
    if (three || rest > 4) a = maxOfRows(row + 32, second, third);
    // The third column is the first one of the next window.
    if (three) best = f32x4.max(best, v128.shuffle<f32>(even, a, 1, 2, 3, 4));
    storeLanes(y, best, rest);
  }
}

// @ts-ignore: decorator
@inline
function maxOfRows(row: usize, second: usize, third: usize): v128 {
  return f32x4.max(f32x4.max(v128.load(row), v128.load(row + second)), v128.load(row + third));
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

/** Whether there is one window, and all of the plane in it. */
// @ts-ignore: decorator
@inline
function coversPlane(window: Window): bool {
  if (window.outHeight != 1 || window.outWidth != 1) return false;
  clipWindow(window, 0, 0);
  return top == 0 && left == 0 && bottom == window.height && right == window.width;
}

/** The sums of four planes of `count` floats, each in the order of its elements. */
function sumOfFourPlanes(x: usize, planeBytes: usize, count: i32): v128 {
  let sum = f32x4.splat(0);
  let second = x + planeBytes, third = second + planeBytes, fourth = third + planeBytes;
  let rest = count;
  for (; rest >= 4; rest -= 4, x += 16, second += 16, third += 16, fourth += 16) {
    const a = v128.load(x), b = v128.load(second), c = v128.load(third), d = v128.load(fourth);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    sum = f32x4.add(sum, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
    sum = f32x4.add(sum, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
    sum = f32x4.add(sum, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5));
    sum = f32x4.add(sum, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7));
  }
  for (; rest > 0; rest--, x += 4, second += 4, third += 4, fourth += 4) {
    sum = f32x4.add(sum, f32x4(load<f32>(x), load<f32>(second), load<f32>(third), load<f32>(fourth)));
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
