import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides, type View } from './support/strides.ts';

export interface CropAttributes {
  /** The first dimension that is cut. */
  readonly axis: number;
  /** One start for all of these dimensions, or one each; empty: 0. */
  readonly offset: readonly number[];
}

/** Cuts x to the size of the second input from `axis` on (Caffe's Crop; MNN 3.6.1 ShapeCrop.cpp). */
export const crop: OpDefinition<CropAttributes> = {
  name: 'Crop',
  opTypes: [OpType.Crop],
  parse(op, context) {
    const { axis, offset } = parameter(op, 'Crop', context);
    return { axis, offset: Array.from(offset ?? []) };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const size = required(inputs, 1, where).shape;
    if (size.length !== shape.length)
      throw new GraphError(`${where}: expected a ${shape.length}-D size for [${shape}], got [${size}]`);
    const starts = startsOf(attributes, shape.length, where);
    const axis = normalizeAxis(attributes.axis, shape.length, where);
    const result = shape.map((extent, i) => (i < axis ? extent : size[i]));
    for (const [i, start] of starts.entries()) {
      if (start < 0 || start + result[i] > shape[i])
        throw new GraphError(
          `${where}: expected dimension ${i} to stay within ${shape[i]}, got ${result[i]} from ${start} on`,
        );
    }
    return [{ shape: result, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Crop');
    const from = cropView(attributes, x.shape);
    copyView(x.data, from, y.data, { offset: 0, strides: denseStrides(y.shape) }, y.shape);
  },
  cases: cropCases,
};

/** Where the part that stays lies in x. */
export function cropView(attributes: CropAttributes, shape: readonly number[]): View {
  const strides = denseStrides(shape);
  const starts = startsOf(attributes, shape.length, 'Crop');
  return { offset: starts.reduce((sum, start, i) => sum + start * strides[i], 0), strides };
}

function startsOf({ axis, offset }: CropAttributes, rank: number, where: string): number[] {
  const first = normalizeAxis(axis, rank, where);
  if (offset.length > 1 && offset.length !== rank - first)
    throw new GraphError(`${where}: expected 1 or ${rank - first} offsets, got ${offset.length}`);
  return Array.from({ length: rank }, (_, i) => {
    if (i < first) return 0;
    return (offset.length > 1 ? offset[i - first] : offset[0]) ?? 0;
  });
}

function cropCases(): OpCase<CropAttributes>[] {
  const inputs = [{ shape: [2, 5, 6, 7] }, { shape: [2, 5, 3, 4] }];
  return [
    { title: 'one offset', attributes: { axis: 2, offset: [2] }, inputs },
    { title: 'two offsets', attributes: { axis: 2, offset: [1, 3] }, inputs },
    { title: 'no offset', attributes: { axis: -2, offset: [] }, inputs },
    {
      title: 'channels as well',
      attributes: { axis: 1, offset: [2, 1, 0] },
      inputs: [{ shape: [1, 5, 4, 3] }, { shape: [1, 2, 3, 3] }],
    },
  ];
}
