import { OpType } from '@mnnquant/mnn-format';
import { layoutOf } from '../format.ts';
import type { OpDefinition } from '../op.ts';
import type { Layout } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';

export interface ShapeAttributes {
  /** The order in which an NC4HW4 tensor's extents are told. */
  readonly order: Layout;
  readonly start: number | undefined;
  readonly end: number | undefined;
}

/** The extents of a tensor, int32. Of an NC4HW4 tensor in NHWC order when the model is channels last. */
export const shape: OpDefinition<ShapeAttributes> = {
  name: 'Shape',
  opTypes: [OpType.Shape],
  parse(op, { where }) {
    const range = optionalParameter(op, 'ShapeParam');
    return {
      order: layoutOf(op.defaultDimentionFormat, where),
      start: range?.hasStart ? range.start : undefined,
      end: range?.hasEnd ? range.end : undefined,
    };
  },
  shape({ order, start, end }, inputs, where) {
    const input = required(inputs, 0, where);
    const extents = orderedExtents(input.shape, input.layout, order).slice(start ?? 0, end);
    return [{ shape: [extents.length], dtype: 'int32', layout: order, value: Int32Array.from(extents) }];
  },
  reference({ order, start, end }, inputs, [y]) {
    const input = required(inputs, 0, 'Shape');
    y.data.set(orderedExtents(input.shape, input.layout, order).slice(start ?? 0, end));
  },
  cases: () => [
    {
      title: 'NCHW',
      attributes: { order: 'NCHW', start: undefined, end: undefined },
      inputs: [{ shape: [2, 3, 4, 5] }],
    },
    {
      title: 'NC4HW4 told in NHWC order',
      attributes: { order: 'NHWC', start: undefined, end: undefined },
      inputs: [{ shape: [2, 3, 4, 5], layout: 'NC4HW4' }],
    },
    { title: 'a range', attributes: { order: 'NCHW', start: 1, end: -1 }, inputs: [{ shape: [2, 3, 4, 5] }] },
  ],
};

function orderedExtents(extents: readonly number[], layout: Layout, order: Layout): number[] {
  if (layout !== 'NC4HW4' || order !== 'NHWC') return [...extents];
  const [n = 1, c = 1, h = 1, w = 1] = extents;
  return [n, h, w, c];
}
