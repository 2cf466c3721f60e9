/** Matrices of `F(unit, kernel)` in one dimension, row-major; `alpha = unit + kernel - 1`. */
export interface WinogradMatrices {
  readonly alpha: number;
  /** alpha × alpha: a tile of the input is transformed by `inputT · d · inputTᵀ`. */
  readonly inputT: Float64Array;
  /** alpha × kernel: the weights are transformed by `weight · g · weightᵀ`. */
  readonly weight: Float64Array;
  /** unit × alpha: a tile of the output is `outputT · m · outputTᵀ`. */
  readonly outputT: Float64Array;
}

/**
 * The transforms of Winograd's convolution over the points 0, 1, -1, 2, -2, … and infinity.
 *
 * All division is in the weights' transform and the first row of the input's has a positive first
 * entry, as in MNN's runtime (math/WingoradGenerater.cpp with `dividedInG`, MNN 3.6.1): scales per
 * position only fit the runtime's own matrices.
 */
export function winogradMatrices(unit: number, kernel: number): WinogradMatrices {
  const alpha = unit + kernel - 1;
  const points = Array.from({ length: alpha - 1 }, (_, index) => pointAt(index));
  const inputT = new Float64Array(alpha * alpha);
  const weight = new Float64Array(alpha * kernel);
  const outputT = new Float64Array(unit * alpha);
  for (const [row, point] of points.entries()) {
    const others = points.filter((_, index) => index !== row);
    const product = others.reduce((result, other) => result * (point - other), 1);
    const sign = row === 0 && product < 0 ? -1 : 1;
    inputT.set(
      polynomial(others).map((coefficient) => sign * coefficient),
      row * alpha,
    );
    for (let power = 0; power < kernel; power++)
      weight[row * kernel + power] = point ** power / (sign * product);
    for (let power = 0; power < unit; power++) outputT[power * alpha + row] = point ** power;
  }
  inputT.set(polynomial(points), (alpha - 1) * alpha);
  weight[alpha * kernel - 1] = 1;
  outputT[unit * alpha - 1] = 1;
  return { alpha, inputT, weight, outputT };
}

function pointAt(index: number): number {
  const size = (index + 1) >> 1;
  return index % 2 === 1 ? size : 0 - size;
}

/** Coefficients, lowest power first, of the polynomial with these zeros and a leading 1. */
function polynomial(zeros: readonly number[]): number[] {
  let product = [1];
  for (const zero of zeros)
    product = [0, ...product].map((lower, power) => lower - zero * (product[power] ?? 0));
  return product;
}

/**
 * `left · tile · leftᵀ` for a square `tile` of `columns` by `columns`; `rows` rows of `left`. Without
 * `result` and `half` (rows × columns) new arrays are made, which is slow for many tiles.
 */
export function transformTile(
  left: Float64Array,
  tile: ArrayLike<number>,
  rows: number,
  columns: number,
  result: Float64Array = new Float64Array(rows * rows),
  half: Float64Array = new Float64Array(rows * columns),
): Float64Array {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += left[row * columns + k]! * tile[k * columns + column]!;
      half[row * columns + column] = sum;
    }
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < rows; column++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += half[row * columns + k]! * left[column * columns + k]!;
      result[row * rows + column] = sum;
    }
  return result;
}
