import { PoolPadType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { pooling } from '../ops/pooling.ts';
import { type PoolAttributes, type PoolGeometry, poolGeometry } from '../ops/pooling-attributes.ts';
import { required } from '../ops/support/inputs.ts';
import { type ImageStrides, imageStrides } from '../ops/support/strides.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import type { Int8Attributes } from './attributes.ts';
import { likeFloat } from './params.ts';
import { poolCases } from './pooling-cases.ts';
import { BYTE_OFFSET, wrapByte } from './rounding.ts';

/** An average multiplies by a whole number of 2^-24. */
const ONE = 2 ** 24;

/**
 * Maximum or average over windows, of tensors with one scale (CPUPoolInt8.cpp, FunctionDispatcher.cpp, MNN 3.6.1).
 *
 * Other than in float, a window is cut to the image before it is placed, padding is never counted, and averages are
 * rounded down, twice. On x86-64 a maximum compares bytes q + 128 as if they were signed, so that the negative q are above
 * the others. All this is kept.
 */
export const int8Pooling: OpDefinition<Int8Attributes<PoolAttributes>> = {
  ...likeFloat('Int8Pooling', pooling),
  shape({ op }, inputs, where) {
    if (op.indices) throw new GraphError(`${where}: MNN 3.6.1 gives no indices of maxima in int8`);
    const outputs = pooling.shape(op, inputs, where);
    if (op.kind === 'average') checkWindows(int8PoolWindows(op, required(inputs, 0, where), where), where);
    return outputs;
  },
  reference({ op }, inputs, [y]) {
    const x = required(inputs, 0, 'Int8Pooling');
    const g = int8PoolWindows(op, x, 'Int8Pooling');
    const reduce = op.kind === 'max' ? windowMaximum : windowAverage;
    const [from, to] = [imageStrides(x), imageStrides(y)];
    for (let n = 0; n < g.batch; n++) {
      for (let c = 0; c < g.channels; c++) {
        const base = n * from.n + c * from.c;
        for (let oy = 0; oy < g.outputHeight; oy++) {
          const top = oy * g.stride[0] - g.padTop;
          const [y0, y1] = [Math.max(0, top), Math.min(g.inputHeight, top + g.kernel[0])];
          for (let ox = 0; ox < g.outputWidth; ox++) {
            const left = ox * g.stride[1] - g.padLeft;
            const x0 = Math.max(0, left);
            const x1 = Math.min(g.inputWidth, left + g.kernel[1]);
            y.data[n * to.n + c * to.c + oy * to.h + ox * to.w] = reduce(x.data, base, from, y0, y1, x0, x1);
          }
        }
      }
    }
  },
  cases: poolCases,
};

type Windows = Pick<
  PoolGeometry,
  | 'batch'
  | 'channels'
  | 'inputHeight'
  | 'inputWidth'
  | 'outputHeight'
  | 'outputWidth'
  | 'kernel'
  | 'stride'
  | 'padTop'
  | 'padLeft'
>;

/** Sizes of the output as in float; kernel and padding as MNN's int8 kernel has them. Shared with kernels. */
export function int8PoolWindows(
  op: PoolAttributes,
  x: Pick<TensorDesc, 'shape' | 'layout'>,
  where: string,
): Windows {
  const g = poolGeometry(op, x, where);
  if (op.global) return { ...g, padTop: 0, padLeft: 0 };
  const kernel = [Math.min(op.kernel[0], g.inputHeight), Math.min(op.kernel[1], g.inputWidth)] as const;
  if (op.padType !== PoolPadType.SAME) return { ...g, kernel, padTop: op.pads[0], padLeft: op.pads[1] };
  const before = (outputs: number, stride: number, length: number, input: number): number =>
    Math.max(0, Math.trunc(((outputs - 1) * stride + length - input) / 2));
  return {
    ...g,
    kernel,
    padTop: before(g.outputHeight, g.stride[0], kernel[0], g.inputHeight),
    padLeft: before(g.outputWidth, g.stride[1], kernel[1], g.inputWidth),
  };
}

function checkWindows(g: Windows, where: string): void {
  const empty = (outputs: number, stride: number, pad: number, kernel: number, input: number): boolean =>
    kernel <= pad || (outputs - 1) * stride - pad >= input;
  if (
    empty(g.outputHeight, g.stride[0], g.padTop, g.kernel[0], g.inputHeight) ||
    empty(g.outputWidth, g.stride[1], g.padLeft, g.kernel[1], g.inputWidth)
  )
    throw new GraphError(
      `${where}: a window of an int8 average holds no pixel, for which MNN 3.6.1 divides by zero`,
    );
}

type Reduce = (
  x: HostTensor['data'],
  base: number,
  s: ImageStrides,
  y0: number,
  y1: number,
  x0: number,
  x1: number,
) => number;

const windowMaximum: Reduce = (x, base, s, y0, y1, x0, x1) => {
  let maximum = -BYTE_OFFSET;
  for (let iy = y0; iy < y1; iy++)
    for (let ix = x0; ix < x1; ix++)
      maximum = Math.max(maximum, wrapByte(x[base + iy * s.h + ix * s.w] + BYTE_OFFSET));
  return wrapByte(maximum + BYTE_OFFSET);
};

const windowAverage: Reduce = (x, base, s, y0, y1, x0, x1) => {
  let sum = 0;
  for (let iy = y0; iy < y1; iy++)
    for (let ix = x0; ix < x1; ix++) sum += x[base + iy * s.h + ix * s.w] + BYTE_OFFSET;
  const factor = Math.floor(ONE / ((y1 - y0) * (x1 - x0)));
  return Math.floor((sum * factor) / ONE) - BYTE_OFFSET;
};
