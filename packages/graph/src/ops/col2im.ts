import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import type { TensorDesc } from '../tensor.ts';
import {
  type ColumnAttributes,
  type ColumnGeometry,
  columnAttributes,
  columnGeometry,
  eachPixel,
  parseColumns,
} from './support/columns.ts';
import { knownIntegers, required } from './support/inputs.ts';

/**
 * Sums columns back into the images that their windows lie on: x [N,C·kH·kW,windows] or [C·kH·kW,windows],
 * size [2] → y [N,C,H,W] (ShapeConvolution.cpp, GeometryConv2D.cpp, MNN 3.6.1, which forgets the dilation in
 * counting the windows).
 */
export const col2im: OpDefinition<ColumnAttributes> = {
  name: 'Col2Im',
  opTypes: [OpType.Col2Im],
  parse: parseColumns,
  shape(attributes, inputs, where) {
    const x = required(inputs, 0, where);
    const size = knownIntegers(inputs, 1, where);
    if (size.length !== 2)
      throw new GraphError(`${where}: expected a height and a width as second input, got [${size}]`);
    if (x.dtype !== 'float32') throw new GraphError(`${where}: expected floats, got ${x.dtype}`);
    const { image } = geometryOf(attributes, x, size, where);
    // What is set for no output is MNN's default: NC4HW4.
    return [{ shape: image, dtype: x.dtype, layout: 'NC4HW4' }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Col2Im');
    const geometry = geometryOf(attributes, x, y.shape.slice(2), 'Col2Im');
    const [rows, windows] = x.shape.slice(-2);
    y.data.fill(0);
    eachPixel(attributes, geometry, (pixel, n, tap, window) => {
      y.data[pixel] += x.data[(n * rows + tap) * windows + window];
    });
  },
  cases: col2imCases,
};

function geometryOf(
  attributes: ColumnAttributes,
  { shape }: TensorDesc,
  size: readonly number[],
  where: string,
): ColumnGeometry {
  const [batch, rows, columns] = shape.length === 2 ? [1, ...shape] : shape;
  const channels = rows / attributes.kernel[0] / attributes.kernel[1];
  if ((shape.length !== 2 && shape.length !== 3) || !Number.isInteger(channels))
    throw new GraphError(
      `${where}: expected [N, a multiple of ${attributes.kernel.join('·')}, windows] as first input, got [${shape}]`,
    );
  const geometry = columnGeometry(attributes, [batch, channels, ...size], where);
  const expected = geometry.windows[0] * geometry.windows[1];
  if (columns !== expected)
    throw new GraphError(
      `${where}: expected ${geometry.windows.join('x')} windows over ${size.join('x')} pixels, got ${columns}`,
    );
  return geometry;
}

function col2imCases(): OpCase<ColumnAttributes>[] {
  const into = (shape: number[], height: number, width: number) => [
    { shape },
    { shape: [2], dtype: 'int32' as const, data: [height, width] },
  ];
  return [
    { title: 'overlapping', attributes: columnAttributes({}), inputs: into([2, 18, 16], 5, 6) },
    { title: 'apart', attributes: columnAttributes({ stride: [2, 4] }), inputs: into([2, 12, 4], 5, 7) },
    {
      title: 'uneven padding',
      attributes: columnAttributes({ pads: [1, 2, 0, 3] }),
      inputs: into([1, 6, 45], 5, 6),
    },
    {
      title: 'dilation, one image',
      attributes: columnAttributes({ dilation: [3, 2], pads: [1, 1, 1, 1] }),
      inputs: into([12, 16], 5, 6),
    },
    {
      title: 'columns of one pixel',
      attributes: columnAttributes({ kernel: [1, 1] }),
      inputs: into([2, 3, 30], 5, 6),
    },
    { title: 'no sample', attributes: columnAttributes({}), inputs: into([0, 18, 16], 5, 6) },
  ];
}
