import { OpType } from '@mnnquant/mnn-format';
import { tanh } from '../math/index.ts';
import type { OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';

/** y = tanh(x). */
export const tanhOp: OpDefinition<undefined> = {
  name: 'TanH',
  opTypes: [OpType.TanH],
  parse: () => undefined,
  ...elementwise<undefined>(() => tanh),
  cases: () => elementwiseCases('plain', undefined),
};
