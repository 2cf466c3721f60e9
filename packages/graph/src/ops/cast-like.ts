import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { cast } from './cast.ts';
import { required } from './support/inputs.ts';

/** Changes the element type to that of the second input, as Cast does (GeometryConvert.cpp, MNN 3.6.1). */
export const castLike: OpDefinition<Record<never, never>> = {
  name: 'CastLike',
  opTypes: [OpType.CastLike],
  parse: () => ({}),
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const to = required(inputs, 1, where).dtype;
    if (dtype === 'uint8' && to === 'int8')
      throw new GraphError(`${where}: MNN cannot cast uint8 to int8; cast to int32 in between`);
    return [{ shape, dtype: to, layout }];
  },
  reference: (_, inputs, outputs) =>
    cast.reference({ to: outputs[0].dtype, toBool: false }, inputs.slice(0, 1), outputs),
  cases: () => [
    {
      title: 'float like int',
      attributes: {},
      inputs: [
        { shape: [2, 3], data: [-1.7, -0.2, 0.9, 1, 300.5, -0.999] },
        { shape: [1], dtype: 'int32' },
      ],
    },
    {
      title: 'int like float',
      attributes: {},
      inputs: [{ shape: [3], dtype: 'int32', data: [-3, 0, 7] }, { shape: [] }],
    },
    { title: 'float like float', attributes: {}, inputs: [{ shape: [2, 2] }, { shape: [3, 1] }] },
  ],
};
