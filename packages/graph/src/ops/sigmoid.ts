import { OpType } from '@mnnquant/mnn-format';
import { sigmoid } from '../math/index.ts';
import type { OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';

/** y = sigmoid(x). */
export const sigmoidOp: OpDefinition<undefined> = {
  name: 'Sigmoid',
  opTypes: [OpType.Sigmoid],
  parse: () => undefined,
  ...elementwise<undefined>(() => sigmoid),
  cases: () => elementwiseCases('plain', undefined),
};
