import { mulAdd, storeLanes } from './lanes';

/** x, y [samples, channels, plane]: y = bias[channel] + x * factor[channel], rounded twice. */
export function scale(
  x: usize, y: usize, factors: usize, bias: usize, samples: i32, channels: i32, plane: i32,
): void {
  const bytes = <usize>plane << 2;
  for (let n = 0; n < samples; n++) {
    for (let c: usize = 0; c < (<usize>channels << 2); c += 4) {
      const factor = v128.load32_splat(factors + c);
      const start = v128.load32_splat(bias + c);
      let source = x, target = y;
      for (let left = plane; left > 0; left -= 4, source += 16, target += 16) {
        storeLanes(target, mulAdd(start, v128.load(source), factor), left);
      }
      x += bytes;
      y += bytes;
    }
  }
}
