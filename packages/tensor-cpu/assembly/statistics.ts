/**
 * Range of the finite ones of `count` floats. Writes to `result`: f32 minimum, f32 maximum, i32 number of
 * values that are NaN or infinite. Without any finite value: +Infinity, -Infinity.
 */
export function range(x: usize, count: i32, result: usize): void {
  const infinity = f32x4.splat(Infinity);
  let low = infinity, high = f32x4.neg(infinity);
  let finite = i32x4.splat(0);
  let n = count;
  for (; n >= 4; n -= 4, x += 16) {
    const v = v128.load(x);
    const ok = f32x4.lt(f32x4.abs(v), infinity);
    finite = i32x4.sub(finite, ok);
    low = f32x4.pmin(low, v128.bitselect(v, infinity, ok));
    high = f32x4.pmax(high, v128.bitselect(v, f32x4.neg(infinity), ok));
  }
  let minimum = min(
    min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)),
    min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)),
  );
  let maximum = max(
    max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)),
    max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
  );
  let good = i32x4.extract_lane(finite, 0) + i32x4.extract_lane(finite, 1)
    + i32x4.extract_lane(finite, 2) + i32x4.extract_lane(finite, 3);
  for (; n > 0; n--, x += 4) {
    const v = load<f32>(x);
    if (!isFinite(v)) continue;
    good++;
    minimum = min(minimum, v);
    maximum = max(maximum, v);
  }
  store<f32>(result, minimum);
  store<f32>(result, maximum, 4);
  store<i32>(result, count - good, 8);
}

/** Indices computed ahead of the scalar counting; a block of 1024 stays in the first-level cache. */
const BLOCK = 1024;
const indices: usize = memory.data(BLOCK * 4, 16);

/**
 * Adds |x| of `count` floats to four interleaved histograms at `tables`, u32 [bins + 1][4]:
 * bin = min(trunc(|x| * interval), bins - 1) in float32, as MNN 3.6.1 TensorStatistic.cpp. Values with
 * |x| <= skip and values that are not finite go to the extra bin at the end.
 * Four tables, because two increments of one counter in a row would wait for each other.
 */
export function histogram(x: usize, count: i32, interval: f32, bins: i32, skip: f32, tables: usize): void {
  while (count > 0) {
    const block = min(count, BLOCK);
    binIndices(x, block, interval, bins, skip);
    let i: i32 = 0;
    for (; i + 4 <= block; i += 4) {
      const at = indices + (<usize>i << 2);
      increment(tables + (<usize>load<u32>(at) << 4));
      increment(tables + 4 + (<usize>load<u32>(at, 4) << 4));
      increment(tables + 8 + (<usize>load<u32>(at, 8) << 4));
      increment(tables + 12 + (<usize>load<u32>(at, 12) << 4));
    }
    for (; i < block; i++) increment(tables + (<usize>load<u32>(indices + (<usize>i << 2)) << 4));
    x += <usize>block << 2;
    count -= block;
  }
}

// @ts-ignore: decorator
@inline
function increment(address: usize): void {
  store<u32>(address, load<u32>(address) + 1);
}

/** Reads whole vectors: up to 12 bytes behind the last value, which the tensor's slack provides. */
function binIndices(x: usize, count: i32, interval: f32, bins: i32, skip: f32): void {
  const scale = f32x4.splat(interval);
  const last = i32x4.splat(bins - 1);
  const extra = i32x4.splat(bins);
  const tiny = f32x4.splat(skip);
  const infinity = f32x4.splat(Infinity);
  const end = indices + (<usize>count << 2);
  for (let out = indices; out < end; out += 16, x += 16) {
    const v = f32x4.abs(v128.load(x));
    const bin = i32x4.min_s(i32x4.trunc_sat_f32x4_s(f32x4.mul(v, scale)), last);
    const counted = v128.and(f32x4.gt(v, tiny), f32x4.lt(v, infinity));
    v128.store(out, v128.bitselect(bin, extra, counted));
  }
}

/**
 * Error sums of two tensors, in float64: dot, squaredA, squaredB, squaredError, maxAbsoluteError at `result`.
 * Lane i mod 4 has its own sum; they are joined as (s0 + s2) + (s1 + s3). NaN stays NaN.
 */
export function compare(a: usize, b: usize, count: i32, result: usize): void {
  let d0 = f64x2.splat(0), d1 = d0, a0 = d0, a1 = d0, b0 = d0, b1 = d0, e0 = d0, e1 = d0, m = d0;
  let n = count;
  while (n > 0) {
    let u = v128.load(a), v = v128.load(b);
    if (n < 4) {
      const keep = keepLanes(n);
      u = v128.and(u, keep);
      v = v128.and(v, keep);
    }
    let p = f64x2.promote_low_f32x4(u), q = f64x2.promote_low_f32x4(v);
    let error = f64x2.sub(p, q);
    d0 = f64x2.add(d0, f64x2.mul(p, q));
    a0 = f64x2.add(a0, f64x2.mul(p, p));
    b0 = f64x2.add(b0, f64x2.mul(q, q));
    e0 = f64x2.add(e0, f64x2.mul(error, error));
    m = f64x2.max(m, f64x2.abs(error));
    p = f64x2.promote_low_f32x4(v128.shuffle<f32>(u, u, 2, 3, 2, 3));
    q = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
    error = f64x2.sub(p, q);
    d1 = f64x2.add(d1, f64x2.mul(p, q));
    a1 = f64x2.add(a1, f64x2.mul(p, p));
    b1 = f64x2.add(b1, f64x2.mul(q, q));
    e1 = f64x2.add(e1, f64x2.mul(error, error));
    m = f64x2.max(m, f64x2.abs(error));
    a += 16; b += 16; n -= 4;
  }
  store<f64>(result, join(d0, d1));
  store<f64>(result, join(a0, a1), 8);
  store<f64>(result, join(b0, b1), 16);
  store<f64>(result, join(e0, e1), 24);
  store<f64>(result, max(f64x2.extract_lane(m, 0), f64x2.extract_lane(m, 1)), 32);
}

// @ts-ignore: decorator
@inline
function join(low: v128, high: v128): f64 {
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** All bits set in the first `count` lanes (1 to 3). */
// @ts-ignore: decorator
@inline
function keepLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}
