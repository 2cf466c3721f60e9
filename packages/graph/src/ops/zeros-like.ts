import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { elementwise } from './support/elementwise.ts';

/** Zeros of the input's shape and type. */
export const zerosLike: OpDefinition<undefined> = {
  name: 'ZerosLike',
  opTypes: [OpType.ZerosLike],
  parse: () => undefined,
  ...elementwise<undefined>(() => () => 0),
  cases: () => [{ title: '3-D', attributes: undefined, inputs: [{ shape: [2, 3, 4] }] }],
};
