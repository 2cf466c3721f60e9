/** Floats whose range is taken at once; a block of 4096 is read again from the first-level cache where it must be. */
const RANGE_BLOCK = 4096;
/** f32 minimum, f32 maximum and i32 number of finite values of what was seen so far. */
let minimum: f32 = 0, maximum: f32 = 0, finite: i32 = 0;

/**
 * Range of the finite ones of `count` floats. Writes to `result`: f32 minimum, f32 maximum, i32 number of
 * values that are NaN or infinite. Without any finite value: +Infinity, -Infinity.
 */
export function range(x: usize, count: i32, result: usize): void {
  minimum = Infinity;
  maximum = -Infinity;
  finite = 0;
  for (let left = count; left > 0; left -= RANGE_BLOCK, x += RANGE_BLOCK * 4) {
    const block = min(left, RANGE_BLOCK);
    const vectors = block & ~15;
    if (!rangeOfNumbers(x, vectors)) rangeOfFinite(x, vectors);
    rangeOfFinite(x + (<usize>vectors << 2), block - vectors);
  }
  store<f32>(result, minimum);
  store<f32>(result, maximum, 4);
  store<i32>(result, count - finite, 8);
}

/** The range of a multiple of 16 floats, if all are finite; else false, and nothing is counted. */
function rangeOfNumbers(x: usize, count: i32): bool {
  const infinity = f32x4.splat(Infinity);
  let low0 = infinity, low1 = infinity, high0 = f32x4.neg(infinity), high1 = high0;
  let spoiled = i32x4.splat(0);
  for (const end = x + (<usize>count << 2); x < end; x += 64) {
    const a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
    low0 = f32x4.pmin(low0, f32x4.pmin(b, a));
    low1 = f32x4.pmin(low1, f32x4.pmin(d, c));
    high0 = f32x4.pmax(high0, f32x4.pmax(b, a));
    high1 = f32x4.pmax(high1, f32x4.pmax(d, c));
    // x - x is +0 for a number, NaN for all else.
    spoiled = v128.or(spoiled, v128.or(f32x4.sub(a, a), f32x4.sub(b, b)));
    spoiled = v128.or(spoiled, v128.or(f32x4.sub(c, c), f32x4.sub(d, d)));
  }
  if (v128.any_true(spoiled)) return false;
  const low = f32x4.pmin(low0, low1), high = f32x4.pmax(high0, high1);
  finite += count;
  minimum = min(minimum, min(
    min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)),
    min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)),
  ));
  maximum = max(maximum, max(
    max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)),
    max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
  ));
  return true;
}

/** Any number of floats, one by one. */
function rangeOfFinite(x: usize, count: i32): void {
  for (let n = count; n > 0; n--, x += 4) {
    const v = load<f32>(x);
    if (!isFinite(v)) continue;
    finite++;
    minimum = min(minimum, v);
    maximum = max(maximum, v);
  }
}

/** Counters found ahead of the scalar counting; a block of 1024 addresses stays in the first-level cache. */
const BLOCK = 1024;
const counters: usize = memory.data(BLOCK * 4, 16);

/**
 * Histogram of |x| of `count` floats, u32 [bins] at `tables`, which has room for u32 [bins + 1][4]:
 * bin = min(trunc(|x| * interval), bins - 1) in float32, as MNN 3.6.1 TensorStatistic.cpp. Values with
 * |x| <= skip and values that are not finite go to an extra bin at the end, which is left out.
 * Counted in four interleaved tables, because two increments of one counter in a row would wait for each other.
 */
