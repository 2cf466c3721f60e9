import { gemm } from './gemm';
import { clamp, storeLanes } from './lanes';
import { clearPlane, padPlane } from './pad';
import { firstPixel, fourthPixel, oddFar, oddNear, storeInputTransform, thirdPixel } from './winograd-transform';
import { Window } from './window';

/** Pixels that a tile gives along an axis, and values at points that stand for them. */
// @ts-ignore: decorator
@inline
const TILE = 4;
// @ts-ignore: decorator
@inline
const POINTS = 6;
// @ts-ignore: decorator
@inline
const PRODUCTS = 36;

/** Four tiles between the two passes of the output transform. */
const halfway: usize = memory.data(POINTS * TILE * 16, 16);

/** How the work is cut; the host writes these numbers once per bound node. All addresses count from `scratch`. */
@unmanaged
export class WinogradPlan {
  outputs: i32;
  /** Bytes from the weights of one point to those of the next. */
  weightStep: i32;
  tileRows: i32;
  tileColumns: i32;
  /** Tile rows that are transformed together: a band. */
  bandRows: i32;
  /** Output channels, a multiple of 4, whose products are transformed back together. */
  chunk: i32;
  /** Floats of a row of the padded plane. */
  paddedWidth: i32;
  /** [6, paddedWidth]: one tile row between the two passes of the input transform. */
  rows: i32;
  /** [36][panels of 8 tiles][C + 1][8]: the transformed input; the extra channel takes what is stored too far. */
  values: i32;
  valuesStep: i32;
  /** [36][chunk][tiles of the band]. */
  products: i32;
  productsStep: i32;
  /** `chunk` floats, all 0. */
  zeros: i32;
}

/**
 * y = clamp(bias + x convolved with 3x3 windows, lo, hi), stride 1, by Winograd's F(4,3): x [C,H,W] → y [O,oH,oW].
 * weights: [36][ceil(O / 4)][C][4], transformed, packed as `gemm` wants them and `plan.weightStep` bytes apart; bias padded
 * to a multiple of 4.
 *
 * Returns 0, or 1 as soon as a result is not finite: such values spread over whole tiles here, and y is then to be computed
 * in another way.
 */
export function winograd(
  x: usize, weights: usize, bias: usize, y: usize, window: Window, plan: WinogradPlan, scratch: usize, lo: f32, hi: f32,
): i32 {
  const channels = window.channels;
  const panelBytes = <usize>(channels + 1) << 5;
  const products = scratch + plan.products;
  memory.fill(scratch + plan.zeros, 0, <usize>plan.chunk << 2);
  for (let first = 0; first < plan.tileRows; first += plan.bandRows) {
    const tileRows = min(plan.bandRows, plan.tileRows - first);
    const tiles = tileRows * plan.tileColumns;
    transformBand(x, window, plan, scratch, first, tileRows);
    for (let o = 0; o < plan.outputs; o += plan.chunk) {
      const count = min(plan.chunk, plan.outputs - o);
      for (let k = 0; k < PRODUCTS; k++) {
        gemm(
          weights + k * plan.weightStep + (<usize>(o * channels) << 2), scratch + plan.zeros,
          scratch + plan.values + k * plan.valuesStep, panelBytes, 32,
          products + k * plan.productsStep, <usize>tiles << 2, count, tiles, channels, -Infinity, Infinity,
        );
      }
      for (let i = 0; i < count; i++) {
        const from = products + (<usize>(i * tiles) << 2);
        const plane = y + (<usize>((o + i) * window.outHeight * window.outWidth) << 2);
        const start = v128.load32_splat(bias + (<usize>(o + i) << 2));
        if (transformBack(from, plane, start, window, plan, first, tileRows, lo, hi)) return 1;
      }
    }
  }
  return 0;
}

