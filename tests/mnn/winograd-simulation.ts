import type { WinogradUnit } from '@mnnquant/calibrate';
import type { QuantParams } from '@mnnquant/graph';
import { transformTile, winogradMatrices } from '../../packages/calibrate/src/winograd/matrices.ts';

/** A 3x3 convolution with a border of 1 over one plane per channel. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
  /** outputs × inputs × 3 × 3, as the int8 weights decode. */
  readonly weights: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

const rounded = (value: number, scale: number, zero: number): number =>
  scale * (Math.min(127, Math.max(-127, Math.round(value / scale) + zero)) - zero);

/** What int8 Winograd must answer: everything in double precision but what is rounded to int8. */
export function simulateWinograd(
  layer: Layer,
  unit: WinogradUnit,
  data: ArrayLike<number>,
  inputGrid: QuantParams,
): Float64Array {
  const { inputs, outputs, size } = layer;
  const { alpha, inputT, outputT } = winogradMatrices(unit.unit, 3);
  const area = alpha * alpha;
  const kernels = transformedWeights(layer, unit);
  const x = Float64Array.from(data, (value) => rounded(value, inputGrid.scale, inputGrid.zeroPoint));
  const answer = new Float64Array(outputs * size * size);
  for (let top = 0; top < size; top += unit.unit)
    for (let left = 0; left < size; left += unit.unit) {
      const tiles = Array.from({ length: inputs }, (_, channel) =>
        transformTile(inputT, tileAt(x, channel, size, top - 1, left - 1, alpha), alpha, alpha).map(
          (value, at) => rounded(value, unit.inputScales[at]!, unit.inputZeroPoints[at]!),
        ),
      );
      for (let output = 0; output < outputs; output++) {
        const product = new Float64Array(area);
        for (const [channel, tile] of tiles.entries())
          for (let at = 0; at < area; at++)
            product[at]! += tile[at]! * kernels[(output * inputs + channel) * area + at]!;
        const done = transformTile(outputT, product, unit.unit, alpha);
        for (const [at, value] of done.entries()) {
          const [y, column] = [top + Math.floor(at / unit.unit), left + (at % unit.unit)];
          if (y < size && column < size)
            answer[(output * size + y) * size + column] = value + layer.bias[output]!;
        }
      }
    }
  return answer;
}

function transformedWeights({ inputs, outputs, weights }: Layer, unit: WinogradUnit): Float64Array {
  const { alpha, weight } = winogradMatrices(unit.unit, 3);
  const area = alpha * alpha;
  const result = new Float64Array(outputs * inputs * area);
  for (let pair = 0; pair < outputs * inputs; pair++) {
    const kernel = Float64Array.from({ length: 9 }, (_, tap) => weights[pair * 9 + tap]!);
    const output = Math.floor(pair / inputs);
    for (const [at, value] of transformTile(weight, kernel, alpha, 3).entries())
      result[pair * area + at] = rounded(value, unit.weightScales[at * outputs + output]!, 0);
  }
  return result;
}

function tileAt(
  x: Float64Array,
  channel: number,
  size: number,
  top: number,
  left: number,
  alpha: number,
): Float64Array {
  return Float64Array.from({ length: alpha * alpha }, (_, at) => {
    const [row, column] = [top + Math.floor(at / alpha), left + (at % alpha)];
    const inside = row >= 0 && row < size && column >= 0 && column < size;
    return inside ? x[(channel * size + row) * size + column]! : 0;
  });
}
