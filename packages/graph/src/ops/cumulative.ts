import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface CumulativeAttributes {
  /** `undefined`: the second input says it. */
  readonly axis: number | undefined;
  /** Without the element itself. */
  readonly exclusive: boolean;
  /** From the end. */
  readonly reverse: boolean;
}

type Inputs = readonly (HostTensor | undefined)[];

function same(_: unknown, inputs: readonly (TensorDesc | undefined)[], where: string): TensorDesc[] {
  const { shape, dtype, layout } = required(inputs, 0, where);
  return [{ shape, dtype, layout }];
}

/** Sums or products from one end of an axis up to each element. */
function accumulate(
  { axis, exclusive, reverse }: CumulativeAttributes,
  inputs: Inputs,
  y: HostTensor,
  start: number,
  step: (sum: number, x: number) => number,
): void {
  const { shape, data } = required(inputs, 0, 'CumSum');
  if (data.length === 0) return;
  const at = normalizeAxis(axis ?? Number(inputs[1]!.data[0]), shape.length, 'CumSum');
  const inside = shape.slice(at + 1).reduce((product, extent) => product * extent, 1);
  const extent = shape[at];
  for (let lane = 0; lane < data.length / extent; lane++) {
    const first = Math.floor(lane / inside) * inside * extent + (lane % inside);
    let sum = start;
    for (let k = 0; k < extent; k++) {
      const place = first + (reverse ? extent - 1 - k : k) * inside;
      const next = step(sum, data[place]);
      y.data[place] = exclusive ? sum : next;
      sum = next;
    }
  }
}

/** Running sums along an axis: x, axis → y of the same shape. */
export const cumSum: OpDefinition<CumulativeAttributes> = {
  name: 'CumSum',
  opTypes: [OpType.CumSum],
  parse(op, context) {
    const { exclusive, reverse } = parameter(op, 'CumSum', context);
    return { axis: undefined, exclusive, reverse };
  },
  shape: same,
  reference: (attributes, inputs, [y]) => accumulate(attributes, inputs, y, 0, (sum, x) => sum + x),
  cases: () =>
    [false, true].flatMap((exclusive) =>
      [false, true].map((reverse) => ({
        title: `${exclusive ? 'exclusive' : 'inclusive'}${reverse ? ', reverse' : ''}`,
        attributes: { axis: undefined, exclusive, reverse },
        inputs: [{ shape: [2, 5, 3] }, { shape: [1], dtype: 'int32' as const, data: [1] }],
      })),
    ),
};

/** Running products along an axis. */
export const cumProd: OpDefinition<CumulativeAttributes> = {
  name: 'CumProd',
  opTypes: [OpType.CumProd],
  parse: (op, context) => ({
    axis: parameter(op, 'Axis', context).axis,
    exclusive: false,
    reverse: false,
  }),
  shape: same,
  reference: (attributes, inputs, [y]) => accumulate(attributes, inputs, y, 1, (product, x) => product * x),
  cases: () => [
    {
      title: 'last axis',
      attributes: { axis: -1, exclusive: false, reverse: false },
      inputs: [{ shape: [2, 3, 4] }],
    },
  ],
};