/** Tile rows first .. first + tileRows - 1 of all channels of x [C,H,W], zero outside, at the 36 points. */
function transformBand(x: usize, window: Window, plan: WinogradPlan, scratch: usize, first: i32, tileRows: i32): void {
  const height = tileRows * TILE + 2;
  const rowBytes = <usize>plan.paddedWidth << 2;
  const inBytes = <usize>(window.height * window.width) << 2;
  const top = window.padTop - first * TILE;
  // The border stays zero from channel to channel.
  clearPlane(scratch, height * plan.paddedWidth);
  for (let c = 0; c < window.channels; c++, x += inBytes) {
    padPlane(x, scratch, window.height, window.width, top, window.padLeft, height, plan.paddedWidth);
    for (let row = 0; row < tileRows; row++) {
      const source = scratch + <usize>(row * TILE) * rowBytes;
      downRows(source, scratch + plan.rows, rowBytes, plan.tileColumns);
      acrossTiles(scratch + plan.rows, rowBytes, scratch + plan.values, c, row * plan.tileColumns, window, plan);
    }
  }
}

/** The transform along columns: six rows of pixels become six rows of values. Four columns for each tile, and two more. */
function downRows(x: usize, rows: usize, rowBytes: usize, tileColumns: i32): void {
  for (let i = 0; i <= tileColumns; i++, x += 16, rows += 16) {
    let at = x;
    const d0 = v128.load(at); at += rowBytes;
    const d1 = v128.load(at); at += rowBytes;
    const d2 = v128.load(at); at += rowBytes;
    const d3 = v128.load(at); at += rowBytes;
    const d4 = v128.load(at); at += rowBytes;
    storeInputTransform(rows, rowBytes, d0, d1, d2, d3, d4, v128.load(at));
  }
}

/** The transform along rows, four tiles side by side, whose values go to column `tile` and the following of the matrices. */
function acrossTiles(
  rows: usize, rowBytes: usize, values: usize, c: i32, tile: i32, window: Window, plan: WinogradPlan,
): void {
  const panelBytes = <usize>(window.channels + 1) << 5;
  const step = <usize>plan.valuesStep;
  for (let left = plan.tileColumns; left > 0; left -= 4, tile += 4, rows += 64) {
    const target = values + <usize>(tile >> 3) * panelBytes + (<usize>c << 5) + (<usize>(tile & 7) << 2);
    let row = rows, to = target;
    for (let i = 0; i < POINTS; i++, row += rowBytes, to += step * POINTS) fourTiles(row, to, step);
    // What went beyond the panel's eight columns lies in the next channel's row, which is not written yet.
    if ((tile & 7) > 4) {
      let from = values + <usize>(tile >> 3) * panelBytes + (<usize>(c + 1) << 5);
      const beyond = panelBytes - 32;
      for (let k = 0; k < PRODUCTS; k++, from += step) v128.store(from + beyond, v128.load(from));
    }
  }
}

/** Eighteen floats of a row, as windows of six that begin four apart: one window per lane. */
// @ts-ignore: decorator
@inline
function fourTiles(row: usize, target: usize, step: usize): void {
  const a = v128.load(row), b = v128.load(row, 16), c = v128.load(row, 32), d = v128.load(row, 48);
  const last = v128.load(row, 64);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const d0 = v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), d1 = v128.shuffle<f32>(ab, cd, 2, 3, 6, 7);
  const d2 = v128.shuffle<f32>(AB, CD, 0, 1, 4, 5), d3 = v128.shuffle<f32>(AB, CD, 2, 3, 6, 7);
  const second = v128.shuffle<f32>(last, last, 1, 1, 1, 1);
  const d4 = v128.shuffle<f32>(d0, last, 1, 2, 3, 4), d5 = v128.shuffle<f32>(d1, second, 1, 2, 3, 4);
  storeInputTransform(target, step, d0, d1, d2, d3, d4, d5);
}

