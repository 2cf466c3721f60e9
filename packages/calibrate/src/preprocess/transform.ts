/** A 3x3 matrix, row by row, every element a float32. */
export type Matrix = readonly number[];

export interface Point {
  readonly x: number;
  readonly y: number;
}

const f = Math.fround;

const IDENTITY: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/**
 * The matrix that takes `from[i]` to `to[i]`, rounded to float32 where MNN rounds, so that sampled
 * pixels agree to the bit (MNN 3.6.1 source/cv/Matrix_CV.cpp, `setPolyToPoly` with four points).
 *
 * For a target of one row or one column MNN keeps the identity. A target of one pixel is the first of
 * the corners here (MNN's arithmetic ends in 0/0 and its pixel comes from nowhere).
 */
export function cornerTransform(from: readonly Point[], to: readonly Point[]): Matrix {
  if (from[3].x === from[0].x && from[3].y === from[0].y) return stretch(from, to);
  const source = squareToCorners(from);
  if (source && (to[3].x === to[0].x || to[3].y === to[0].y)) return stretch(from, to);
  const inverse = source && invert(source);
  const target = inverse && squareToCorners(to);
  if (!inverse || !target) return IDENTITY;
  return multiply(target, inverse);
}

/**
 * For an image one pixel wide or high that one row or column is repeated. (MNN's arithmetic ends in
 * 0/0 there: it forgets the scale of the other direction, or reads outside of the image.)
 */
function stretch(from: readonly Point[], to: readonly Point[]): Matrix {
  const scale = (length: number, target: number): number => (target === 0 ? 0 : f(length / target));
  const sx = scale(to[3].x - to[0].x, from[3].x - from[0].x);
  const sy = scale(to[3].y - to[0].y, from[3].y - from[0].y);
  return [sx, 0, to[0].x, 0, sy, to[0].y, 0, 0, 1];
}

export function isIdentity(m: Matrix): boolean {
  return m.every((value, i) => value === IDENTITY[i]);
}

/** Maps a point; sums in the order of MNN's `mapPoints` for the kind of matrix. */
export function mapPoint(m: Matrix, x: number, y: number): Point {
  const sx = f(f(f(x * m[0]) + f(y * m[1])) + m[2]);
  const sy = f(f(f(x * m[3]) + f(y * m[4])) + m[5]);
  if (!isPerspective(m)) return { x: sx, y: sy };
  const z = f(f(x * m[6]) + f(f(y * m[7]) + m[8]));
  const inverse = z === 0 ? z : f(1 / z);
  return { x: f(sx * inverse), y: f(sy * inverse) };
}

function isPerspective(m: Matrix): boolean {
  return m[6] !== 0 || m[7] !== 0 || m[8] !== 1;
}

/** Takes the unit square's corners to four points: Heckbert's projective mapping, in float32. */
function squareToCorners(p: readonly Point[]): Matrix | undefined {
  const [x0, y0] = [f(p[2].x - p[0].x), f(p[2].y - p[0].y)];
  const [x1, y1] = [f(p[2].x - p[1].x), f(p[2].y - p[1].y)];
  const [x2, y2] = [f(p[2].x - p[3].x), f(p[2].y - p[3].y)];
  let a1: number;
  if (isWider(x2, y2)) {
    const denominator = f(f(f(x1 * y2) / x2) - y1);
    if (vanishes(denominator)) return undefined;
    a1 = f(f(f(f(f(f(x0 - x1) * y2) / x2) - y0) + y1) / denominator);
  } else {
    const denominator = f(x1 - f(f(y1 * x2) / y2));
    if (vanishes(denominator)) return undefined;
    a1 = f(f(f(x0 - x1) - f(f(f(y0 - y1) * x2) / y2)) / denominator);
  }
  let a2: number;
  if (isWider(x1, y1)) {
    const denominator = f(y2 - f(f(x2 * y1) / x1));
    if (vanishes(denominator)) return undefined;
    a2 = f(f(f(y0 - y2) - f(f(f(x0 - x2) * y1) / x1)) / denominator);
  } else {
    const denominator = f(f(f(y2 * x1) / y1) - x2);
    if (vanishes(denominator)) return undefined;
    a2 = f(f(f(f(f(f(y0 - y2) * x1) / y1) - x0) + x2) / denominator);
  }
  const side = (a: number, end: number, start: number): number => f(f(f(a * end) + end) - start);
  return [
    side(a2, p[3].x, p[0].x),
    side(a1, p[1].x, p[0].x),
    p[0].x,
    side(a2, p[3].y, p[0].y),
    side(a1, p[1].y, p[0].y),
    p[0].y,
    a2,
    a1,
    1,
  ];
}

