import { createTable, MNN_DATA_FORMAT } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, main } from './golden-case.ts';

/** Source offset and strides, target offset and strides, extents. */
export type RegionNumbers = readonly number[];

/** The op as MNN's Expression API writes it (express/Utils.cpp). */
export function raster(
  title: string,
  inputs: readonly GoldenInput[],
  shape: readonly number[],
  regions: readonly RegionNumbers[],
  more: Readonly<Record<string, number>> = {},
): GoldenCase {
  const list = (key: string, numbers: readonly number[]) =>
    createTable('Attribute', { key, list: createTable('ListValue', { i: Int32Array.from(numbers) }) });
  const numbers = Object.entries(more).map(([key, i]) => createTable('Attribute', { key, i }));
  const attr = [list('shape', shape), list('region', regions.flat()), ...numbers];
  return { title, type: 'Raster', main: main('Extra', { attr }), inputs };
}

const whole = (...extents: readonly [number, number, number]): RegionNumbers => {
  const strides = [extents[1] * extents[2], extents[2], 1];
  return [0, ...strides, 0, ...strides, ...extents];
};

export const RASTER: readonly GoldenCase[] = [
  raster('as it is', [input([2, 3, 4])], [2, 3, 4], [whole(2, 3, 4)]),
  raster('transposed', [input([2, 3, 4])], [2, 4, 3], [[0, 12, 1, 4, 0, 12, 3, 1, 2, 4, 3]]),
  raster('in part, zeros around it', [input([2, 3, 4])], [3, 4, 5], [[5, 12, 4, 1, 26, 20, 5, 1, 1, 2, 3]]),
  raster('repeated', [input([3])], [4, 3], [[0, 0, 0, 1, 0, 0, 3, 1, 1, 4, 3]]),
  raster('backwards', [input([2, 5])], [2, 5], [[4, 0, 5, -1, 0, 0, 5, 1, 1, 2, 5]]),
  raster(
    'of two inputs',
    [input([2, 3]), input([4, 3])],
    [3, 6],
    [
      [0, 0, 3, 1, 0, 0, 6, 1, 1, 2, 3],
      [3, 0, 3, 1, 3, 0, 6, 1, 1, 3, 3],
    ],
  ),
  raster(
    'packed to packed',
    [input([1, 5, 2, 3], 'NC4HW4')],
    [1, 5, 3, 2],
    [[0, 6, 1, 3, 0, 6, 2, 1, 5, 3, 2]],
  ),
  raster('NHWC to NCHW', [input([1, 2, 3, 5], 'NHWC')], [1, 5, 2, 3], [[0, 0, 1, 5, 0, 0, 6, 1, 1, 5, 6]], {
    code: 2,
    bits: 32,
    format: MNN_DATA_FORMAT.NCHW,
  }),
  raster('to NHWC', [input([1, 5, 2, 3], 'NC4HW4')], [1, 2, 3, 5], [[0, 0, 1, 6, 0, 0, 5, 1, 1, 6, 5]], {
    code: 2,
    bits: 32,
    format: MNN_DATA_FORMAT.NHWC,
  }),
  raster('whole numbers', [{ shape: [2, 4], dtype: 'int32' }], [4, 2], [[0, 0, 1, 4, 0, 0, 2, 1, 1, 4, 2]]),
];
