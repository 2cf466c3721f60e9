// The transforms of Winograd's F(4,3) with the points 0, ±1/√2, ±√2 and infinity, whose powers stay close to 1. The usual
// points 0, ±1, ±2 make errors about twice as large (docs/decisions/0016-float-convolutions-by-tiles.md).

// @ts-ignore: decorator
@inline
const NEAR: f32 = 0.7071067811865476;
// @ts-ignore: decorator
@inline
const FAR: f32 = 1.4142135623730951;

/**
 * Bᵀ d: six values at the points of four pixels' window, from six pixels. Stored `step` bytes apart.
 *
 *     [ 1   0  -5/2   0    1  0 ]
 *     [ 0 ∓√2   -2  ±1/√2  1  0 ]   at ±1/√2
 *     [ 0 ∓1/√2 -1/2 ±√2   1  0 ]   at ±√2
 *     [ 0   1    0  -5/2   0  1 ]
 */
// @ts-ignore: decorator
@inline
export function storeInputTransform(
  target: usize, step: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128,
): void {
  const half = f32x4.splat(0.5), two = f32x4.splat(2), fiveHalves = f32x4.splat(2.5);
  v128.store(target, f32x4.add(f32x4.sub(d0, f32x4.mul(fiveHalves, d2)), d4));
  let even = f32x4.sub(d4, f32x4.mul(two, d2));
  let odd = f32x4.mul(f32x4.splat(NEAR), f32x4.sub(d3, f32x4.mul(two, d1)));
  v128.store(target + step, f32x4.add(even, odd));
  v128.store(target + step * 2, f32x4.sub(even, odd));
  even = f32x4.sub(d4, f32x4.mul(half, d2));
  odd = f32x4.mul(f32x4.splat(FAR), f32x4.sub(d3, f32x4.mul(half, d1)));
  v128.store(target + step * 3, f32x4.add(even, odd));
  v128.store(target + step * 4, f32x4.sub(even, odd));
  v128.store(target + step * 5, f32x4.add(f32x4.sub(d1, f32x4.mul(fiveHalves, d3)), d5));
}

// Aᵀ m: four pixels from six values m at the points.
//
//     [ 1   1     1     1    1   0 ]
//     [ 0  1/√2 -1/√2  √2  -√2   0 ]
//     [ 0  1/2   1/2    2    2   0 ]
//     [ 0  1/√8 -1/√8  √8  -√8   1 ]
//
// in terms of m1 + m2 and m3 + m4 (even) and of (m1 - m2) / √2 and √2 (m3 - m4) (odd).

// @ts-ignore: decorator
@inline
export function oddNear(m1: v128, m2: v128): v128 {
  return f32x4.mul(f32x4.splat(NEAR), f32x4.sub(m1, m2));
}

// @ts-ignore: decorator
@inline
export function oddFar(m3: v128, m4: v128): v128 {
  return f32x4.mul(f32x4.splat(FAR), f32x4.sub(m3, m4));
}

// @ts-ignore: decorator
@inline
export function firstPixel(m0: v128, evenNear: v128, evenFar: v128): v128 {
  return f32x4.add(f32x4.add(m0, evenNear), evenFar);
}

// @ts-ignore: decorator
@inline
export function thirdPixel(evenNear: v128, evenFar: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(0.5), evenNear), f32x4.mul(f32x4.splat(2), evenFar));
}

// @ts-ignore: decorator
@inline
export function fourthPixel(near: v128, far: v128, m5: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(f32x4.splat(0.5), near), f32x4.mul(f32x4.splat(2), far)), m5);
}
