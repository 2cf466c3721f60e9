import { clamp, loadStrided, mulAdd, storeLanes } from './lanes';
import { padPlane, clearPlane } from './pad';
import { plane3x3, plane3x3Stride2 } from './depthwise-3x3';
import { Window } from './window';

/**
 * y[c] = clamp(bias[c] + x[c] convolved with w[c], lo, hi). x [C,H,W] · w [C,kH,kW] → y [C,oH,oW].
 *
 * `plane` is room for one padded plane of paddedHeight * paddedWidth floats, or 0 when all windows lie
 * inside of the image. Taps are summed in the order of ky, kx whichever path runs.
 */
export function depthwise(
  x: usize, w: usize, bias: usize, y: usize, window: Window, plane: usize, paddedHeight: i32, paddedWidth: i32,
  lo: f32, hi: f32,
): void {
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  const inBytes = <usize>(window.height * window.width) * 4;
  const outBytes = <usize>(window.outHeight * window.outWidth) * 4;
  const weightBytes = <usize>(window.kernelHeight * window.kernelWidth) * 4;
  const is3x3 = window.kernelHeight == 3 && window.kernelWidth == 3 && window.dilationY == 1 && window.dilationX == 1;
  const byOne = is3x3 && window.strideX == 1 && window.strideY == 1;
  const byTwo = is3x3 && window.strideX == 2;
  // A border of one column is left out while loading, and rows outside are one row of zeros.
  const overhang = paddedWidth - window.padLeft - window.width;
  const narrow = (byOne || byTwo) && <u32>window.padLeft < 2 && overhang < 2;
  const copied = plane != 0 && !narrow;
  // The border of the padded plane stays zero from channel to channel.
  if (plane) clearPlane(plane, copied ? paddedHeight * paddedWidth : paddedWidth);
  const rowBytes = <usize>(copied ? paddedWidth : window.width) * 4;
  const top = copied ? 0 : window.padTop;
  const height = copied ? paddedHeight : window.height;
  const left = !copied && window.padLeft == 1;
  const right = !copied && overhang == 1;
  for (let c = 0; c < window.channels; c++) {
    let source = x - (<usize>window.padLeft << 2);
    if (copied) {
      padPlane(x, plane, window.height, window.width, window.padTop, window.padLeft, paddedHeight, paddedWidth);
      source = plane;
    }
    if (byOne) plane3x3(source, rowBytes, top, height, plane, left, right, w, bias, y, window, low, high);
    else if (byTwo) plane3x3Stride2(source, rowBytes, top, height, plane, left, right, w, bias, y, window, low, high);
    else planeAny(source - <usize>top * rowBytes, rowBytes, w, bias, y, window, low, high);
    x += inBytes;
    y += outBytes;
    w += weightBytes;
    bias += 4;
  }
}

/** Any kernel, stride and dilation, eight outputs at a time while there are as many, then four. */
function planeAny(
  x: usize, rowBytes: usize, w: usize, bias: usize, y: usize, window: Window, low: v128, high: v128,
): void {
  const start = v128.load32_splat(bias);
  const stepBytes = <usize>window.strideY * rowBytes;
  const stride = <usize>window.strideX * 4;
  for (let oy = 0; oy < window.outHeight; oy++) {
    let source = x;
    let left = window.outWidth;
    if (stride <= 8) {
      for (; left >= 8; left -= 8, source += stride * 8, y += 32) {
        if (stride == 4) eightOutputs(source, rowBytes, w, start, y, window, 4, low, high);
        else eightOutputs(source, rowBytes, w, start, y, window, 8, low, high);
      }
    }
    for (; left > 0; left -= 4) {
      fourOutputs(source, rowBytes, w, start, y, left, window, stride, low, high);
      y += <usize>min(left, 4) << 2;
      source += stride * 4;
    }
    x += stepBytes;
  }
}

// @ts-ignore: decorator
@inline
function eightOutputs(
  row: usize, rowBytes: usize, weight: usize, start: v128, y: usize, window: Window, stride: usize, low: v128, high: v128,
): void {
  const column = <usize>window.dilationX * 4;
  const down = <usize>window.dilationY * rowBytes;
  let a = start, b = start;
  for (let ky = window.kernelHeight; ky > 0; ky--, row += down) {
    let tap = row;
    for (let kx = window.kernelWidth; kx > 0; kx--, tap += column, weight += 4) {
      const factor = v128.load32_splat(weight);
      a = mulAdd(a, loadStrided(tap, stride, 4), factor);
      b = mulAdd(b, loadStrided(tap + stride * 4, stride, 4), factor);
    }
  }
  v128.store(y, clamp(a, low, high));
  v128.store(y, clamp(b, low, high), 16);
}

// @ts-ignore: decorator
@inline
function fourOutputs(
  row: usize, rowBytes: usize, weight: usize, start: v128, y: usize, left: i32, window: Window, stride: usize,
  low: v128, high: v128,
): void {
  const column = <usize>window.dilationX * 4;
  const down = <usize>window.dilationY * rowBytes;
  let sum = start;
  for (let ky = window.kernelHeight; ky > 0; ky--, row += down) {
    let tap = row;
    for (let kx = window.kernelWidth; kx > 0; kx--, tap += column, weight += 4) {
      sum = mulAdd(sum, loadStrided(tap, stride, left), v128.load32_splat(weight));
    }
  }
  storeLanes(y, clamp(sum, low, high), left);
}
