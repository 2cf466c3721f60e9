import { clamp, mulAdd, storeLanes } from './lanes';

/**
 * y[m][n] = clamp(bias[m] + sum over k of a[m][k] * b[k][n], lo, hi), summed in the order of k.
 *
 * a: packed by 4 rows, [ceil(M / 4)][K][4]; bias: padded to a multiple of 4.
 * b: panels of 8 columns; row k of panel p begins at `b + p * panelBytes + k * rowBytes`, so that both
 * packed panels (K * 32, 32) and the rows of a plain matrix (32, N * 4) can be read.
 * y: rows `yRowBytes` apart.
 */
export function gemm(
  a: usize, bias: usize, b: usize, panelBytes: usize, rowBytes: usize, y: usize, yRowBytes: usize,
  M: i32, N: i32, K: i32, lo: f32, hi: f32,
): void {
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  for (let m = 0; m < M; m += 4) {
    const rows = min(M - m, 4);
    let panel = b;
    let out = y;
    let n = 0;
    for (; n + 4 < N; n += 8) {
      tile4x8(a, bias, panel, rowBytes, out, yRowBytes, K, rows, N - n, low, high);
      panel += panelBytes;
      out += 32;
    }
    if (n < N) tile4x4(a, bias, panel, rowBytes, out, yRowBytes, K, rows, N - n, low, high);
    a += <usize>K * 16;
    bias += 16;
    y += yRowBytes * 4;
  }
}

// @ts-ignore: decorator
@inline
function tile4x8(
  a: usize, bias: usize, b: usize, rowBytes: usize, y: usize, yRowBytes: usize,
  K: i32, rows: i32, columns: i32, low: v128, high: v128,
): void {
  let c00 = v128.load32_splat(bias), c01 = c00;
  let c10 = v128.load32_splat(bias, 4), c11 = c10;
  let c20 = v128.load32_splat(bias, 8), c21 = c20;
  let c30 = v128.load32_splat(bias, 12), c31 = c30;
  const end = a + <usize>K * 16;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let w = v128.load32_splat(a);
    c00 = mulAdd(c00, w, b0);
    c01 = mulAdd(c01, w, b1);
    w = v128.load32_splat(a, 4);
    c10 = mulAdd(c10, w, b0);
    c11 = mulAdd(c11, w, b1);
    w = v128.load32_splat(a, 8);
    c20 = mulAdd(c20, w, b0);
    c21 = mulAdd(c21, w, b1);
    w = v128.load32_splat(a, 12);
    c30 = mulAdd(c30, w, b0);
    c31 = mulAdd(c31, w, b1);
    a += 16;
    b += rowBytes;
  }
  storeRow8(y, clamp(c00, low, high), clamp(c01, low, high), columns);
  if (rows > 1) storeRow8(y + yRowBytes, clamp(c10, low, high), clamp(c11, low, high), columns);
  if (rows > 2) storeRow8(y + yRowBytes * 2, clamp(c20, low, high), clamp(c21, low, high), columns);
  if (rows > 3) storeRow8(y + yRowBytes * 3, clamp(c30, low, high), clamp(c31, low, high), columns);
}

// @ts-ignore: decorator
@inline
function tile4x4(
  a: usize, bias: usize, b: usize, rowBytes: usize, y: usize, yRowBytes: usize,
  K: i32, rows: i32, columns: i32, low: v128, high: v128,
): void {
  let c0 = v128.load32_splat(bias);
  let c1 = v128.load32_splat(bias, 4);
  let c2 = v128.load32_splat(bias, 8);
  let c3 = v128.load32_splat(bias, 12);
  const end = a + <usize>K * 16;
  while (a < end) {
    const x = v128.load(b);
    c0 = mulAdd(c0, v128.load32_splat(a), x);
    c1 = mulAdd(c1, v128.load32_splat(a, 4), x);
    c2 = mulAdd(c2, v128.load32_splat(a, 8), x);
    c3 = mulAdd(c3, v128.load32_splat(a, 12), x);
    a += 16;
    b += rowBytes;
  }
  storeLanes(y, clamp(c0, low, high), columns);
  if (rows > 1) storeLanes(y + yRowBytes, clamp(c1, low, high), columns);
  if (rows > 2) storeLanes(y + yRowBytes * 2, clamp(c2, low, high), columns);
  if (rows > 3) storeLanes(y + yRowBytes * 3, clamp(c3, low, high), columns);
}

// @ts-ignore: decorator
@inline
function storeRow8(y: usize, left: v128, right: v128, columns: i32): void {
  v128.store(y, left);
  storeLanes(y + 16, right, columns - 4);
}
