import { type AxisAttributes, elementCount } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';

/** Softmax along any axis. */
export const bindSoftmax: KernelBinder = ({ wasm }, node, inputs) => {
  const { axis } = node.attributes as AxisAttributes;
  if (!allFloat(inputs)) return undefined;
  const { shape } = inputs[0];
  const at = axis < 0 ? axis + shape.length : axis;
  const [outer, count, inner] = [
    elementCount(shape.slice(0, at)),
    shape[at],
    elementCount(shape.slice(at + 1)),
  ];
  return ([x], [y]) => wasm.softmax(live(x).address, live(y).address, outer * inner, count, inner);
};
