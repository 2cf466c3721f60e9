/**
 * Adds |x| of `count` floats to buckets keyed by the upper bits of the float's pattern, `pattern >> shift`,
 * counted from bucket `lowest` on: at `sums` an f64 each, at `counts` a u32 each. What is below, zero, NaN and
 * infinities are passed over. Writes the first and the last place that was touched to `result` (i32 each;
 * without any: the largest i32 and -1).
 */
export function valueBuckets(
  x: usize, count: i32, shift: i32, lowest: i32, sums: usize, counts: usize, result: usize,
): void {
  let first: i32 = i32.MAX_VALUE;
  let last: i32 = -1;
  const end = x + (<usize>count << 2);
  for (; x < end; x += 4) {
    const pattern = load<i32>(x) & 0x7fffffff;
    const place = (pattern >> shift) - lowest;
    if (pattern == 0 || place < 0 || pattern >= 0x7f800000) continue;
    first = min(first, place);
    last = max(last, place);
    const sum = sums + (<usize>place << 3);
    store<f64>(sum, load<f64>(sum) + <f64>reinterpret<f32>(pattern));
    const counter = counts + (<usize>place << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  store<i32>(result, first);
  store<i32>(result, last, 4);
}
