import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import type { EluAttributes } from './elu.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';
import { parameter } from './support/parameter.ts';

/** y = 1 for x > alpha, else 0. */
export const threshold: OpDefinition<EluAttributes> = {
  name: 'Threshold',
  opTypes: [OpType.Threshold],
  parse: (op, context) => ({ alpha: parameter(op, 'ELU', context).alpha }),
  ...elementwise<EluAttributes>(
    ({ alpha }) =>
      (x) =>
        Number(x > alpha),
  ),
  cases: () => elementwiseCases('at 0.5', { alpha: 0.5 }),
};
