import { OpType } from '@mnnquant/mnn-format';
import { expm1 } from '../math/index.ts';
import type { OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';
import { parameter } from './support/parameter.ts';

export interface EluAttributes {
  readonly alpha: number;
}

/** y = x for x > 0, else alpha * (e^x - 1). */
export const elu: OpDefinition<EluAttributes> = {
  name: 'ELU',
  opTypes: [OpType.ELU],
  parse: (op, context) => ({ alpha: parameter(op, 'ELU', context).alpha }),
  ...elementwise<EluAttributes>(
    ({ alpha }) =>
      (x) =>
        x > 0 ? x : alpha * expm1(x),
  ),
  cases: () => elementwiseCases('alpha 0.7', { alpha: 0.7 }),
};
