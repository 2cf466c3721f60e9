import { clamp, storeLanes } from './lanes';

/** y[i] = clamp(x[i], lo, hi) for `count` floats; NaN stays NaN. */
export function clip(x: usize, y: usize, count: i32, lo: f32, hi: f32): void {
  const low = f32x4.splat(lo), high = f32x4.splat(hi);
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    storeLanes(y, clamp(v128.load(x), low, high), left);
  }
}

/** x, y [samples, channels, plane]; slopes [channels]: y = x < 0 ? x * slope of its channel : x. */
export function leaky(x: usize, y: usize, slopes: usize, samples: i32, channels: i32, plane: i32): void {
  const zero = f32x4.splat(0);
  const bytes = <usize>plane << 2;
  for (let n = 0; n < samples; n++) {
    for (let c = 0; c < channels; c++) {
      const slope = v128.load32_splat(slopes + (<usize>c << 2));
      let source = x, target = y;
      for (let left = plane; left > 0; left -= 4, source += 16, target += 16) {
        const v = v128.load(source);
        storeLanes(target, v128.bitselect(f32x4.mul(v, slope), v, f32x4.lt(v, zero)), left);
      }
      x += bytes;
      y += bytes;
    }
  }
}
