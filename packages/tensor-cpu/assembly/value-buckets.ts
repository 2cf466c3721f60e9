/**
 * Adds |x| of `count` floats to buckets keyed by the upper bits of the float's pattern, `pattern >> shift`:
 * at `sums` an f64 each, at `counts` a u32 each. Zero, NaN and infinities are passed over.
 * Writes the smallest and the largest key that occurred to `result` (i32 each; without any: largest, -1).
 */
export function valueBuckets(
  x: usize, count: i32, shift: i32, sums: usize, counts: usize, result: usize,
): void {
  let low: i32 = i32.MAX_VALUE;
  let high: i32 = -1;
  const end = x + (<usize>count << 2);
  for (; x < end; x += 4) {
    const pattern = load<i32>(x) & 0x7fffffff;
    if (pattern == 0 || pattern >= 0x7f800000) continue;
    const key = pattern >> shift;
    low = min(low, key);
    high = max(high, key);
    const sum = sums + (<usize>key << 3);
    store<f64>(sum, load<f64>(sum) + <f64>reinterpret<f32>(pattern));
    const counter = counts + (<usize>key << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  store<i32>(result, low);
  store<i32>(result, high, 4);
}
