import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';
import { optionalParameter } from './support/parameter.ts';

export interface ReluAttributes {
  /** Factor for negative numbers; 0 for the plain ReLU. */
  readonly slope: number;
}

/** y = x for x > 0, else slope * x. */
export const relu: OpDefinition<ReluAttributes> = {
  name: 'ReLU',
  opTypes: [OpType.ReLU],
  parse: (op) => ({ slope: optionalParameter(op, 'Relu')?.slope ?? 0 }),
  ...elementwise<ReluAttributes>(
    ({ slope }) =>
      (x) =>
        x >= 0 ? x : slope === 0 ? 0 : x * slope,
  ),
  cases: [...elementwiseCases('plain', { slope: 0 }), ...elementwiseCases('leaky', { slope: 0.1 })],
};
