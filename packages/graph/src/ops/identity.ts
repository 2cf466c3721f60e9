import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';

/** y = x: ops that do nothing at inference. */
export const identity: OpDefinition<undefined> = {
  name: 'Identity',
  opTypes: [OpType.Identity, OpType.Dropout],
  parse: () => undefined,
  ...elementwise<undefined>(() => (x) => x),
  cases: elementwiseCases('plain', undefined),
};
