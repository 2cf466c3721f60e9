import type { OpCase, OpDefinition } from '../../op.ts';
import { required } from './inputs.ts';

/** The parts of an op that maps every element by itself: x → y of the same shape, type and layout. */
export function elementwise<A>(
  compute: (attributes: A) => (x: number) => number,
): Pick<OpDefinition<A>, 'shape' | 'reference'> {
  return {
    shape(_, inputs, where) {
      const { shape, dtype, layout } = required(inputs, 0, where);
      return [{ shape, dtype, layout }];
    },
    reference(attributes, inputs, [y]) {
      const { data } = required(inputs, 0, 'element-wise op');
      const map = compute(attributes);
      for (let i = 0; i < data.length; i++) y.data[i] = map(data[i]);
    },
  };
}

/** Numbers around the places where activations bend. */
export const BENDS: readonly number[] = [
  -100, -6, -3, -1, -0.5, -1e-6, 0, 1e-6, 0.5, 1, 3, 5.9999, 6, 7, 100,
];

/** Cases for an element-wise op: random numbers, the bends, and nothing at all. */
export function elementwiseCases<A>(title: string, attributes: A): OpCase<A>[] {
  return [
    { title: `${title}, random`, attributes, inputs: [{ shape: [2, 5, 3, 7] }] },
    { title: `${title}, where it bends`, attributes, inputs: [{ shape: [BENDS.length], data: BENDS }] },
    { title: `${title}, empty`, attributes, inputs: [{ shape: [0, 4] }] },
  ];
}
