import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';
import { required } from './support/inputs.ts';

/**
 * y = x: ops that do nothing at inference. A list of tensors stays one. MNN 3.6.1 itself runs no Copy; the schema
 * keeps it from older files.
 */
export const identity: OpDefinition<undefined> = {
  name: 'Identity',
  opTypes: [OpType.Identity, OpType.Dropout, OpType.Copy],
  parse: () => undefined,
  ...elementwise<undefined>(() => (x) => x),
  shape(_, inputs, where) {
    const { shape, dtype, layout, list } = required(inputs, 0, where);
    return [{ shape, dtype, layout, list }];
  },
  cases: () => elementwiseCases('plain', undefined),
};
