import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface MomentsAttributes {
  /** `undefined`: all dimensions. */
  readonly axes: readonly number[] | undefined;
  readonly keepDims: boolean;
}

/** Mean and variance (divided by the count) over some dimensions; ShapeMoments.cpp, CPUMoments.cpp, MNN 3.6.1. */
export const moments: OpDefinition<MomentsAttributes> = {
  name: 'Moments',
  opTypes: [OpType.Moments],
  parse(op, context) {
    const { dim, keepDims } = parameter(op, 'MomentsParam', context);
    return { axes: dim && Array.from(dim), keepDims };
  },
  shape({ axes, keepDims }, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    if (axes === undefined) {
      const scalar = { shape: [], dtype: 'float32', layout: 'NCHW' } as const;
      return [scalar, scalar];
    }
    const places = new Set(axes.map((axis) => normalizeAxis(axis, shape.length, where)));
    const result = shape.flatMap((extent, i) => (places.has(i) ? (keepDims ? [1] : []) : [extent]));
    return [0, 1].map(() => ({ shape: result, dtype: 'float32', layout }) as const);
  },
  reference({ axes }, inputs, [mean, variance]) {
    const x = required(inputs, 0, 'Moments');
    const rank = x.shape.length;
    const places = new Set(axes?.map((axis) => normalizeAxis(axis, rank, 'Moments')) ?? x.shape.keys());
    const kept = x.shape.map((extent, i) => (places.has(i) ? 1 : extent));
    const [from, to] = [denseStrides(x.shape), denseStrides(kept)];
    const target = (i: number): number =>
      x.shape.reduce(
        (sum, extent, axis) =>
          sum + (places.has(axis) ? 0 : (Math.floor(i / from[axis]) % extent) * to[axis]),
        0,
      );
    const count = x.data.length / mean.data.length;
    const sums = new Float64Array(mean.data.length);
    for (let i = 0; i < x.data.length; i++) sums[target(i)] += x.data[i] / count;
    const squares = new Float64Array(mean.data.length);
    for (let i = 0; i < x.data.length; i++) {
      const t = target(i);
      squares[t] += (x.data[i] - sums[t]) ** 2 / count;
    }
    mean.data.set(sums);
    variance.data.set(squares);
  },
  cases: () => [
    { title: 'images', attributes: { axes: [2, 3], keepDims: true }, inputs: [{ shape: [2, 3, 4, 5] }] },
    { title: 'dropped', attributes: { axes: [0, -1], keepDims: false }, inputs: [{ shape: [2, 3, 4] }] },
    { title: 'everything', attributes: { axes: undefined, keepDims: false }, inputs: [{ shape: [2, 3] }] },
    {
      title: 'constants',
      attributes: { axes: [1], keepDims: true },
      inputs: [{ shape: [1, 3], data: [2, 2, 2] }],
    },
  ],
};
