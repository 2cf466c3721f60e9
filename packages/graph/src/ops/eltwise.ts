import { EltwiseType, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface EltwiseAttributes {
  /** `EltwiseType`. */
  readonly operation: number;
  /** Only the first input counts (coefficients 1, 0). */
  readonly copyFirst: boolean;
}

const COMPUTE: Readonly<Record<number, (a: number, b: number) => number>> = {
  [EltwiseType.PROD]: (a, b) => a * b,
  [EltwiseType.SUM]: (a, b) => a + b,
  [EltwiseType.MAXIMUM]: Math.max,
  [EltwiseType.SUB]: (a, b) => a - b,
};

/** y = a op b op c …, all of one shape. */
export const eltwise: OpDefinition<EltwiseAttributes> = {
  name: 'Eltwise',
  opTypes: [OpType.Eltwise],
  parse(op, context) {
    const { type, coeff } = parameter(op, 'Eltwise', context);
    if (!(type in COMPUTE)) throw new GraphError(`${context.where}: operation ${type} is unknown`);
    const coefficients = Array.from(coeff ?? []);
    const copyFirst = coefficients.length === 2 && coefficients[0] === 1 && coefficients[1] === 0;
    if (!copyFirst && coefficients.some((value) => value !== 1)) {
      throw new GraphError(
        `${context.where}: expected coefficients of 1 or (1, 0), as MNN computes, got [${coefficients}]`,
      );
    }
    return { operation: type, copyFirst };
  },
  shape(_, inputs, where) {
    const first = required(inputs, 0, where);
    for (const [i, input] of inputs.entries()) {
      const { shape } = required(inputs, i, where);
      if (shape.join() !== first.shape.join())
        throw new GraphError(
          `${where}: expected input ${i} of shape [${first.shape}], got [${input?.shape}]`,
        );
    }
    return [{ shape: first.shape, dtype: first.dtype, layout: first.layout }];
  },
  reference({ operation, copyFirst }, inputs, [y]) {
    const compute = COMPUTE[operation];
    y.data.set(required(inputs, 0, 'Eltwise').data);
    if (copyFirst) return;
    for (let k = 1; k < inputs.length; k++) {
      const { data } = required(inputs, k, 'Eltwise');
      for (let i = 0; i < data.length; i++) y.data[i] = compute(y.data[i], data[i]);
    }
  },
  cases: () => [
    ...Object.keys(COMPUTE).map((key) => ({
      title: `operation ${key}`,
      attributes: { operation: Number(key), copyFirst: false },
      inputs: [{ shape: [1, 4, 5, 6] }, { shape: [1, 4, 5, 6] }],
    })),
    {
      title: 'three inputs',
      attributes: { operation: EltwiseType.SUM, copyFirst: false },
      inputs: [{ shape: [7] }, { shape: [7] }, { shape: [7] }],
    },
    {
      title: 'first input only',
      attributes: { operation: EltwiseType.SUM, copyFirst: true },
      inputs: [{ shape: [7] }, { shape: [7] }],
    },
  ],
};
