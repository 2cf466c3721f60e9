import { type Op, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition, type ParseContext } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface ArgMaxAttributes {
  readonly axis: number;
}

/**
 * Place of the largest (smallest) value along an axis, the first of equals: x → int32, without the axis.
 * NaN is never the largest.
 *
 * Caffe's form (NC4HW4 input) gives the top k as floats and is not evaluated.
 */
function definition(
  name: 'ArgMax' | 'ArgMin',
  better: (a: number, b: number) => boolean,
): OpDefinition<ArgMaxAttributes> {
  return {
    name,
    opTypes: [OpType[name]],
    parse: (op: Op, context: ParseContext) => ({ axis: parameter(op, 'ArgMax', context).axis }),
    shape({ axis }, inputs, where) {
      const input = required(inputs, 0, where);
      const at = placeOf(axis, input, where);
      return [{ shape: input.shape.filter((_, i) => i !== at), dtype: 'int32', layout: input.layout }];
    },
    reference({ axis }, inputs, [y]) {
      const x = required(inputs, 0, name);
      const at = placeOf(axis, x, name);
      const inside = x.shape.slice(at + 1).reduce((product, extent) => product * extent, 1);
      for (let i = 0; i < y.data.length; i++) {
        const first = Math.floor(i / inside) * inside * x.shape[at] + (i % inside);
        y.data[i] = bestOf(x, first, inside, x.shape[at], better);
      }
    },
    cases: casesOf(),
  };
}

function placeOf(axis: number, { shape, layout }: TensorDesc | HostTensor, where: string): number {
  if (layout === 'NC4HW4')
    throw new GraphError(`${where}: Caffe's form (top k of an NC4HW4 tensor, as floats) is not supported`);
  return normalizeAxis(axis, shape.length, where);
}

function bestOf(
  { data }: HostTensor,
  first: number,
  step: number,
  extent: number,
  better: (a: number, b: number) => boolean,
): number {
  let place = 0;
  let best = Number.NaN;
  for (let k = 0; k < extent; k++) {
    const value = data[first + k * step];
    if (Number.isNaN(best) ? !Number.isNaN(value) : better(value, best)) {
      best = value;
      place = k;
    }
  }
  return place;
}

function casesOf(): OpCase<ArgMaxAttributes>[] {
  return [
    { title: 'in the middle', attributes: { axis: 1 }, inputs: [{ shape: [2, 7, 3] }] },
    { title: 'last', attributes: { axis: -1 }, inputs: [{ shape: [4, 9] }] },
    { title: 'equals', attributes: { axis: 0 }, inputs: [{ shape: [4], data: [1, 3, 3, 1] }] },
    { title: 'NHWC', attributes: { axis: 3 }, inputs: [{ shape: [1, 2, 3, 5], layout: 'NHWC' }] },
  ];
}

export const argMax = definition('ArgMax', (a, b) => a > b);
export const argMin = definition('ArgMin', (a, b) => a < b);
