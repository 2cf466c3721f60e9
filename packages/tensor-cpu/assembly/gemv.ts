import { clamp, mulAdd, storeLanes } from './lanes';

/**
 * y[m] = clamp(bias[m] + sum over k of a[m][k] * x[k], lo, hi): a matrix times one column.
 *
 * a: packed by 4 rows as for `gemm`, [ceil(M / 4)][K][4], and summed in the same order, so the result has
 * the same bits. Four packed rows run side by side, because one chain of additions waits for itself.
 */
export function gemv(a: usize, bias: usize, x: usize, y: usize, M: i32, K: i32, lo: f32, hi: f32): void {
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  const tileBytes = <usize>K * 16;
  let m = 0;
  for (; m + 16 <= M; m += 16) {
    rows16(a, tileBytes, bias, x, y, K, low, high);
    a += tileBytes * 4;
    bias += 64;
    y += 64;
  }
  for (; m < M; m += 4) {
    rows4(a, bias, x, y, K, M - m, low, high);
    a += tileBytes;
    bias += 16;
    y += 16;
  }
}

// @ts-ignore: decorator
@inline
function rows16(a: usize, tileBytes: usize, bias: usize, x: usize, y: usize, K: i32, low: v128, high: v128): void {
  let c0 = v128.load(bias), c1 = v128.load(bias, 16), c2 = v128.load(bias, 32), c3 = v128.load(bias, 48);
  let a1 = a + tileBytes, a2 = a1 + tileBytes, a3 = a2 + tileBytes;
  const end = a + tileBytes;
  while (a < end) {
    const v = v128.load32_splat(x);
    c0 = mulAdd(c0, v128.load(a), v);
    c1 = mulAdd(c1, v128.load(a1), v);
    c2 = mulAdd(c2, v128.load(a2), v);
    c3 = mulAdd(c3, v128.load(a3), v);
    a += 16; a1 += 16; a2 += 16; a3 += 16; x += 4;
  }
  v128.store(y, clamp(c0, low, high));
  v128.store(y, clamp(c1, low, high), 16);
  v128.store(y, clamp(c2, low, high), 32);
  v128.store(y, clamp(c3, low, high), 48);
}

// @ts-ignore: decorator
@inline
function rows4(a: usize, bias: usize, x: usize, y: usize, K: i32, rows: i32, low: v128, high: v128): void {
  let sum = v128.load(bias);
  const end = a + <usize>K * 16;
  while (a < end) {
    sum = mulAdd(sum, v128.load(a), v128.load32_splat(x));
    a += 16; x += 4;
  }
  storeLanes(y, clamp(sum, low, high), rows);
}
