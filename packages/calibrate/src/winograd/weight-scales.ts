import { transformTile, winogradMatrices } from './matrices.ts';

const SMALLEST_ABS_MAX = 1e-6;

/**
 * Scales of the transformed weights, position-major, then output channel: the largest magnitude over
 * the input channels on ±127 (MNN 3.6.1 NN.cpp `_winogradConv`; at least 1e-6 / 127).
 *
 * @param weights outputs × inputs × kernel × kernel, the values that the int8 weights stand for: the
 *   runtime transforms those
 */
export function winogradWeightScales(
  weights: ArrayLike<number>,
  outputs: number,
  kernel: number,
  unit: number,
): Float32Array {
  const { alpha, weight: matrix } = winogradMatrices(unit, kernel);
  const positions = alpha * alpha;
  const area = kernel * kernel;
  const inputs = weights.length / outputs / area;
  const scales = new Float32Array(positions * outputs).fill(SMALLEST_ABS_MAX / 127);
  const tile = new Float64Array(area);
  const transformed = new Float64Array(positions);
  const half = new Float64Array(alpha * kernel);
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++) {
      const start = (output * inputs + input) * area;
      for (let index = 0; index < area; index++) tile[index] = weights[start + index]!;
      transformTile(matrix, tile, alpha, kernel, transformed, half);
      for (let position = 0; position < positions; position++) {
        const at = position * outputs + output;
        const scale = Math.fround(Math.abs(transformed[position]!) / 127);
        if (scale > scales[at]!) scales[at] = scale;
      }
    }
  return scales;
}
