import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount, type TensorDesc } from '../tensor.ts';
import type { AxisAttributes } from './softmax.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides } from './support/strides.ts';

/**
 * Joins tensors along an axis. Empty inputs of another rank are passed over, and an input may lack last dimensions that
 * are 1, as in MNN (ShapeConcat.cpp, 3.6.1).
 */
export const concat: OpDefinition<AxisAttributes> = {
  name: 'Concat',
  opTypes: [OpType.Concat],
  parse: (op, context) => ({ axis: parameter(op, 'Axis', context).axis }),
  shape({ axis }, inputs, where) {
    const descs = inputs.map((_, i) => required(inputs, i, where));
    const first = descs.find((desc) => elementCount(desc.shape) > 0) ?? required(descs, 0, where);
    const joined = normalizeAxis(axis, first.shape.length, where);
    let extent = 0;
    for (const [i, desc] of descs.entries()) {
      if (isPassedOver(desc.shape, first.shape.length)) continue;
      checkFits(desc, first, joined, i, where);
      extent += desc.shape[joined];
    }
    const shape = first.shape.map((value, i) => (i === joined ? extent : value));
    return [{ shape, dtype: first.dtype, layout: first.layout }];
  },
  reference({ axis }, inputs, [y]) {
    const strides = denseStrides(y.shape);
    const joined = normalizeAxis(axis, y.shape.length, 'Concat');
    let offset = 0;
    for (const input of inputs) {
      if (input === undefined || isPassedOver(input.shape, y.shape.length)) continue;
      const shape = widened(input.shape, y.shape.length);
      const from = { offset: 0, strides: denseStrides(shape) };
      copyView(input.data, from, y.data, { offset: offset * strides[joined], strides }, shape);
      offset += shape[joined];
    }
  },
  cases: () => [
    {
      title: 'channels',
      attributes: { axis: 1 },
      inputs: [{ shape: [2, 3, 4, 5] }, { shape: [2, 1, 4, 5] }, { shape: [2, 6, 4, 5] }],
    },
    { title: 'last axis', attributes: { axis: -1 }, inputs: [{ shape: [3, 2] }, { shape: [3, 5] }] },
    {
      title: 'first axis with an empty input',
      attributes: { axis: 0 },
      inputs: [{ shape: [2, 3] }, { shape: [0, 3] }, { shape: [1, 3] }],
    },
    {
      title: 'an input without the last dimension',
      attributes: { axis: 0 },
      inputs: [{ shape: [2, 1] }, { shape: [3] }],
    },
    {
      title: 'int32',
      attributes: { axis: 0 },
      inputs: [
        { shape: [2], dtype: 'int32' },
        { shape: [3], dtype: 'int32' },
      ],
    },
  ],
};

function checkFits(desc: TensorDesc, first: TensorDesc, axis: number, index: number, where: string): void {
  const fits =
    desc.shape.length > axis &&
    desc.shape.length <= first.shape.length &&
    widened(desc.shape, first.shape.length).every((extent, i) => i === axis || extent === first.shape[i]);
  if (!fits)
    throw new GraphError(
      `${where}: expected input ${index} to match [${first.shape}] except in axis ${axis}, got [${desc.shape}]`,
    );
  if (desc.dtype !== first.dtype)
    throw new GraphError(`${where}: expected input ${index} of type ${first.dtype}, got ${desc.dtype}`);
}

function isPassedOver(shape: readonly number[], rank: number): boolean {
  return elementCount(shape) === 0 && shape.length !== rank;
}

/** The shape with ones behind it. */
function widened(shape: readonly number[], rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => shape[i] ?? 1);
}