/** A band of one output channel's plane, from 36 rows of products. 1 if a value is not finite. */
function transformBack(
  products: usize, plane: usize, start: v128, window: Window, plan: WinogradPlan, first: i32, tileRows: i32,
  lo: f32, hi: f32,
): i32 {
  const low = f32x4.splat(lo), high = f32x4.splat(hi);
  const outBytes = <usize>window.outWidth << 2;
  let spoiled = i32x4.splat(0);
  for (let row = 0; row < tileRows; row++) {
    const oy = (first + row) * TILE;
    for (let tile = 0; tile < plan.tileColumns; tile += 4) {
      let y = plane + (<usize>(oy * window.outWidth + tile * TILE) << 2);
      const from = products + (<usize>(row * plan.tileColumns + tile) << 2);
      for (let j: usize = 0; j < <usize>POINTS; j++) {
        upColumn(from + j * plan.productsStep, halfway + (j << 4), plan.productsStep);
      }
      const inside = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(plan.tileColumns - tile));
      const left = window.outWidth - tile * TILE;
      for (let i = 0; i < TILE; i++) {
        const rows = window.outHeight - oy - i;
        const flags = backAcross(halfway + <usize>(i * POINTS * 16), start, y, rows > 0 ? left : 0, low, high);
        spoiled = v128.or(spoiled, v128.and(flags, inside));
        y += outBytes;
      }
    }
  }
  return i32(v128.any_true(spoiled));
}

/** One column of products of four tiles, [6 points] → [4 pixels], to `target` and each 6 vectors on. */
// @ts-ignore: decorator
@inline
function upColumn(products: usize, target: usize, step: usize): void {
  const down = step * POINTS;
  const m0 = v128.load(products);
  const m1 = v128.load(products + down), m2 = v128.load(products + down * 2);
  const m3 = v128.load(products + down * 3), m4 = v128.load(products + down * 4);
  const m5 = v128.load(products + down * 5);
  const evenNear = f32x4.add(m1, m2), evenFar = f32x4.add(m3, m4);
  const near = oddNear(m1, m2), far = oddFar(m3, m4);
  v128.store(target, firstPixel(m0, evenNear, evenFar));
  v128.store(target, f32x4.add(near, far), POINTS * 16);
  v128.store(target, thirdPixel(evenNear, evenFar), POINTS * 32);
  v128.store(target, fourthPixel(near, far, m5), POINTS * 48);
}

/**
 * A row of pixels of four tiles with the bias, of which `left` are stored (at most 16). Lanes are tiles; those with a pixel
 * that is not finite are marked in the result.
 */
// @ts-ignore: decorator
@inline
function backAcross(values: usize, start: v128, y: usize, left: i32, low: v128, high: v128): v128 {
  const m1 = v128.load(values, 16), m2 = v128.load(values, 32), m3 = v128.load(values, 48), m4 = v128.load(values, 64);
  const evenNear = f32x4.add(m1, m2), evenFar = f32x4.add(m3, m4);
  const near = oddNear(m1, m2), far = oddFar(m3, m4);
  const a = f32x4.add(start, firstPixel(v128.load(values), evenNear, evenFar));
  const b = f32x4.add(start, f32x4.add(near, far));
  const c = f32x4.add(start, thirdPixel(evenNear, evenFar));
  const d = f32x4.add(start, fourthPixel(near, far, v128.load(values, 80)));
  storeTiles(y, left, clamp(a, low, high), clamp(b, low, high), clamp(c, low, high), clamp(d, low, high));
  // x - x is +0 for a number, NaN for all else. A sum that overflows is taken for one that is not finite.
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return f32x4.sub(sum, sum);
}

/** Four columns of four tiles as 16 pixels in a row, of which `left` are stored. */
// @ts-ignore: decorator
@inline
function storeTiles(y: usize, left: i32, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  if (left > 0) storeLanes(y, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), left);
  if (left > 4) storeLanes(y + 16, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), left - 4);
  if (left > 8) storeLanes(y + 32, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5), left - 8);
  if (left > 12) storeLanes(y + 48, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7), left - 12);
}
