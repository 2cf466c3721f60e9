import { clamp, storeLanes } from './lanes';

// y[i] = clamp(a[i] op b[i], lo, hi) for `count` floats. y may be a or b.

export function add(a: usize, b: usize, y: usize, count: i32, lo: f32, hi: f32): void {
  const low = f32x4.splat(lo), high = f32x4.splat(hi);
  for (let left = count; left > 0; left -= 4, a += 16, b += 16, y += 16) {
    storeLanes(y, clamp(f32x4.add(v128.load(a), v128.load(b)), low, high), left);
  }
}

export function subtract(a: usize, b: usize, y: usize, count: i32, lo: f32, hi: f32): void {
  const low = f32x4.splat(lo), high = f32x4.splat(hi);
  for (let left = count; left > 0; left -= 4, a += 16, b += 16, y += 16) {
    storeLanes(y, clamp(f32x4.sub(v128.load(a), v128.load(b)), low, high), left);
  }
}

export function multiply(a: usize, b: usize, y: usize, count: i32, lo: f32, hi: f32): void {
  const low = f32x4.splat(lo), high = f32x4.splat(hi);
  for (let left = count; left > 0; left -= 4, a += 16, b += 16, y += 16) {
    storeLanes(y, clamp(f32x4.mul(v128.load(a), v128.load(b)), low, high), left);
  }
}
