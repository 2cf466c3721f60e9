import type { QuantParams } from '../backend.ts';
import { channelAxis } from '../format.ts';
import type { OpDefinition } from '../op.ts';
import { type PreluAttributes, prelu } from '../ops/prelu.ts';
import { required } from '../ops/support/inputs.ts';
import { denseStrides } from '../ops/support/strides.ts';
import { elementCount } from '../tensor.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { inputParams, likeFloat } from './params.ts';
import { rectify } from './relu.ts';
import { BYTE_OFFSET, clampTo, inverseScale, roundAway, toInt32 } from './rounding.ts';

const f = Math.fround;

/**
 * y = x s_x / s_y + z_y, negative x times slope[channel] (CPURelu.cpp, Int8FunctionsOpt.cpp, MNN 3.6.1).
 *
 * As MNN has it: halves go up, since bytes are rounded; one slope for all is clamped to the input's ends, and one of 0 is
 * a ReLU that knows no scales.
 */
export const int8Prelu: OpDefinition<Int8Attributes<PreluAttributes>> = {
  ...likeFloat('Int8PReLU', prelu),
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Int8PReLU');
    const { slope } = attributes.op;
    const from = inputParams(attributes, 0, 'Int8PReLU');
    const [to] = attributes.outputs;
    if (slope.length === 1 && slope[0] === 0) {
      rectify(x, y, to);
      return;
    }
    const rescale = rescaler(from, slope.length === 1 ? { ...to, min: from.min, max: from.max } : to);
    const axis = channelAxis(x.layout, x.shape.length);
    const stride = denseStrides(x.shape)[axis];
    for (let i = 0; i < x.data.length; i++) {
      const channel = slope.length === 1 ? 0 : Math.floor(i / stride) % x.shape[axis];
      y.data[i] = rescale(x.data[i], slope[channel]);
    }
  },
  cases: () =>
    (
      [
        ['one slope', [1, 5, 4, 3], [0.25]],
        ['one slope of 0', [1, 5, 4, 3], [0]],
        ['per channel', [2, 5, 4, 3], [0.1, -0.5, 2, 0, 0.3]],
      ] as const
    ).map(([title, shape, slope]) => ({
      title,
      attributes: {
        op: { slope: Float32Array.from(slope) },
        inputs: [params(0.02, 3)],
        outputs: [params(0.015, -4)],
      },
      inputs: [{ shape, data: everyQ(elementCount(shape)) }],
    })),
};

function rescaler(from: QuantParams, to: QuantParams): (q: number, slope: number) => number {
  const [step, inverse] = [f(from.scale), inverseScale(to)];
  const [zero, ends] = [to.zeroPoint + BYTE_OFFSET, { min: to.min + BYTE_OFFSET, max: to.max + BYTE_OFFSET }];
  return (q, slope) => {
    const x = f((q - from.zeroPoint) * step);
    const sloped = x < 0 ? f(x * slope) : x;
    return clampTo(ends, toInt32(roundAway(f(f(sloped * inverse) + zero)))) - BYTE_OFFSET;
  };
}
