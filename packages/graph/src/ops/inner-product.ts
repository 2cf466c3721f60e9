import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface InnerProductAttributes {
  /** [O, K], rows by output. */
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly outputs: number;
}

/** x [N, K] · weightᵀ [K, O] + bias [O] → y [N, O] (MNN 3.6.1 GeometryInnerProduct.cpp). */
export const innerProduct: OpDefinition<InnerProductAttributes> = {
  name: 'InnerProduct',
  opTypes: [OpType.InnerProduct],
  parse(op, context) {
    const { outputCount, weight, bias, quanParameter, transpose } = parameter(op, 'InnerProduct', context);
    const { where } = context;
    if (quanParameter !== undefined || weight === undefined)
      throw new GraphError(
        `${where}: expected float weights, got ${quanParameter ? 'compressed ones' : 'none'}`,
      );
    if (transpose) throw new GraphError(`${where}: transposed weights are not evaluated`);
    if (outputCount < 1 || weight.length % outputCount !== 0)
      throw new GraphError(`${where}: ${weight.length} weights do not divide into ${outputCount} outputs`);
    const used = bias !== undefined && bias.length > 0 ? bias : undefined;
    if (used !== undefined && used.length !== outputCount)
      throw new GraphError(`${where}: expected ${outputCount} bias values, got ${used.length}`);
    return { weight, bias: used, outputs: outputCount };
  },
  shape({ weight, outputs }, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    if (shape.length !== 2 || shape[1] !== weight.length / outputs)
      throw new GraphError(`${where}: expected an input [N, ${weight.length / outputs}], got [${shape}]`);
    return [{ shape: [shape[0], outputs], dtype: 'float32', layout }];
  },
  reference({ weight, bias, outputs }, inputs, [y]) {
    const x = required(inputs, 0, 'InnerProduct');
    const inner = weight.length / outputs;
    for (let n = 0; n < x.shape[0]; n++) {
      for (let o = 0; o < outputs; o++) {
        let sum = bias ? bias[o] : 0;
        for (let k = 0; k < inner; k++) sum += x.data[n * inner + k] * weight[o * inner + k];
        y.data[n * outputs + o] = sum;
      }
    }
  },
  cases: () => [
    {
      title: 'with bias',
      attributes: {
        weight: Float32Array.of(1, -2, 0.5, 3, 0, -1),
        bias: Float32Array.of(0.25, -4),
        outputs: 2,
      },
      inputs: [{ shape: [4, 3] }],
    },
    {
      title: 'without bias',
      attributes: { weight: Float32Array.of(1, -2, 0.5), bias: undefined, outputs: 1 },
      inputs: [{ shape: [2, 3] }],
    },
  ],
};