export function histogram(x: usize, count: i32, interval: f32, bins: i32, skip: f32, tables: usize): void {
  memory.fill(tables, 0, <usize>(bins + 1) << 4);
  let touched = i32x4.splat(0);
  while (count > 0) {
    const block = min(count, BLOCK);
    findCounters(x, block, interval, bins, skip, tables);
    let at = counters;
    let left = block;
    // Reading the next block meanwhile brings it into the cache.
    const step: usize = count >= 2 * BLOCK ? 16 : 0;
    let ahead = step ? x + BLOCK * 4 : x;
    for (; left >= 4; left -= 4, at += 16, ahead += step) {
      touched = v128.or(touched, v128.load(ahead));
      increment(load<u32>(at));
      increment(load<u32>(at, 4) + 4);
      increment(load<u32>(at, 8) + 8);
      increment(load<u32>(at, 12) + 12);
    }
    for (; left > 0; left--, at += 4) increment(load<u32>(at));
    x += <usize>block << 2;
    count -= block;
  }
  v128.store(counters, touched);
  joinTables(tables, bins);
}

/** The sums of the four counters of each bin, in place: they are written behind where they are read. */
function joinTables(tables: usize, bins: i32): void {
  let source = tables, target = tables;
  for (let left = bins; left > 0; left -= 4, source += 64, target += 16) {
    const a = v128.load(source), b = v128.load(source, 16), c = v128.load(source, 32), d = v128.load(source, 48);
    const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 1, 4, 5), v128.shuffle<i32>(a, b, 2, 3, 6, 7));
    const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 1, 4, 5), v128.shuffle<i32>(c, d, 2, 3, 6, 7));
    v128.store(target, i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7)));
  }
}

// @ts-ignore: decorator
@inline
function increment(address: usize): void {
  store<u32>(address, load<u32>(address) + 1);
}

/**
 * The address of each value's counter in the first table, to `counters`. Reads whole vectors: up to 12 bytes behind the last
 * value, which the tensor's slack provides.
 */
function findCounters(x: usize, count: i32, interval: f32, bins: i32, skip: f32, tables: usize): void {
  const scale = f32x4.splat(interval);
  const last = i32x4.splat(bins - 1);
  const extra = i32x4.splat(bins);
  const tiny = f32x4.splat(skip);
  const infinity = f32x4.splat(Infinity);
  const first = i32x4.splat(i32(tables));
  const end = counters + (<usize>count << 2);
  for (let out = counters; out < end; out += 16, x += 16) {
    const v = f32x4.abs(v128.load(x));
    const bin = i32x4.min_s(i32x4.trunc_sat_f32x4_s(f32x4.mul(v, scale)), last);
    const counted = v128.and(f32x4.gt(v, tiny), f32x4.lt(v, infinity));
    v128.store(out, i32x4.add(first, i32x4.shl(v128.bitselect(bin, extra, counted), 4)));
  }
}

/**
 * Error sums of two tensors, in float64: dot, squaredA, squaredB, squaredError, maxAbsoluteError at `result`.
 * Lane i mod 4 has its own sum; they are joined as (s0 + s2) + (s1 + s3). NaN stays NaN.
 */
export function compare(a: usize, b: usize, count: i32, result: usize): void {
  let d0 = f64x2.splat(0), d1 = d0, a0 = d0, a1 = d0, b0 = d0, b1 = d0, e0 = d0, e1 = d0, m0 = d0, m1 = d0;
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
    m0 = f64x2.pmax(m0, f64x2.abs(error));
    p = f64x2.promote_low_f32x4(v128.shuffle<f32>(u, u, 2, 3, 2, 3));
    q = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
    error = f64x2.sub(p, q);
    d1 = f64x2.add(d1, f64x2.mul(p, q));
    a1 = f64x2.add(a1, f64x2.mul(p, p));
    b1 = f64x2.add(b1, f64x2.mul(q, q));
    e1 = f64x2.add(e1, f64x2.mul(error, error));
    m1 = f64x2.pmax(m1, f64x2.abs(error));
    a += 16; b += 16; n -= 4;
  }
  store<f64>(result, join(d0, d1));
  store<f64>(result, join(a0, a1), 8);
  store<f64>(result, join(b0, b1), 16);
  const squared = join(e0, e1);
  store<f64>(result, squared, 24);
  // `pmax` passes over NaN, the sum of squares does not.
  const largest = f64x2.pmax(m0, m1);
  const error = max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
  store<f64>(result, isNaN(squared) ? NaN : error, 32);
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
