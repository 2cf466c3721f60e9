import { clamp, evens, mulAdd, odds, storeLanes } from './lanes';
import { Window } from './window';

// 3x3 windows over one plane. `x` is where the first window's first column lies in image row 0; window row oy begins at
// image row oy * stride - top, and image rows outside of [0, height) are `zeros`, a row of them. With `left` the first
// column is padding and with `right` the last one: what is loaded there counts as zero.

// @ts-ignore: decorator
@inline
function rowAt(x: usize, rowBytes: usize, row: i32, height: i32, zeros: usize): usize {
  return <u32>row < <u32>height ? x + <usize>row * rowBytes : zeros;
}

/** All lanes but the first one, where that is padding. */
// @ts-ignore: decorator
@inline
function leftMask(first: bool): v128 {
  return first ? i32x4(0, -1, -1, -1) : i32x4.splat(-1);
}

/** All lanes but that of the last one of `count` outputs, where its last column is padding. */
// @ts-ignore: decorator
@inline
function rightMask(last: bool, count: i32): v128 {
  return last ? i32x4.ne(i32x4(1, 2, 3, 4), i32x4.splat(count)) : i32x4.splat(-1);
}

/** Stride 1: two output rows at a time share their two common input rows. */
export function plane3x3(
  x: usize, rowBytes: usize, top: i32, height: i32, zeros: usize, left: bool, right: bool,
  w: usize, bias: usize, y: usize, window: Window, low: v128, high: v128,
): void {
  const w0 = v128.load32_splat(w), w1 = v128.load32_splat(w, 4), w2 = v128.load32_splat(w, 8);
  const w3 = v128.load32_splat(w, 12), w4 = v128.load32_splat(w, 16), w5 = v128.load32_splat(w, 20);
  const w6 = v128.load32_splat(w, 24), w7 = v128.load32_splat(w, 28), w8 = v128.load32_splat(w, 32);
  const start = v128.load32_splat(bias);
  const outBytes = <usize>window.outWidth * 4;
  for (let oy = 0; oy < window.outHeight; oy += 2) {
    // An odd last row computes a second row from its own rows again, and does not store it.
    const both = i32(oy + 1 < window.outHeight);
    const row = oy - top;
    let r0 = rowAt(x, rowBytes, row, height, zeros), r1 = rowAt(x, rowBytes, row + 1, height, zeros);
    let r2 = rowAt(x, rowBytes, row + 2, height, zeros), r3 = rowAt(x, rowBytes, row + 2 + both, height, zeros);
    const second = both ? outBytes : 0;
    let out = y;
    let rest = window.outWidth;
    if (left) {
      const inner = rightMask(right && rest <= 4, rest);
      twoRows(
        r0, r1, r2, r3, start, w0, w1, w2, w3, w4, w5, w6, w7, w8,
        out, second, rest, leftMask(true), inner, true, low, high,
      );
      rest -= 4; out += 16; r0 += 16; r1 += 16; r2 += 16; r3 += 16;
    }
    const all = i32x4.splat(-1);
    for (; rest > (right ? 4 : 0); rest -= 4) {
      twoRows(
        r0, r1, r2, r3, start, w0, w1, w2, w3, w4, w5, w6, w7, w8, out, second, rest, all, all, false, low, high,
      );
      out += 16; r0 += 16; r1 += 16; r2 += 16; r3 += 16;
    }
    if (rest > 0) {
      twoRows(
        r0, r1, r2, r3, start, w0, w1, w2, w3, w4, w5, w6, w7, w8,
        out, second, rest, all, rightMask(true, rest), true, low, high,
      );
    }
    y += outBytes * 2;
  }
}

