import { evens } from './lanes';
import { Window } from './window';

const LANES = 8;
const ROW_BYTES: usize = <usize>LANES * 4;
/** A row that no dilation brings into the image. */
const OUTSIDE: i32 = i32.MIN_VALUE / 2;
/** First input row and column of each lane's window, then its offset in the plane (or -1) for one tap. */
const laneY: usize = memory.data(32, 16);
const laneX: usize = memory.data(32, 16);
const laneOffset: usize = memory.data(32, 16);

/**
 * Writes the windows of output pixels first .. first + count - 1 as columns of a matrix [C * kH * kW][count],
 * in panels of 8 columns: [ceil(count / 8)][C * kH * kW][8]. x [C,H,W]. Outside of the image is zero.
 * The unused columns of the last panel are zero.
 */
export function im2col(x: usize, panels: usize, window: Window, first: i32, count: i32): void {
  const taps = window.kernelHeight * window.kernelWidth;
  const panelBytes = <usize>(window.channels * taps) * ROW_BYTES;
  const last = first + count - 1;
  for (let pixel = first; pixel <= last; pixel += LANES, panels += panelBytes) {
    if (pixel + LANES - 1 <= last && copyInside(x, panels, window, pixel, <usize>taps * ROW_BYTES)) continue;
    locateLanes(window, pixel, last);
    let row = panels;
    for (let ky = 0; ky < window.kernelHeight; ky++) {
      for (let kx = 0; kx < window.kernelWidth; kx++) {
        copyTap(x, row, window, ky * window.dilationY, kx * window.dilationX, <usize>taps * ROW_BYTES);
        row += ROW_BYTES;
      }
    }
  }
}

/**
 * All taps for eight pixels of one row whose windows reach over neither side of the image, one or two columns apart. False,
 * with nothing done, where that is not so: then every tap looks for its lanes.
 */
function copyInside(x: usize, panel: usize, window: Window, pixel: i32, step: usize): bool {
  const stride = window.strideX;
  const oy = pixel / window.outWidth;
  const ox = pixel - oy * window.outWidth;
  const left = ox * stride - window.padLeft;
  const right = left + (LANES - 1) * stride + (window.kernelWidth - 1) * window.dilationX;
  if (stride > 2 || ox + LANES > window.outWidth || left < 0 || right >= window.width) return false;
  const plane = <usize>(window.height * window.width) << 2;
  let row = panel;
  for (let ky = 0; ky < window.kernelHeight; ky++) {
    const y = oy * window.strideY - window.padTop + ky * window.dilationY;
    let source = x + (<usize>(y * window.width + left) << 2);
    for (let kx = 0; kx < window.kernelWidth; kx++, row += ROW_BYTES, source += <usize>window.dilationX << 2) {
      if (<u32>y >= <u32>window.height) clearRows(row, window.channels, step);
      else if (stride == 1) copyContiguous(source, row, window.channels, plane, step);
      else copyEverySecond(source, row, window.channels, plane, step);
    }
  }
  return true;
}

function clearRows(row: usize, channels: i32, step: usize): void {
  for (let c = 0; c < channels; c++, row += step) {
    v128.store(row, i32x4.splat(0));
    v128.store(row, i32x4.splat(0), 16);
  }
}

function locateLanes(window: Window, pixel: i32, last: i32): void {
  for (let lane = 0; lane < LANES; lane++) {
    const p = pixel + lane;
    const oy = p / window.outWidth;
    const ox = p - oy * window.outWidth;
    store<i32>(laneY + (<usize>lane << 2), p <= last ? oy * window.strideY - window.padTop : OUTSIDE);
    store<i32>(laneX + (<usize>lane << 2), ox * window.strideX - window.padLeft);
  }
}

/** One tap of the kernel for all channels; rows of consecutive channels are `step` bytes apart. */
function copyTap(x: usize, row: usize, window: Window, dy: i32, dx: i32, step: usize): void {
  let inside = 0;
  for (let lane: usize = 0; lane < ROW_BYTES; lane += 4) {
    const y = load<i32>(laneY + lane) + dy;
    const column = load<i32>(laneX + lane) + dx;
    const valid = <u32>y < <u32>window.height && <u32>column < <u32>window.width;
    store<i32>(laneOffset + lane, valid ? y * window.width + column : -1);
    inside += i32(valid);
  }
  const start = load<i32>(laneOffset);
  const spread = load<i32>(laneOffset, 28) - start;
  const plane = <usize>(window.height * window.width) * 4;
  const source = x + (<usize>start << 2);
  // Offsets ascend. A spread of 7 means steps of 1; a spread of 14 means steps of 2 only when the lanes of
  // one row are 2 apart, since a jump to the next row may make up for steps of 1.
  if (inside == LANES && spread == LANES - 1) copyContiguous(source, row, window.channels, plane, step);
  else if (inside == LANES && spread == 14 && window.strideX == 2) copyEverySecond(source, row, window.channels, plane, step);
  else copyLanes(x, row, window.channels, plane, step);
}

function copyContiguous(source: usize, row: usize, channels: i32, plane: usize, step: usize): void {
  for (let c = 0; c < channels; c++) {
    v128.store(row, v128.load(source));
    v128.store(row, v128.load(source, 16), 16);
    source += plane;
    row += step;
  }
}

function copyEverySecond(source: usize, row: usize, channels: i32, plane: usize, step: usize): void {
  for (let c = 0; c < channels; c++) {
    v128.store(row, evens(v128.load(source), v128.load(source, 16)));
    v128.store(row, evens(v128.load(source, 32), v128.load(source, 48)), 16);
    source += plane;
    row += step;
  }
}

function copyLanes(x: usize, row: usize, channels: i32, plane: usize, step: usize): void {
  for (let lane: usize = 0; lane < ROW_BYTES; lane += 4) {
    const offset = load<i32>(laneOffset + lane);
    let target = row + lane;
    if (offset < 0) {
      for (let c = 0; c < channels; c++, target += step) store<f32>(target, 0);
      continue;
    }
    let source = x + (<usize>offset << 2);
    for (let c = 0; c < channels; c++, target += step, source += plane) store<f32>(target, load<f32>(source));
  }
}