/** |x| > |y|. */
function isWider(x: number, y: number): boolean {
  return Math.abs(x) > Math.abs(y);
}

/** As MNN asks: the square underflows. A NaN (0/0 of a degenerate rectangle) does not count as zero there. */
function vanishes(x: number): boolean {
  return f(x * x) === 0;
}

/** Inverse; elements are float32 products and differences scaled by a double determinant, as in MNN. */
function invert(m: Matrix): Matrix | undefined {
  if (isIdentity(m)) return m;
  const [a, b, c, d, e, g, h, i, j] = m;
  if (!isPerspective(m)) return invertAffine(m);
  const determinant = a * (e * j - g * i) + b * (g * h - d * j) + c * (d * i - e * h);
  const scale = 1 / determinant;
  if (scale === 0) return undefined;
  const cross = (p: number, q: number, r: number, s: number): number => f(f(f(p * q) - f(r * s)) * scale);
  return [
    cross(e, j, g, i),
    cross(c, i, b, j),
    cross(b, g, c, e),
    cross(g, h, d, j),
    cross(a, j, c, h),
    cross(c, d, a, g),
    cross(d, i, e, h),
    cross(b, h, a, i),
    cross(a, e, b, d),
  ];
}

function invertAffine([a, b, c, d, e, g]: Matrix): Matrix | undefined {
  if (b === 0 && d === 0) {
    if (a === 0 || e === 0) return undefined;
    const [x, y] = [f(1 / a), f(1 / e)];
    return [x, 0, f(-c * x), 0, y, f(-g * y), 0, 0, 1];
  }
  const scale = 1 / (a * e - b * d);
  if (scale === 0) return undefined;
  return [
    f(e * scale),
    f(-b * scale),
    f((b * g - e * c) * scale),
    f(-d * scale),
    f(a * scale),
    f((d * c - a * g) * scale),
    0,
    0,
    1,
  ];
}

function multiply(a: Matrix, b: Matrix): Matrix {
  if (isIdentity(a)) return b;
  if (isIdentity(b)) return a;
  if (isPerspective(a) || isPerspective(b)) {
    const at = (row: number, column: number): number =>
      f(f(f(a[row * 3] * b[column]) + f(a[row * 3 + 1] * b[column + 3])) + f(a[row * 3 + 2] * b[column + 6]));
    return Array.from({ length: 9 }, (_, i) => at(Math.floor(i / 3), i % 3));
  }
  if (a[1] === 0 && a[3] === 0 && b[1] === 0 && b[3] === 0) {
    return [
      f(a[0] * b[0]),
      0,
      f(f(a[0] * b[2]) + a[2]),
      0,
      f(a[4] * b[4]),
      f(f(a[4] * b[5]) + a[5]),
      0,
      0,
      1,
    ];
  }
  const pair = (p: number, q: number, r: number, s: number): number => f(p * q + r * s);
  return [
    pair(a[0], b[0], a[1], b[3]),
    pair(a[0], b[1], a[1], b[4]),
    f(pair(a[0], b[2], a[1], b[5]) + a[2]),
    pair(a[3], b[0], a[4], b[3]),
    pair(a[3], b[1], a[4], b[4]),
    f(pair(a[3], b[2], a[4], b[5]) + a[5]),
    0,
    0,
    1,
  ];
}
