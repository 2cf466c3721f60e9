import { NetSource, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { knownIntegers, normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView } from './support/strides.ts';
import { partViews, wholeView } from './support/views.ts';

export interface SliceAttributes {
  readonly axis: number;
  /**
   * Positions of the cuts, sizes of the parts (one may be -1), or nothing for equal parts; a single number of
   * an ONNX or TFLite model means nothing either (ShapeSlice.cpp, MNN 3.6.1).
   * `undefined`: the second input holds the sizes.
   */
  readonly points: readonly number[] | undefined;
  readonly pointsAre: 'positions' | 'sizes' | 'part size' | 'number of parts' | 'nothing';
  /** Number of outputs. */
  readonly parts: number;
}

/** More outputs than any op of a file has. */
const MOST_PARTS = 65536;

/** Splits a tensor along an axis. */
export const slice: OpDefinition<SliceAttributes> = {
  name: 'Slice',
  opTypes: [OpType.Slice],
  parse(op, context) {
    const { axis, slicePoints, sourceType } = parameter(op, 'Slice', context);
    const points = context.inputCount > 1 ? undefined : Array.from(slicePoints ?? []);
    return { axis, points, pointsAre: meaning(sourceType, points?.length), parts: context.outputCount };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const axis = normalizeAxis(attributes.axis, shape.length, where);
    const points = attributes.points ?? knownIntegers(inputs, 1, where);
    return partSizes(points, attributes, shape[axis], where).map((size) => ({
      shape: shape.map((extent, i) => (i === axis ? size : extent)),
      dtype,
      layout,
    }));
  },
  reference({ axis }, inputs, outputs) {
    const x = required(inputs, 0, 'Slice');
    const cut = normalizeAxis(axis, x.shape.length, 'Slice');
    const sizes = outputs.map(({ shape }) => shape[cut]);
    for (const [k, part] of partViews(x.shape, cut, sizes).entries())
      copyView(x.data, part, outputs[k].data, wholeView(part.extents), part.extents);
  },
  cases: () => [
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
      title: 'number of parts',
      attributes: { axis: -1, points: [2], pointsAre: 'number of parts', parts: 2 },
      inputs: [{ shape: [3, 4] }],
    },
    {
      title: 'sizes from an input',
      attributes: { axis: 1, points: undefined, pointsAre: 'sizes', parts: 2 },
      inputs: [{ shape: [2, 5] }, { shape: [2], dtype: 'int32', data: [4, 1] }],
    },
    {
      title: 'part size',
      attributes: { axis: 0, points: [2], pointsAre: 'part size', parts: 3 },
      inputs: [{ shape: [5, 3] }],
    },
  ],
};

/** MNN 3.6.1 ShapeSlice.cpp. */
function meaning(sourceType: number, count: number | undefined): SliceAttributes['pointsAre'] {
  if (sourceType === NetSource.CAFFE) return 'positions';
  if (count !== 1) return 'sizes';
  if (sourceType === NetSource.TORCH) return 'part size';
  return sourceType === NetSource.TENSORFLOW ? 'number of parts' : 'nothing';
}

function partSizes(
  points: readonly number[],
  { pointsAre, parts }: SliceAttributes,
  extent: number,
  where: string,
): number[] {
  const sizes = givenSizes(points, pointsAre, parts, extent);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length < parts || sizes.some((size) => size < 0 || !Number.isInteger(size)) || total > extent) {
    throw new GraphError(
      `${where}: cannot split ${extent} elements into ${parts} parts at [${points}] (${pointsAre})`,
    );
  }
  return sizes.slice(0, parts);
}

function givenSizes(
  points: readonly number[],
  pointsAre: SliceAttributes['pointsAre'],
  parts: number,
  extent: number,
): number[] {
  if (pointsAre === 'positions' && points.length > 0)
    return [...points, extent].map((point, i) => point - (i === 0 ? 0 : points[i - 1]));
  if (pointsAre === 'nothing' || points.length === 0) return equalParts(extent, parts);
  if (pointsAre === 'number of parts') return equalParts(extent, points[0]);
  if (pointsAre === 'part size')
    return Array.from({ length: parts }, (_, i) => Math.min(points[0], extent - i * points[0]));
  const known = points.reduce((sum, size) => sum + Math.max(size, 0), 0);
  return points.map((size) => (size === -1 ? extent - known : size));
}

/** A rest is left out; no part where the number makes no sense. */
function equalParts(extent: number, count: number): number[] {
  if (!(count >= 1 && count <= MOST_PARTS)) return [];
  return new Array<number>(count).fill(Math.floor(extent / count));
}
