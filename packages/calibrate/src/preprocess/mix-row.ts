const f = Math.fround;

/** An axis of an image. */
export interface Axis {
  /** In pixels. */
  readonly extent: number;
  /** Bytes from one pixel to the next. */
  readonly stride: number;
}

/** Where a point lies along an axis: between two pixels, or on one. */
export interface Position {
  /** Bytes from the start of the axis to the pixel before and to the one behind. */
  readonly before: number;
  readonly behind: number;
  /** Weight of the pixel behind, float32; the rest is that of the one before. */
  readonly share: number;
}

/** Outside of the image is the pixel at its edge. */
export function positionOf(point: number, { extent, stride }: Axis): Position {
  const inside = Math.max(Math.min(point, extent - 1), 0);
  const first = Math.trunc(inside);
  return { before: first * stride, behind: Math.ceil(inside) * stride, share: f(inside - first) };
}

/** The positions of all pixels of a row. */
export interface Positions {
  readonly before: Int32Array;
  readonly behind: Int32Array;
  readonly share: Float32Array;
}

export function createPositions(count: number): Positions {
  return { before: new Int32Array(count), behind: new Int32Array(count), share: new Float32Array(count) };
}

/** Sets the positions `from` to before `to`: the first at `start`, each a `step` on, summed up in float32 as MNN does. */
export function setPositions(
  positions: Positions,
  axis: Axis,
  from: number,
  to: number,
  start: number,
  step: number,
): void {
  for (let i = from, point = start; i < to; i++, point = f(point + step)) {
    const { before, behind, share } = positionOf(point, axis);
    positions.before[i] = before;
    positions.behind[i] = behind;
    positions.share[i] = share;
  }
}

/**
 * How far a sum in float64 may be from MNN's in float32: rounded weights, products and sums of values up to
 * 255 add up to less than 6 * 2^-16.
 */
const ROUNDING = 2 ** -13;

/**
 * Mixes the four pixels around each of the positions `from` to before `to` and cuts to whole numbers, to the
 * bit as in float32 from left to right. Sums in float64 are twice as fast, and it matters which one it is only
 * near a whole number.
 *
 * @param row gets four bytes for each pixel: red, green, blue and, with `alpha`, the image's fourth channel
 */
export function mixSpan(
  data: Uint8Array,
  { before, behind, share }: Positions,
  { before: top, behind: bottom, share: fy }: Position,
  from: number,
  to: number,
  row: Uint8Array,
  alpha: boolean,
): void {
  for (let i = from, out = from * 4; i < to; i++, out += 4) {
    const fx = share[i];
    const w00 = (1 - fx) * (1 - fy);
    const w01 = fx * (1 - fy);
    const w10 = (1 - fx) * fy;
    const w11 = fx * fy;
    const a = top + before[i];
    const b = top + behind[i];
    const c = bottom + before[i];
    const d = bottom + behind[i];
    // Written out: a loop over the three is slower.
    const red = w00 * data[a] + w01 * data[b] + w10 * data[c] + w11 * data[d];
    const green = w00 * data[a + 1] + w01 * data[b + 1] + w10 * data[c + 1] + w11 * data[d + 1];
    const blue = w00 * data[a + 2] + w01 * data[b + 2] + w10 * data[c + 2] + w11 * data[d + 2];
    if (isClear(red) && isClear(green) && isClear(blue)) {
      row[out] = red;
      row[out + 1] = green;
      row[out + 2] = blue;
    } else {
      row[out] = mix(fx, fy, data[a], data[b], data[c], data[d]);
      row[out + 1] = mix(fx, fy, data[a + 1], data[b + 1], data[c + 1], data[d + 1]);
      row[out + 2] = mix(fx, fy, data[a + 2], data[b + 2], data[c + 2], data[d + 2]);
    }
    if (alpha) row[out + 3] = mix(fx, fy, data[a + 3], data[b + 3], data[c + 3], data[d + 3]);
  }
}

/** Whether rounding cannot take it to another whole number. */
function isClear(sum: number): boolean {
  return ((sum + ROUNDING) | 0) === ((sum - ROUNDING) | 0);
}

/** The weighted sum in float32, from left to right; storing it as a byte cuts the fraction. */
function mix(fx: number, fy: number, c00: number, c01: number, c10: number, c11: number): number {
  const gx = f(1 - fx);
  const gy = f(1 - fy);
  const upper = f(f(f(gx * gy) * c00) + f(f(fx * gy) * c01));
  return f(f(upper + f(f(fy * gx) * c10)) + f(f(fx * fy) * c11));
}
