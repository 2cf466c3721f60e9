import { mulAdd, storeLanes } from './lanes';

/**
 * x, y [batch, channels, plane]: y = x / (bias + ratio * sum of squares)^(quarters / 4), the sum over `size` channels
 * around each. Powers of 1/4, 1/2, 3/4 and 1 are made of square roots, which are exact to the last bit everywhere.
 */
export function normalizeResponse(
  x: usize, y: usize, batch: i32, channels: i32, plane: i32, size: i32, ratio: f32, bias: f32, quarters: i32,
): void {
  const bytes = <usize>plane << 2;
  const before = size / 2;
  for (let n = 0; n < batch; n++) {
    const image = x + <usize>n * <usize>channels * bytes;
    for (let c = 0; c < channels; c++, y += bytes) {
      const from = max(0, c - before), to = min(channels, c - before + size);
      for (let i = 0; i < plane; i += 4) {
        const at = <usize>i << 2;
        let sum = f32x4.splat(0);
        for (let k = from; k < to; k++) {
          const value = v128.load(image + <usize>k * bytes + at);
          sum = mulAdd(sum, value, value);
        }
        const divisor = quarterPower(mulAdd(f32x4.splat(bias), f32x4.splat(ratio), sum), quarters);
        storeLanes(y + at, f32x4.div(v128.load(image + <usize>c * bytes + at), divisor), plane - i);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function quarterPower(x: v128, quarters: i32): v128 {
  if (quarters == 4) return x;
  const root = f32x4.sqrt(x);
  if (quarters == 2) return root;
  const fourth = f32x4.sqrt(root);
  return quarters == 1 ? fourth : f32x4.mul(root, fourth);
}