/** Four outputs of two rows. `masked` tells whether the masks change anything. */
// @ts-ignore: decorator
@inline
function twoRows(
  r0: usize, r1: usize, r2: usize, r3: usize, start: v128,
  w0: v128, w1: v128, w2: v128, w3: v128, w4: v128, w5: v128, w6: v128, w7: v128, w8: v128,
  out: usize, second: usize, rest: i32,
  first: v128, last: v128, masked: bool, low: v128, high: v128,
): void {
  let s = start, t = start;
  let v = masked ? v128.and(v128.load(r0), first) : v128.load(r0);
  s = mulAdd(s, v, w0);
  v = v128.load(r0, 4); s = mulAdd(s, v, w1);
  v = masked ? v128.and(v128.load(r0, 8), last) : v128.load(r0, 8);
  s = mulAdd(s, v, w2);
  v = masked ? v128.and(v128.load(r1), first) : v128.load(r1);
  s = mulAdd(s, v, w3); t = mulAdd(t, v, w0);
  v = v128.load(r1, 4); s = mulAdd(s, v, w4); t = mulAdd(t, v, w1);
  v = masked ? v128.and(v128.load(r1, 8), last) : v128.load(r1, 8);
  s = mulAdd(s, v, w5); t = mulAdd(t, v, w2);
  v = masked ? v128.and(v128.load(r2), first) : v128.load(r2);
  s = mulAdd(s, v, w6); t = mulAdd(t, v, w3);
  v = v128.load(r2, 4); s = mulAdd(s, v, w7); t = mulAdd(t, v, w4);
  v = masked ? v128.and(v128.load(r2, 8), last) : v128.load(r2, 8);
  s = mulAdd(s, v, w8); t = mulAdd(t, v, w5);
  v = masked ? v128.and(v128.load(r3), first) : v128.load(r3);
  t = mulAdd(t, v, w6);
  v = v128.load(r3, 4); t = mulAdd(t, v, w7);
  v = masked ? v128.and(v128.load(r3, 8), last) : v128.load(r3, 8);
  t = mulAdd(t, v, w8);
  // The first row is stored last: where there is no second, both go to the same place.
  storeLanes(out + second, clamp(t, low, high), rest);
  storeLanes(out, clamp(s, low, high), rest);
}

/** Two columns per step; any number of rows per step. */
export function plane3x3Stride2(
  x: usize, rowBytes: usize, top: i32, height: i32, zeros: usize, left: bool, right: bool,
  w: usize, bias: usize, y: usize, window: Window, low: v128, high: v128,
): void {
  const w0 = v128.load32_splat(w), w1 = v128.load32_splat(w, 4), w2 = v128.load32_splat(w, 8);
  const w3 = v128.load32_splat(w, 12), w4 = v128.load32_splat(w, 16), w5 = v128.load32_splat(w, 20);
  const w6 = v128.load32_splat(w, 24), w7 = v128.load32_splat(w, 28), w8 = v128.load32_splat(w, 32);
  const start = v128.load32_splat(bias);
  for (let oy = 0; oy < window.outHeight; oy++) {
    const row = oy * window.strideY - top;
    let r0 = rowAt(x, rowBytes, row, height, zeros), r1 = rowAt(x, rowBytes, row + 1, height, zeros);
    let r2 = rowAt(x, rowBytes, row + 2, height, zeros);
    let first = leftMask(left);
    for (let rest = window.outWidth; rest > 0; rest -= 4) {
      const last = rightMask(right && rest <= 4, rest);
      let s = row3(start, r0, first, last, w0, w1, w2);
      s = row3(s, r1, first, last, w3, w4, w5);
      s = row3(s, r2, first, last, w6, w7, w8);
      storeLanes(y, clamp(s, low, high), rest);
      y += <usize>min(rest, 4) << 2;
      r0 += 32; r1 += 32; r2 += 32;
      first = i32x4.splat(-1);
    }
  }
}

// @ts-ignore: decorator
@inline
function row3(sum: v128, row: usize, first: v128, last: v128, w0: v128, w1: v128, w2: v128): v128 {
  const a = v128.load(row), b = v128.load(row, 16);
  sum = mulAdd(sum, v128.and(evens(a, b), first), w0);
  sum = mulAdd(sum, odds(a, b), w1);
  return mulAdd(sum, v128.and(evens(v128.load(row, 8), v128.load(row, 24)), last), w2);
}
