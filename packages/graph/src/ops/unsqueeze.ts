import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import type { AxesAttributes } from './squeeze.ts';
import { normalizeAxis, optionalIntegers, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';

/** Inserts dimensions of extent 1; axes count in the output. */
export const unsqueeze: OpDefinition<AxesAttributes> = {
  name: 'Unsqueeze',
  opTypes: [OpType.Unsqueeze, OpType.ExpandDims],
  parse(op, { inputCount }) {
    const dims = optionalParameter(op, 'SqueezeParam')?.squeezeDims;
    if (dims !== undefined) return { axes: Array.from(dims) };
    const single = optionalParameter(op, 'ExpandDims');
    return { axes: single !== undefined && inputCount < 2 ? [single.axis] : undefined };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const given = attributes.axes ?? optionalIntegers(inputs, 1, undefined, where) ?? [];
    const rank = shape.length + given.length;
    const axes = new Set(given.map((axis) => normalizeAxis(axis, rank, where)));
    const rest = [...shape];
    const expanded = Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.shift()!));
    return [{ shape: expanded, dtype, layout }];
  },
  reference(_, inputs, [y]) {
    y.data.set(required(inputs, 0, 'Unsqueeze').data);
  },
  cases: () => [
    { title: 'two axes', attributes: { axes: [0, -1] }, inputs: [{ shape: [2, 3] }] },
    {
      title: 'axes from an input',
      attributes: { axes: undefined },
      inputs: [{ shape: [2, 3] }, { shape: [1], dtype: 'int32', data: [1] }],
    },
  ],
};
