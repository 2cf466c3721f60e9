import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView } from './support/strides.ts';
import { layerViews, wholeView } from './support/views.ts';

export interface UnpackAttributes {
  readonly axis: number;
  readonly parts: number;
}

/** Takes a tensor apart along an axis, which disappears. */
export const unpack: OpDefinition<UnpackAttributes> = {
  name: 'Unpack',
  opTypes: [OpType.Unpack],
  parse: (op, context) => ({ axis: parameter(op, 'Axis', context).axis, parts: context.outputCount }),
  shape({ axis, parts }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const at = normalizeAxis(axis, shape.length, where);
    if (shape[at] < parts)
      throw new GraphError(`${where}: expected at least ${parts} elements in axis ${at}, got [${shape}]`);
    return Array.from({ length: parts }, () => ({ shape: shape.filter((_, i) => i !== at), dtype, layout }));
  },
  reference({ axis }, inputs, outputs) {
    const x = required(inputs, 0, 'Unpack');
    const layers = layerViews(x.shape, axis, outputs.length);
    for (const [k, y] of outputs.entries()) copyView(x.data, layers[k], y.data, wholeView(y.shape), y.shape);
  },
  cases: () => [
    { title: 'in the middle', attributes: { axis: 1, parts: 3 }, inputs: [{ shape: [2, 3, 4] }] },
  ],
};
