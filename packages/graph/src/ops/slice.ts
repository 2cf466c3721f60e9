import { NetSource, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides } from './support/strides.ts';

export interface SliceAttributes {
  readonly axis: number;
  /** Caffe: positions of the cuts. Else sizes of the parts (one may be -1); empty for equal parts. */
  readonly points: readonly number[];
  readonly pointsAre: 'positions' | 'sizes' | 'part size';
  readonly parts: number;
}

/** Splits a tensor along an axis. */
export const slice: OpDefinition<SliceAttributes> = {
  name: 'Slice',
  opTypes: [OpType.Slice],
  parse(op, context) {
    const { axis, slicePoints, sourceType } = parameter(op, 'Slice', context);
    const pointsAre =
      sourceType === NetSource.CAFFE ? 'positions' : sourceType === NetSource.TORCH ? 'part size' : 'sizes';
    return { axis, points: Array.from(slicePoints ?? []), pointsAre, parts: context.outputCount };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const axis = normalizeAxis(attributes.axis, shape.length, where);
    return partSizes(attributes, shape[axis], where).map((size) => ({
      shape: shape.map((extent, i) => (i === axis ? size : extent)),
      dtype,
      layout,
    }));
  },
  reference({ axis }, inputs, outputs) {
    const x = required(inputs, 0, 'Slice');
    const strides = denseStrides(x.shape);
    const cut = normalizeAxis(axis, x.shape.length, 'Slice');
    let start = 0;
    for (const y of outputs) {
      copyView(
        x.data,
        { offset: start * strides[cut], strides },
        y.data,
        { offset: 0, strides: denseStrides(y.shape) },
        y.shape,
      );
      start += y.shape[cut];
    }
  },
  cases: [
    {
      title: 'equal parts',
      attributes: { axis: 1, points: [], pointsAre: 'sizes', parts: 3 },
      inputs: [{ shape: [2, 6, 4] }],
    },
    {
      title: 'sizes with a rest',
      attributes: { axis: -1, points: [1, -1, 2], pointsAre: 'sizes', parts: 3 },
      inputs: [{ shape: [2, 3, 7] }],
    },
    {
      title: 'positions',
      attributes: { axis: 1, points: [1, 4], pointsAre: 'positions', parts: 3 },
      inputs: [{ shape: [2, 6, 4] }],
    },
    {
      title: 'part size',
      attributes: { axis: 0, points: [2], pointsAre: 'part size', parts: 3 },
      inputs: [{ shape: [5, 3] }],
    },
  ],
};

function partSizes({ points, pointsAre, parts }: SliceAttributes, extent: number, where: string): number[] {
  let sizes: number[];
  if (points.length === 0) sizes = Array.from({ length: parts }, () => extent / parts);
  else if (pointsAre === 'positions')
    sizes = [...points, extent].map((point, i) => point - (i === 0 ? 0 : points[i - 1]));
  else if (pointsAre === 'part size' && points.length === 1) {
    sizes = Array.from({ length: parts }, (_, i) => Math.min(points[0], extent - i * points[0]));
  } else {
    const known = points.reduce((sum, size) => sum + Math.max(size, 0), 0);
    sizes = points.map((size) => (size === -1 ? extent - known : size));
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length < parts || sizes.some((size) => size < 0 || !Number.isInteger(size)) || total > extent) {
    throw new GraphError(
      `${where}: cannot split ${extent} elements into ${parts} parts at [${points}] (${pointsAre})`,
    );
  }
  return sizes.slice(0, parts);
}
