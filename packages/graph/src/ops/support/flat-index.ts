import type { TensorData } from '../../tensor.ts';
import { denseStrides } from './strides.ts';

/**
 * Positions in a flat tensor of rows of coordinates: sum of coordinate times stride, as MNN's geometry stage
 * computes them (GeometryGather.cpp, GeometryScatter.cpp, 3.6.1). A coordinate outside of its dimension is not
 * noticed: it leads into another row, or out of the tensor.
 *
 * @param coordinates rows of `width` numbers
 * @param shape extents that the first coordinates count in; elements behind them are taken as they are
 */
export function flatPositions(coordinates: TensorData, width: number, shape: readonly number[]): Int32Array {
  const strides = denseStrides(shape);
  const count = width === 0 ? 0 : coordinates.length / width;
  return Int32Array.from({ length: count }, (_, row) => {
    let position = 0;
    for (let k = 0; k < width; k++) position += coordinates[row * width + k] * strides[k];
    return position;
  });
}

/**
 * Position in a tensor of `shape` of every element of `indices`, whose coordinate along `axis` is the element's
 * value and whose others are its own.
 */
export function positionsAlong(
  indices: { readonly shape: readonly number[]; readonly data: TensorData },
  axis: number,
  shape: readonly number[],
): Int32Array {
  const own = denseStrides(indices.shape);
  const strides = denseStrides(shape);
  return Int32Array.from(indices.data, (index, i) => {
    let position = index * strides[axis];
    for (let k = 0, rest = i; k < own.length; k++) {
      const coordinate = Math.floor(rest / own[k]);
      rest -= coordinate * own[k];
      if (k !== axis) position += coordinate * strides[k];
    }
    return position;
  });
}
