import { clamp, evens, loadStrided, mulAdd, odds, storeLanes } from './lanes';
import { padPlane, clearPlane } from './pad';
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
  const inBytes = <usize>(window.height * window.width) * 4;
  const outBytes = <usize>(window.outHeight * window.outWidth) * 4;
  const weightBytes = <usize>(window.kernelHeight * window.kernelWidth) * 4;
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  const rowBytes = <usize>(plane ? paddedWidth : window.width) * 4;
  const is3x3 = window.kernelHeight == 3 && window.kernelWidth == 3 && window.dilationY == 1 && window.dilationX == 1;
  // The border of the padded plane stays zero from channel to channel.
  if (plane) clearPlane(plane, paddedHeight * paddedWidth);
  for (let c = 0; c < window.channels; c++) {
    let source = x;
    if (plane) {
      padPlane(x, plane, window.height, window.width, window.padTop, window.padLeft, paddedHeight, paddedWidth);
      source = plane;
    } else {
      source -= <usize>window.padTop * rowBytes + (<usize>window.padLeft << 2);
    }
    if (is3x3 && window.strideX == 1 && window.strideY == 1) plane3x3(source, rowBytes, w, bias, y, window, low, high);
    else if (is3x3 && window.strideX == 2) plane3x3Stride2(source, rowBytes, w, bias, y, window, low, high);
    else planeAny(source, rowBytes, w, bias, y, window, low, high);
    x += inBytes;
    y += outBytes;
    w += weightBytes;
    bias += 4;
  }
}

/** 3x3, stride 1: two output rows at a time share their two common input rows. */
function plane3x3(
  x: usize, rowBytes: usize, w: usize, bias: usize, y: usize, window: Window, low: v128, high: v128,
): void {
  const w0 = v128.load32_splat(w), w1 = v128.load32_splat(w, 4), w2 = v128.load32_splat(w, 8);
  const w3 = v128.load32_splat(w, 12), w4 = v128.load32_splat(w, 16), w5 = v128.load32_splat(w, 20);
  const w6 = v128.load32_splat(w, 24), w7 = v128.load32_splat(w, 28), w8 = v128.load32_splat(w, 32);
  const start = v128.load32_splat(bias);
  const width = window.outWidth;
  const outBytes = <usize>width * 4;
  for (let oy = 0; oy < window.outHeight; oy += 2) {
    // An odd last row computes a second row from its own rows again, and does not store it.
    const both = oy + 1 < window.outHeight;
    const below = both ? rowBytes : 0;
    const secondOut = both ? outBytes : 0;
    let out = y;
    let r0 = x, r1 = r0 + rowBytes, r2 = r1 + rowBytes, r3 = r2 + below;
    for (let left = width; left > 0; left -= 4) {
      let s = start, t = start;
      let v = v128.load(r0); s = mulAdd(s, v, w0);
      v = v128.load(r0, 4); s = mulAdd(s, v, w1);
      v = v128.load(r0, 8); s = mulAdd(s, v, w2);
      v = v128.load(r1); s = mulAdd(s, v, w3); t = mulAdd(t, v, w0);
      v = v128.load(r1, 4); s = mulAdd(s, v, w4); t = mulAdd(t, v, w1);
      v = v128.load(r1, 8); s = mulAdd(s, v, w5); t = mulAdd(t, v, w2);
      v = v128.load(r2); s = mulAdd(s, v, w6); t = mulAdd(t, v, w3);
      v = v128.load(r2, 4); s = mulAdd(s, v, w7); t = mulAdd(t, v, w4);
      v = v128.load(r2, 8); s = mulAdd(s, v, w8); t = mulAdd(t, v, w5);
      v = v128.load(r3); t = mulAdd(t, v, w6);
      v = v128.load(r3, 4); t = mulAdd(t, v, w7);
      v = v128.load(r3, 8); t = mulAdd(t, v, w8);
      // The first row is stored last: where there is no second, both go to the same place.
      storeLanes(out + secondOut, clamp(t, low, high), left);
      storeLanes(out, clamp(s, low, high), left);
      out += 16; r0 += 16; r1 += 16; r2 += 16; r3 += 16;
    }
    x += rowBytes * 2;
    y += outBytes * 2;
  }
}

/** 3x3 with two columns per step; any number of rows per step. */
function plane3x3Stride2(
  x: usize, rowBytes: usize, w: usize, bias: usize, y: usize, window: Window, low: v128, high: v128,
): void {
  const w0 = v128.load32_splat(w), w1 = v128.load32_splat(w, 4), w2 = v128.load32_splat(w, 8);
  const w3 = v128.load32_splat(w, 12), w4 = v128.load32_splat(w, 16), w5 = v128.load32_splat(w, 20);
  const w6 = v128.load32_splat(w, 24), w7 = v128.load32_splat(w, 28), w8 = v128.load32_splat(w, 32);
  const start = v128.load32_splat(bias);
  const stepBytes = <usize>window.strideY * rowBytes;
  for (let oy = 0; oy < window.outHeight; oy++) {
    let r0 = x, r1 = r0 + rowBytes, r2 = r1 + rowBytes;
    for (let left = window.outWidth; left > 0; left -= 4) {
      let s = row3(start, r0, w0, w1, w2);
      s = row3(s, r1, w3, w4, w5);
      s = row3(s, r2, w6, w7, w8);
      storeLanes(y, clamp(s, low, high), left);
      y += <usize>min(left, 4) << 2;
      r0 += 32; r1 += 32; r2 += 32;
    }
    x += stepBytes;
  }
}

// @ts-ignore: decorator
@inline
function row3(sum: v128, row: usize, w0: v128, w1: v128, w2: v128): v128 {
  const a = v128.load(row), b = v128.load(row, 16);
  sum = mulAdd(sum, evens(a, b), w0);
  sum = mulAdd(sum, odds(a, b), w1);
  return mulAdd(sum, evens(v128.load(row, 8), v128.load(row, 24)), w2);
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
