import { channelAxis } from '../format.ts';
import type { OpDefinition } from '../op.ts';
import { type ScaleAttributes, scale } from '../ops/scale.ts';
import { required } from '../ops/support/inputs.ts';
import { denseStrides } from '../ops/support/strides.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { inputParams, likeFloat } from './params.ts';
import { clampTo, inverseScale, roundAway, toInt32 } from './rounding.ts';

/** Factors and biases are whole numbers of 2^-15. */
const ONE = 2 ** 15;

const f = Math.fround;

/** y = round((x - z_x) α + β) + z_y with α = scale s_x / s_y and β = bias / s_y in fixed point (CPUScaleInt8.cpp, MNN 3.6.1). */
export const int8Scale: OpDefinition<Int8Attributes<ScaleAttributes>> = {
  ...likeFloat('Int8Scale', scale),
  reference(attributes, inputs, [y]) {
    const { data, shape, layout } = required(inputs, 0, 'Int8Scale');
    const { zeroPoint } = inputParams(attributes, 0, 'Int8Scale');
    const [to] = attributes.outputs;
    const { factors, biases } = fixedPoint(attributes);
    const axis = channelAxis(layout, shape.length);
    const stride = denseStrides(shape)[axis];
    for (let i = 0; i < data.length; i++) {
      const c = Math.floor(i / stride) % shape[axis];
      const value = (Math.imul(data[i] - zeroPoint, factors[c]) + biases[c]) | 0;
      const half = value < 0 ? -ONE / 2 : ONE / 2;
      y.data[i] = clampTo(to, Math.trunc(((value + half) | 0) / ONE) + to.zeroPoint);
    }
  },
  cases: () =>
    [Float32Array.of(1, 0, -3), undefined].map((bias) => ({
      title: bias ? 'with bias' : 'without bias',
      attributes: {
        op: { scale: Float32Array.of(2, -1, 0.5), bias },
        inputs: [params(0.02, 3)],
        outputs: [params(0.033, -4)],
      },
      inputs: [{ shape: [2, 3, 4, 5], data: everyQ(120) }],
    })),
};

function fixedPoint(attributes: Int8Attributes<ScaleAttributes>): {
  readonly factors: Int32Array;
  readonly biases: Int32Array;
} {
  const { op, outputs } = attributes;
  const step = f(inputParams(attributes, 0, 'Int8Scale').scale);
  const inverse = inverseScale(outputs[0]);
  const whole = (value: number): number => toInt32(roundAway(f(value * ONE)));
  return {
    factors: Int32Array.from(op.scale, (value) => whole(f(f(value * step) * inverse))),
    biases: Int32Array.from(op.scale, (_, c) => (op.bias ? whole(f(op.bias[c] * inverse)) : 0)),
  };
}
