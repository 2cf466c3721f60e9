import { OpType } from '@mnnquant/mnn-format';
import { expm1 } from '../math/index.ts';
import type { OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';
import { parameter } from './support/parameter.ts';

export interface SeluAttributes {
  readonly scale: number;
  readonly alpha: number;
}

/** y = scale * x for x > 0, else scale * alpha * (e^x - 1). */
export const selu: OpDefinition<SeluAttributes> = {
  name: 'Selu',
  opTypes: [OpType.Selu],
  parse(op, context) {
    const { scale, alpha } = parameter(op, 'Selu', context);
    return { scale, alpha };
  },
  ...elementwise<SeluAttributes>(
    ({ scale, alpha }) =>
      (x) =>
        scale * (x > 0 ? x : alpha * expm1(x)),
  ),
  cases: () => elementwiseCases('as in the paper', { scale: 1.0507009873554805, alpha: 1.6732632423543772 }),
};
