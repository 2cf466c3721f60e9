import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';
import { optionalParameter } from './support/parameter.ts';

export interface ClipAttributes {
  readonly min: number;
  readonly max: number;
}

/** y = min(max(x, min), max); MNN uses it for every clip. */
export const relu6: OpDefinition<ClipAttributes> = {
  name: 'ReLU6',
  opTypes: [OpType.ReLU6],
  parse(op, { where }) {
    const table = optionalParameter(op, 'Relu6');
    const { minValue: min, maxValue: max } = table ?? { minValue: 0, maxValue: 6 };
    if (!(min <= max)) throw new GraphError(`${where}: expected minimum <= maximum, got ${min} and ${max}`);
    return { min, max };
  },
  ...elementwise<ClipAttributes>(
    ({ min, max }) =>
      (x) =>
        Math.min(max, Math.max(min, x)),
  ),
  cases: () => [
    ...elementwiseCases('ReLU6', { min: 0, max: 6 }),
    ...elementwiseCases('clip', { min: -0.5, max: 0.25 }),
  ],
};
