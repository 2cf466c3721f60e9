import { channelAxis, spatialAxis } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { type InterpAttributes, interp, interpPositions } from '../ops/interp.ts';
import { required } from '../ops/support/inputs.ts';
import { denseStrides } from '../ops/support/strides.ts';
import type { HostTensor } from '../tensor.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { type LineMaker, lineMakers } from './interp-lines.ts';
import { inputParams, likeFloat } from './params.ts';

/**
 * Resizes the images of a batch (CPUInterp.cpp, CPUResize.hpp, ResizeFunction.cpp, MNN 3.6.1): along the rows first, then
 * along the columns, as MNN does, since it rounds in between.
 *
 * Only zero points are looked at, never scales: where input and output have different ones the result is wrong in MNN.
 */
export const int8Interp: OpDefinition<Int8Attributes<InterpAttributes>> = {
  ...likeFloat('Int8Interp', interp),
  shape({ op }, inputs, where) {
    const { shape } = required(inputs, 0, where);
    if (shape.length > 4)
      throw new GraphError(`${where}: MNN 3.6.1 resizes volumes in float only, got [${shape}]`);
    return interp.shape(op, inputs, where);
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Int8Interp');
    const [rows, columns = Float32Array.of(0)] = interpPositions(attributes.op, x, y, inputs[1]);
    const { along, across } = lineMakers(
      attributes.op.method,
      inputParams(attributes, 0, 'Int8Interp'),
      attributes.outputs[0],
    );
    const width = columns.length;
    const horizontal = along(columns, x.shape.length === 4 ? x.shape[spatialAxis(x.layout) + 1] : 1);
    const vertical = across(rows, x.shape[spatialAxis(x.layout)]);
    resizePlanes(x, y, width, horizontal, vertical);
  },
  cases: () =>
    (['nearest', 'bilinear', 'cubic', 'nearest-rounded'] as const).flatMap((method) =>
      [
        [11, 7],
        [4, 3],
      ].map(([height, width]) => ({
        title: `${method} to ${height}x${width}`,
        attributes: {
          op: {
            method,
            mode: 2,
            alignCorners: false,
            halfPixelCenters: false,
            size: [0, height, width] as const,
            scales: [1, 1, 1] as const,
          },
          inputs: [params(0.03, 4)],
          outputs: [params(0.03, 4)],
        },
        inputs: [{ shape: [2, 3, 6, 5], data: everyQ(180) }],
      })),
    ),
};

function resizePlanes(
  x: HostTensor,
  y: HostTensor,
  width: number,
  along: LineMaker,
  across: LineMaker,
): void {
  const channel = channelAxis(x.layout, x.shape.length);
  const first = spatialAxis(x.layout);
  const stridesOf = ({ shape }: HostTensor) => [...denseStrides(shape), ...(shape.length === 4 ? [] : [1])];
  const [from, to] = [stridesOf(x), stridesOf(y)];
  const [inputs, outputs] = [x.shape[first], y.shape[first]];
  const lines = new Float32Array(inputs * width);
  for (let n = 0; n < x.shape[0]; n++) {
    for (let c = 0; c < x.shape[channel]; c++) {
      const [source, target] = [n * from[0] + c * from[channel], n * to[0] + c * to[channel]];
      for (let row = 0; row < inputs; row++)
        for (let ox = 0; ox < width; ox++)
          lines[row * width + ox] = along(x.data, source + row * from[first], from[first + 1], ox);
      for (let oy = 0; oy < outputs; oy++)
        for (let ox = 0; ox < width; ox++)
          y.data[target + oy * to[first] + ox * to[first + 1]] = across(lines, ox, width, oy);
    }
  }
}
