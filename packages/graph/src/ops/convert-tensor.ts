import { OpType } from '@mnnquant/mnn-format';
import { layoutOf } from '../format.ts';
import type { OpDefinition } from '../op.ts';
import type { Layout } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { permuteData } from './support/strides.ts';

export interface ConvertTensorAttributes {
  readonly to: Layout;
}

/** Changes the layout: the channels move, for tensors with spatial dimensions, between NHWC and the others. */
export const convertTensor: OpDefinition<ConvertTensorAttributes> = {
  name: 'ConvertTensor',
  opTypes: [OpType.ConvertTensor],
  parse: (op, context) => ({ to: layoutOf(parameter(op, 'TensorConvertInfo', context).dest, context.where) }),
  shape({ to }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    return [{ shape: channelOrder(layout, to, shape.length).map((axis) => shape[axis]), dtype, layout: to }];
  },
  reference({ to }, inputs, [y]) {
    const x = required(inputs, 0, 'ConvertTensor');
    permuteData(x.data, x.shape, channelOrder(x.layout, to, x.shape.length), y.data);
  },
  cases: () => [
    {
      title: 'NHWC to NC4HW4',
      attributes: { to: 'NC4HW4' },
      inputs: [{ shape: [2, 4, 5, 3], layout: 'NHWC' }],
    },
    {
      title: 'NC4HW4 to NHWC',
      attributes: { to: 'NHWC' },
      inputs: [{ shape: [2, 3, 4, 5], layout: 'NC4HW4' }],
    },
    { title: 'NCHW to NC4HW4', attributes: { to: 'NC4HW4' }, inputs: [{ shape: [2, 3, 4, 5] }] },
    { title: 'two dimensions', attributes: { to: 'NHWC' }, inputs: [{ shape: [2, 3] }] },
    { title: 'three dimensions', attributes: { to: 'NHWC' }, inputs: [{ shape: [2, 3, 4] }] },
  ],
};

/** Where the dimensions of a tensor of layout `to` are in one of layout `from`. */
export function channelOrder(from: Layout, to: Layout, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, i) => i);
  if ((from === 'NHWC') === (to === 'NHWC') || rank < 3) return axes;
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i);
  if (to === 'NHWC') return [0, ...spatial.map((i) => i + 2), 1];
  return [0, rank - 1, ...spatial.map((i) => i + 1)];
}
