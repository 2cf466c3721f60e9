import type { QuantParams } from '../backend.ts';
import { channelAxis } from '../format.ts';
import type { OpDefinition } from '../op.ts';
import { type ReluAttributes, relu } from '../ops/relu.ts';
import { required } from '../ops/support/inputs.ts';
import { denseStrides } from '../ops/support/strides.ts';
import { elementCount, type HostTensor, type Layout, type TensorDesc } from '../tensor.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { likeFloat } from './params.ts';
import { BYTE_OFFSET, wrapByte } from './rounding.ts';

/** Bytes that MNN compares at once; what is left over at the end is compared wrongly. */
const LANES = 16;

/** Channels that lie side by side in MNN's NC4HW4 with AVX2. */
const PACK = 8;

/**
 * y = max(x, zero point) where input and output have one scale (CPURelu.cpp, MNN 3.6.1).
 *
 * MNN compares the last bytes, up to 15 that do not fill a vector, as if they were signed, although they are not: those
 * above 0 become 0 - 128, and those below stay. That is kept.
 */
export const int8Relu: OpDefinition<Int8Attributes<ReluAttributes>> = {
  ...likeFloat('Int8ReLU', relu),
  reference({ outputs }, inputs, [y]) {
    rectify(required(inputs, 0, 'Int8ReLU'), y, outputs[0]);
  },
  cases: () =>
    (
      [
        ['of a multiple of 16', [2, 8, 4, 4], 'NCHW', 0],
        ['zero point, a rest of 9', [1, 5, 5, 1], 'NCHW', -6],
        ['NC4HW4, an odd number of packs', [1, 12, 3, 5], 'NC4HW4', 5],
        ['NC4HW4, a multiple of 16', [1, 16, 3, 3], 'NC4HW4', 0],
      ] as const
    ).map(([title, shape, layout, zeroPoint]) => {
      const both = [params(0.05, zeroPoint)];
      return {
        title,
        attributes: { op: { slope: 0 }, inputs: both, outputs: both },
        inputs: [{ shape, layout, data: everyQ(elementCount(shape)) }],
      };
    }),
};

/** Shared with PReLU, of which one slope of 0 is the same to MNN. */
export function rectify(x: HostTensor, y: HostTensor, { zeroPoint }: Pick<QuantParams, 'zeroPoint'>): void {
  for (let i = 0; i < x.data.length; i++) y.data[i] = Math.max(x.data[i], zeroPoint);
  forEachLeftOver(x, (i) => {
    const byte = Math.max(wrapByte(x.data[i] + BYTE_OFFSET), zeroPoint);
    y.data[i] = wrapByte(byte - BYTE_OFFSET);
  });
}

/** Whether there are elements behind the last full vector. */
export function hasInt8Rest({ shape, layout }: Pick<TensorDesc, 'shape' | 'layout'>): boolean {
  if (!isPacked(shape, layout)) return elementCount(shape) % LANES !== 0;
  const axis = channelAxis(layout, shape.length);
  const pixels = elementCount(shape) / Math.max(1, shape[axis]);
  return (Math.ceil(shape[axis] / PACK) * pixels * PACK) % LANES !== 0;
}

function isPacked(shape: readonly number[], layout: Layout): boolean {
  return layout === 'NC4HW4' && shape.length > 1;
}

/** The elements behind the last full vector, in MNN's order. */
function forEachLeftOver({ shape, layout, data }: HostTensor, visit: (element: number) => void): void {
  if (!hasInt8Rest({ shape, layout })) return;
  if (!isPacked(shape, layout)) {
    for (let i = data.length - (data.length % LANES); i < data.length; i++) visit(i);
    return;
  }
  // [C/8, N, H·W, 8]: the last pixel of the last channels.
  const axis = channelAxis(layout, shape.length);
  const plane = denseStrides(shape)[axis];
  const first = (Math.ceil(shape[axis] / PACK) - 1) * PACK;
  for (let c = first; c < shape[axis]; c++) visit(data.length - (shape[axis] - c - 1) * plane - 1);
}
