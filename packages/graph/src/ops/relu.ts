import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';
import { optionalParameter } from './support/parameter.ts';

export interface ReluAttributes {
  /** Factor for negative numbers; 0 for the plain ReLU. */
  readonly slope: number;
}

/** y = slope * x for x < 0, else x. */
export const relu: OpDefinition<ReluAttributes> = {
  name: 'ReLU',
  opTypes: [OpType.ReLU],
  parse: (op) => ({ slope: optionalParameter(op, 'Relu')?.slope ?? 0 }),
  ...elementwise<ReluAttributes>(
    ({ slope }) =>
      (x) =>
        // NaN stays what it is; without a slope, so does no -Infinity.
        x < 0 ? (slope === 0 ? 0 : x * slope) : x,
  ),
  cases: () => [...elementwiseCases('plain', { slope: 0 }), ...elementwiseCases('leaky', { slope: 0.1 })],
};
