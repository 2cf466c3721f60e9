import { type Op, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition, type ParseContext } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { type CaffeArgMax, caffeArgMax, caffeLines } from './support/caffe-arg-max.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface ArgMaxAttributes {
  readonly axis: number;
  /** Used where the input is NC4HW4, which only models of Caffe have. */
  readonly caffe: CaffeArgMax;
}

/**
 * Place of the largest (smallest) value along an axis, the first of equals: x → int32, without the axis.
 * NaN is never the largest.
 *
 * Of an NC4HW4 input it is Caffe's op, which gives floats: places, and values, of the top k along the axis. MNN (3.6.1
 * CPUArgMax.cpp) leaves these in another order than the output's layout has, but for axis 0; here they are in order.
 */
function definition(
  name: 'ArgMax' | 'ArgMin',
  better: (a: number, b: number) => boolean,
): OpDefinition<ArgMaxAttributes> {
  return {
    name,
    opTypes: [OpType[name]],
    parse,
    shape({ axis, caffe }, inputs, where) {
      const input = required(inputs, 0, where);
      const { layout } = input;
      if (isCaffe(input, name, where))
        return [{ shape: caffeLines(axis, caffe, input.shape, where).shape, dtype: 'float32', layout }];
      const at = normalizeAxis(axis, input.shape.length, where);
      return [{ shape: input.shape.filter((_, i) => i !== at), dtype: 'int32', layout }];
    },
    reference({ axis, caffe }, inputs, [y]) {
      const x = required(inputs, 0, name);
      if (isCaffe(x, name, name)) return caffeArgMax(axis, caffe, x, y);
      const at = normalizeAxis(axis, x.shape.length, name);
      const inside = x.shape.slice(at + 1).reduce((product, extent) => product * extent, 1);
      for (let i = 0; i < y.data.length; i++) {
        const first = Math.floor(i / inside) * inside * x.shape[at] + (i % inside);
        y.data[i] = bestOf(x, first, inside, x.shape[at], better);
      }
    },
    cases: () => (name === 'ArgMax' ? [...casesOf(), ...caffeCases()] : casesOf()),
  };
}

function parse(op: Op, context: ParseContext): ArgMaxAttributes {
  const { axis, outMaxVal, topK, softmaxThreshold } = parameter(op, 'ArgMax', context);
  return { axis, caffe: { outMaxVal, topK, softmaxThreshold } };
}

function isCaffe({ layout }: TensorDesc | HostTensor, name: string, where: string): boolean {
  if (layout !== 'NC4HW4') return false;
  if (name === 'ArgMax') return true;
  throw new GraphError(
    `${where}: expected an input in NCHW or NHWC, got NC4HW4, for which MNN has no ${name}`,
  );
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
  const along = (axis: number): ArgMaxAttributes => ({
    axis,
    caffe: { outMaxVal: 0, topK: 1, softmaxThreshold: 0 },
  });
  return [
    { title: 'in the middle', attributes: along(1), inputs: [{ shape: [2, 7, 3] }] },
    { title: 'last', attributes: along(-1), inputs: [{ shape: [4, 9] }] },
    { title: 'equals', attributes: along(0), inputs: [{ shape: [4], data: [1, 3, 3, 1] }] },
    { title: 'NHWC', attributes: along(3), inputs: [{ shape: [1, 2, 3, 5], layout: 'NHWC' }] },
  ];
}

/** Caffe's form, which has no smallest value. */
function caffeCases(): OpCase<ArgMaxAttributes>[] {
  const top = (axis: number, topK: number, outMaxVal = 0, softmaxThreshold = 0): ArgMaxAttributes => ({
    axis,
    caffe: { topK, outMaxVal, softmaxThreshold },
  });
  const image = [{ shape: [2, 5, 3, 4], layout: 'NC4HW4' }] as const;
  return [
    { title: 'Caffe, channels', attributes: top(1, 1), inputs: image },
    { title: 'Caffe, top 3 with values', attributes: top(2, 3, 1), inputs: image },
    { title: 'Caffe, more than there are above the threshold', attributes: top(1, 6, 0, 1), inputs: image },
    { title: 'Caffe, axis 0', attributes: top(0, 2), inputs: [{ shape: [1, 3, 6, 1], layout: 'NC4HW4' }] },
    { title: 'Caffe, all but the batch', attributes: top(10000, 2, 1), inputs: image },
  ];
}

export const argMax = definition('ArgMax', (a, b) => a > b);
export const argMin = definition('ArgMin', (a, b) => a < b);
