import type { QuantParams } from '../backend.ts';
import type { OpDefinition } from '../op.ts';
import { required } from '../ops/support/inputs.ts';
import { neverParsed } from './never-parsed.ts';
import { roundWithin } from './round-within.ts';
import { type TileGrid, tileGrid, type WinogradTiles } from './winograd.ts';
import { winogradSourceCases } from './winograd-cases.ts';
import { sourceTransform } from './winograd-transforms.ts';

export interface WinogradSourceAttributes extends WinogradTiles {
  readonly input: QuantParams;
  /** One per position of the tile, row-major. */
  readonly scales: Float32Array;
  readonly zeroPoints: Int32Array;
}

/** Bounds of the transformed input (ConvInt8Winograd.cpp, MNN 3.6.1). */
const BOUND = 127;

/**
 * q of x [N,C,H,W] → its tiles transformed, as whole numbers q + 128 from 1 to 255 [N, positions * C, rows, columns]: all
 * channels of a position one behind the other. Pixels outside of the image are 0.
 */
export const winogradSource: OpDefinition<WinogradSourceAttributes> = {
  name: 'Int8WinogradSource',
  opTypes: [],
  parse: neverParsed('Int8WinogradSource'),
  shape(attributes, inputs, where) {
    const input = required(inputs, 0, where);
    const { geometry, alpha, rows, columns } = tileGrid(attributes, input, where);
    const shape = [geometry.batch, alpha * alpha * geometry.inputChannels, rows, columns];
    return [{ shape, dtype: 'float32', layout: input.layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Int8WinogradSource');
    const grid = tileGrid(attributes, x, 'Int8WinogradSource');
    const { alpha, rows, columns } = grid;
    const { batch, inputChannels: channels } = grid.geometry;
    const transform = sourceTransform(alpha, 'Int8WinogradSource');
    const positions = alpha * alpha;
    const [pixels, half, done] = [0, 1, 2].map(() => new Float32Array(positions));
    const inverses = attributes.scales.map((scale) => 1 / scale);
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c++)
        for (let tile = 0; tile < rows * columns; tile++) {
          loadTile(x.data, n * channels + c, grid, tile, attributes, pixels);
          for (let i = 0; i < alpha; i++) transform(pixels, i * alpha, 1, half, i * alpha, 1);
          for (let i = 0; i < alpha; i++) transform(half, i, alpha, done, i, alpha);
          for (let at = 0; at < positions; at++) {
            const steps = Math.fround(Math.fround(done[at] * inverses[at]) + attributes.zeroPoints[at]);
            const target = ((n * positions + at) * channels + c) * rows * columns + tile;
            y.data[target] = roundWithin(steps, -BOUND, BOUND) + 128;
          }
        }
  },
  cases: winogradSourceCases,
};

/** Dequantized pixels under a tile. */
function loadTile(
  data: ArrayLike<number>,
  plane: number,
  { geometry, alpha, columns }: TileGrid,
  tile: number,
  { unit, input }: WinogradSourceAttributes,
  pixels: Float32Array,
): void {
  const { inputHeight, inputWidth, padTop, padLeft } = geometry;
  const scale = Math.fround(input.scale);
  const top = Math.floor(tile / columns) * unit - padTop;
  const left = (tile % columns) * unit - padLeft;
  for (let i = 0; i < alpha; i++)
    for (let j = 0; j < alpha; j++) {
      const [row, column] = [top + i, left + j];
      const inside = row >= 0 && row < inputHeight && column >= 0 && column < inputWidth;
      const at = (plane * inputHeight + row) * inputWidth + column;
      pixels[i * alpha + j] = inside ? (data[at] - input.zeroPoint) * scale : 0;
    }
}
