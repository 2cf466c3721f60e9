import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import {
  type ColumnAttributes,
  columnAttributes,
  columnGeometry,
  eachPixel,
  parseColumns,
} from './support/columns.ts';
import { required } from './support/inputs.ts';

/**
 * The pixels under each window as a column, padding as zeros: x [N,C,H,W] → y [C·kH·kW, N·windows]
 * (ShapeConvolution.cpp, GeometryConv2D.cpp, MNN 3.6.1, which forgets the dilation in counting the windows).
 */
export const im2col: OpDefinition<ColumnAttributes> = {
  name: 'Im2Col',
  opTypes: [OpType.Im2Col],
  parse: parseColumns,
  shape(attributes, inputs, where) {
    const x = required(inputs, 0, where);
    if (x.layout === 'NHWC' || x.dtype !== 'float32' || x.shape.length !== 4)
      throw new GraphError(
        `${where}: expected floats [N,C,H,W] in NCHW, got ${x.dtype} [${x.shape}] in ${x.layout}`,
      );
    const { windows } = columnGeometry(attributes, x.shape, where);
    const rows = x.shape[1] * attributes.kernel[0] * attributes.kernel[1];
    return [{ shape: [rows, x.shape[0] * windows[0] * windows[1]], dtype: x.dtype, layout: x.layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Im2Col');
    const geometry = columnGeometry(attributes, x.shape, 'Im2Col');
    const windows = geometry.windows[0] * geometry.windows[1];
    y.data.fill(0);
    eachPixel(attributes, geometry, (pixel, n, tap, window) => {
      y.data[tap * y.shape[1] + n * windows + window] = x.data[pixel];
    });
  },
  cases: im2colCases,
};

function im2colCases(): OpCase<ColumnAttributes>[] {
  const inputs = [{ shape: [2, 3, 5, 6] }];
  return [
    { title: 'plain', attributes: columnAttributes({}), inputs },
    { title: 'strides', attributes: columnAttributes({ stride: [2, 3] }), inputs },
    { title: 'uneven padding', attributes: columnAttributes({ pads: [1, 2, 0, 3] }), inputs },
    { title: 'dilation', attributes: columnAttributes({ dilation: [3, 2], pads: [1, 1, 1, 1] }), inputs },
    {
      title: 'packed, one pixel',
      attributes: columnAttributes({ kernel: [1, 1] }),
      inputs: [{ shape: [1, 5, 1, 1], layout: 'NC4HW4' }],
    },
    { title: 'rows in the padding alone', attributes: columnAttributes({ pads: [3, 0, 3, 0] }), inputs },
    { title: 'no sample', attributes: columnAttributes({}), inputs: [{ shape: [0, 3, 5, 6] }] },
  ];
}
