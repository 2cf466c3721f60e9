import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { AxisAttributes } from './softmax.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView } from './support/strides.ts';
import { layerViews, wholeView } from './support/views.ts';

/** Stacks tensors of one shape along a new axis. */
export const pack: OpDefinition<AxisAttributes> = {
  name: 'Pack',
  opTypes: [OpType.Pack],
  parse: (op, context) => ({ axis: parameter(op, 'PackParam', context).axis }),
  shape({ axis }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    for (let i = 1; i < inputs.length; i++) {
      const other = required(inputs, i, where).shape;
      if (other.join() !== shape.join())
        throw new GraphError(`${where}: expected input ${i} of shape [${shape}], got [${other}]`);
    }
    const at = normalizeAxis(axis, shape.length + 1, where);
    return [{ shape: [...shape.slice(0, at), inputs.length, ...shape.slice(at)], dtype, layout }];
  },
  reference({ axis }, inputs, [y]) {
    for (const [k, layer] of layerViews(y.shape, axis, inputs.length).entries())
      copyView(inputs[k]!.data, wholeView(layer.extents), y.data, layer, layer.extents);
  },
  cases: () => [
    {
      title: 'in the middle',
      attributes: { axis: 1 },
      inputs: [{ shape: [2, 3] }, { shape: [2, 3] }, { shape: [2, 3] }],
    },
    { title: 'at the end', attributes: { axis: -1 }, inputs: [{ shape: [2, 3] }, { shape: [2, 3] }] },
  ],
};
