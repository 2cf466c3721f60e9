import type { QuantParams } from '../backend.ts';
import type { OpDefinition } from '../op.ts';
import { required } from '../ops/support/inputs.ts';
import type { HostTensor } from '../tensor.ts';
import { neverParsed } from './never-parsed.ts';
import { roundWithin } from './round-within.ts';
import { type TileGrid, tileGrid, type WinogradTiles } from './winograd.ts';
import { winogradResultCases } from './winograd-cases.ts';
import { resultTransform } from './winograd-transforms.ts';

export interface WinogradResultAttributes extends WinogradTiles {
  /** [positions, O]: real value of one step of a product, and what is added to it. */
  readonly steps: Float32Array;
  readonly offsets: Float32Array;
  /** Steps of the output per real value, and [O] what is added to them. */
  readonly outputInverse: number;
  readonly bias: Float32Array;
  readonly output: Pick<QuantParams, 'min' | 'max'>;
}

/**
 * Sums of products [N, positions * O, rows, columns], of which each is a whole number, and the input [N,C,H,W], of which only the
 * shape counts → q of y [N,O,oH,oW].
 */
export const winogradResult: OpDefinition<WinogradResultAttributes> = {
  name: 'Int8WinogradResult',
  opTypes: [],
  parse: neverParsed('Int8WinogradResult'),
  shape(attributes, inputs, where) {
    const input = required(inputs, 1, where);
    const { geometry } = tileGrid(attributes, input, where);
    const { batch, outputChannels, outputHeight, outputWidth } = geometry;
    const shape = [batch, outputChannels, outputHeight, outputWidth];
    return [{ shape, dtype: 'float32', layout: input.layout }];
  },
  reference(attributes, inputs, [y]) {
    const sums = required(inputs, 0, 'Int8WinogradResult');
    const grid = tileGrid(attributes, required(inputs, 1, 'Int8WinogradResult'), 'Int8WinogradResult');
    const { alpha, rows, columns, geometry } = grid;
    const { unit } = attributes;
    const transform = resultTransform(alpha, unit, 'Int8WinogradResult');
    const products = new Float32Array(alpha * alpha);
    const half = new Float32Array(unit * alpha);
    const pixels = new Float32Array(unit * unit);
    for (let n = 0; n < geometry.batch; n++)
      for (let o = 0; o < geometry.outputChannels; o++)
        for (let tile = 0; tile < rows * columns; tile++) {
          loadProducts(attributes, sums.data, grid, n, o, tile, products);
          for (let i = 0; i < alpha; i++) transform(products, i, alpha, half, i, alpha);
          for (let i = 0; i < unit; i++) transform(half, i * alpha, 1, pixels, i * unit, 1);
          storeTile(attributes, grid, y, n, o, tile, pixels);
        }
  },
  cases: winogradResultCases,
};

function loadProducts(
  { steps, offsets }: WinogradResultAttributes,
  data: ArrayLike<number>,
  { alpha, rows, columns, geometry: { outputChannels } }: TileGrid,
  n: number,
  o: number,
  tile: number,
  products: Float32Array,
): void {
  const tiles = rows * columns;
  for (let at = 0; at < alpha * alpha; at++) {
    const own = at * outputChannels + o;
    const sum = Math.fround(data[(n * alpha * alpha * outputChannels + own) * tiles + tile]);
    products[at] = Math.fround(sum * steps[own]) + offsets[own];
  }
}

/** Tiles reach over the edge. */
function storeTile(
  { unit, outputInverse, bias, output }: WinogradResultAttributes,
  { columns, geometry: { outputChannels, outputHeight, outputWidth } }: TileGrid,
  y: HostTensor,
  n: number,
  o: number,
  tile: number,
  pixels: Float32Array,
): void {
  const top = Math.floor(tile / columns) * unit;
  const left = (tile % columns) * unit;
  const plane = (n * outputChannels + o) * outputHeight;
  for (let i = 0; i < Math.min(unit, outputHeight - top); i++)
    for (let j = 0; j < Math.min(unit, outputWidth - left); j++) {
      const steps = Math.fround(Math.fround(pixels[i * unit + j] * outputInverse) + bias[o]);
      y.data[(plane + top + i) * outputWidth + left + j] = roundWithin(steps, output.min, output.max);
    }
}
