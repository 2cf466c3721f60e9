import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { normalizeAxis, optionalIntegers, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';

export interface AxesAttributes {
  readonly axes: readonly number[] | undefined;
}

/** Drops dimensions of extent 1: those named, else all. */
export const squeeze: OpDefinition<AxesAttributes> = {
  name: 'Squeeze',
  opTypes: [OpType.Squeeze],
  parse(op) {
    const dims = optionalParameter(op, 'SqueezeParam')?.squeezeDims;
    return { axes: dims && Array.from(dims) };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const given = attributes.axes ?? optionalIntegers(inputs, 1, undefined, where) ?? [];
    const axes = new Set(given.map((axis) => normalizeAxis(axis, shape.length, where)));
    for (const axis of axes) {
      if (shape[axis] !== 1)
        throw new GraphError(`${where}: expected extent 1 in axis ${axis}, got [${shape}]`);
    }
    const kept = shape.filter((extent, axis) => (axes.size > 0 ? !axes.has(axis) : extent !== 1));
    return [{ shape: kept, dtype, layout }];
  },
  reference(_, inputs, [y]) {
    y.data.set(required(inputs, 0, 'Squeeze').data);
  },
  cases: () => [
    { title: 'named axes', attributes: { axes: [1, -1] }, inputs: [{ shape: [2, 1, 4, 1] }] },
    { title: 'all', attributes: { axes: undefined }, inputs: [{ shape: [1, 3, 1, 5] }] },
  ],
};
