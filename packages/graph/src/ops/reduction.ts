import { OpType, ReductionType as R } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { normalizeAxis, optionalIntegers, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides } from './support/strides.ts';

export interface ReductionAttributes {
  /** `ReductionType`. */
  readonly operation: number;
  /** `undefined`: the second input says it, else all. */
  readonly axes: readonly number[] | undefined;
  readonly keepDims: boolean;
}

interface Fold {
  readonly start: number;
  readonly step: (sum: number, x: number) => number;
}

const FOLDS: Readonly<Record<number, Fold>> = {
  [R.SUM]: { start: 0, step: (sum, x) => sum + x },
  [R.ASUM]: { start: 0, step: (sum, x) => sum + Math.abs(x) },
  [R.SUMSQ]: { start: 0, step: (sum, x) => sum + x * x },
  [R.MEAN]: { start: 0, step: (sum, x) => sum + x },
  [R.MAXIMUM]: { start: Number.NEGATIVE_INFINITY, step: Math.max },
  [R.MINIMUM]: { start: Number.POSITIVE_INFINITY, step: Math.min },
  [R.PROD]: { start: 1, step: (product, x) => product * x },
  [R.ANY]: { start: 0, step: (any, x) => Number(any !== 0 || x !== 0) },
  [R.ALL]: { start: 1, step: (all, x) => Number(all !== 0 && x !== 0) },
};

/**
 * Sum, mean, maximum … over some dimensions, or all. Dimensions behind the last one do not matter: of a layer of
 * Caffe the converter writes those up to the fourth. An input without axes, which TensorFlow has, reduces nothing;
 * MNN (3.6.1 GeometryReduce.cpp) gives the shape for that, but other memory as its content.
 */
export const reduction: OpDefinition<ReductionAttributes> = {
  name: 'Reduction',
  opTypes: [OpType.Reduction],
  parse(op, context) {
    const { operation, dim, keepDims } = parameter(op, 'ReductionParam', context);
    if (!(operation in FOLDS)) throw new GraphError(`${context.where}: operation ${operation} is unknown`);
    return { operation, axes: dim && dim.length > 0 ? Array.from(dim) : undefined, keepDims };
  },
  shape({ axes, keepDims }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const reduced = reducedAxes(axes ?? optionalIntegers(inputs, 1, undefined, where), shape.length, where);
    const result = keepDims
      ? shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent))
      : shape.filter((_, axis) => !reduced.has(axis));
    return [{ shape: result, dtype, layout }];
  },
  reference({ operation, axes }, inputs, [y]) {
    const x = required(inputs, 0, 'Reduction');
    const given = axes ?? (inputs[1] && Array.from(inputs[1].data, Number));
    const reduced = reducedAxes(given, x.shape.length, 'Reduction');
    const order = [...x.shape.keys()].sort(
      (a, b) => Number(reduced.has(a)) - Number(reduced.has(b)) || a - b,
    );
    const extents = order.map((axis) => x.shape[axis]);
    const strides = denseStrides(x.shape);
    const sorted = x.data.slice();
    copyView(
      x.data,
      { offset: 0, strides: order.map((axis) => strides[axis]) },
      sorted,
      { offset: 0, strides: denseStrides(extents) },
      extents,
    );
    const count = x.data.length / Math.max(1, y.data.length);
    const { start, step } = FOLDS[operation];
    for (let i = 0; i < y.data.length; i++) {
      let value = start;
      for (let k = 0; k < count; k++) value = step(value, sorted[i * count + k]);
      y.data[i] = operation === R.MEAN ? value / count : value;
    }
  },
  cases: () =>
    Object.keys(FOLDS).flatMap((key) => [
      {
        title: `operation ${key}, two axes`,
        attributes: { operation: Number(key), axes: [1, -1], keepDims: false },
        inputs: [{ shape: [2, 3, 4, 5] }],
      },
      {
        title: `operation ${key}, all`,
        attributes: { operation: Number(key), axes: undefined, keepDims: true },
        inputs: [{ shape: [2, 3, 4] }],
      },
      {
        title: `operation ${key}, more axes than there are`,
        attributes: { operation: Number(key), axes: [1, 2, 3], keepDims: false },
        inputs: [{ shape: [2, 6] }],
      },
      {
        title: `operation ${key}, no axis in the second input`,
        attributes: { operation: Number(key), axes: undefined, keepDims: true },
        inputs: [{ shape: [2, 3] }, { shape: [0], dtype: 'int32', data: [] }],
      },
    ]),
};

/** The dimensions that go, from the front. */
export function reducedAxes(axes: readonly number[] | undefined, rank: number, where: string): Set<number> {
  if (axes === undefined) return new Set(Array.from({ length: rank }, (_, i) => i));
  return new Set(axes.filter((axis) => axis < rank).map((axis) => normalizeAxis(axis, rank, where)));
}
