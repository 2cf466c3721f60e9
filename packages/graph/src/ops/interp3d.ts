import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import {
  describedSize,
  type InterpAttributes,
  resample,
  resizedDesc,
  resizeMethod,
  tapsAlong,
} from './interp.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface Interp3DAttributes extends Pick<InterpAttributes, 'method' | 'size' | 'scales'> {
  /** Source coordinates before the first output: depth, height, width. */
  readonly offsets: readonly [number, number, number];
}

/**
 * Resizes volumes to the nearest value: x [N,C,D,H,W] → y [N,C,oD,oH,oW]. Unlike Interp it reads output i at
 * i · scale + offset with the file's numbers (CPUInterp3D.cpp, MNN 3.6.1, which makes it of a 5-D Interp).
 */
export const interp3d: OpDefinition<Interp3DAttributes> = {
  name: 'Interp3D',
  opTypes: [OpType.Interp3D],
  parse(op, context) {
    const table = parameter(op, 'Interp', context);
    return {
      method: resizeMethod(table.resizeType, context.where),
      size: context.described
        ? describedSize(context.described[0].desc)
        : [table.outputDepth, table.outputHeight, table.outputWidth],
      scales: [table.depthScale, table.heightScale, table.widthScale],
      offsets: [table.depthOffset, table.heightOffset, table.widthOffset],
    };
  },
  shape(attributes, inputs, where) {
    const { shape } = required(inputs, 0, where);
    if (shape.length !== 5) throw new GraphError(`${where}: expected a 5-D input, got [${shape}]`);
    return [resizedDesc(attributes, inputs, where)];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Interp3D');
    const taps = attributes.scales.map((step, k) =>
      tapsAlong(attributes, x.shape[2 + k], y.shape[2 + k], {
        step: Math.fround(step),
        offset: Math.fround(attributes.offsets[k]),
      }),
    );
    resample(x, y, taps);
  },
  cases: interp3dCases,
};

function interp3dCases(): OpCase<Interp3DAttributes>[] {
  const make = (options: Partial<Interp3DAttributes>): Interp3DAttributes => ({
    method: 'nearest',
    size: [5, 3, 2],
    scales: [0.6, 1.25, 2],
    offsets: [0, 0, 0],
    ...options,
  });
  const inputs = [{ shape: [2, 3, 3, 4, 4] }];
  return [
    { title: 'nearest', attributes: make({}), inputs },
    {
      title: 'offsets, rounded',
      attributes: make({ method: 'nearest-rounded', offsets: [-0.2, 0.125, 0.5] }),
      inputs,
    },
    { title: 'far outside', attributes: make({ scales: [10, -3, 0], offsets: [-7, 100, 0] }), inputs },
    { title: 'size by scales', attributes: make({ size: [0, 0, 0], scales: [2, 1, 0.5] }), inputs },
    { title: 'no sample', attributes: make({}), inputs: [{ shape: [0, 3, 3, 4, 4] }] },
  ];
}
