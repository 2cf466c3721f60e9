import { CoordinateTransformationMode, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { type InterpAttributes, interp } from './interp.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

function scaled(height: number, width: number): InterpAttributes {
  return {
    method: 'bilinear',
    mode: CoordinateTransformationMode.Asymmetric,
    alignCorners: false,
    halfPixelCenters: false,
    size: [0, 0, 0],
    scales: [1, height, width],
  };
}

/** Bilinear resizing by factors, output pixel i read at i · input / output: x [N,C,H,W] (CPUResize.cpp, MNN 3.6.1). */
export const resize: OpDefinition<InterpAttributes> = {
  ...interp,
  name: 'Resize',
  opTypes: [OpType.Resize],
  parse(op, context) {
    const { xScale, yScale } = parameter(op, 'Resize', context);
    if (!(xScale > 0) || !(yScale > 0))
      throw new GraphError(`${context.where}: expected scales above 0, got ${xScale} and ${yScale}`);
    return scaled(yScale, xScale);
  },
  shape(attributes, inputs, where) {
    const { shape } = required(inputs, 0, where);
    if (shape.length !== 4) throw new GraphError(`${where}: expected a 4-D input, got [${shape}]`);
    return interp.shape(attributes, inputs, where);
  },
  cases: () => [
    { title: 'larger', attributes: scaled(2, 1.5), inputs: [{ shape: [1, 3, 4, 6] }] },
    { title: 'smaller', attributes: scaled(0.5, 0.75), inputs: [{ shape: [2, 3, 6, 8] }] },
  ],
};
