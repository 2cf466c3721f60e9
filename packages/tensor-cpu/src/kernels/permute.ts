import {
  type BoundKernel,
  type ConvertTensorAttributes,
  channelOrder,
  mergedAxes,
  type PermuteAttributes,
  permutedView,
  permuteOrder,
  type TensorDesc,
  wholeView,
} from '@mnnquant/graph';
import type { KernelBinder, KernelContext } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';
import { copyTensor } from './copy.ts';

/** Axes that the kernel walks over. */
const AXES = 4;

/** Output axis i is input axis order[i]. An order that only the data tell is left to the reference. */
export const bindPermute: KernelBinder = (context, node, inputs) => {
  const [x, second] = inputs;
  if (x === undefined || (second !== undefined && second.value === undefined)) return undefined;
  return bindOrder(context, x, permuteOrder(node.attributes as PermuteAttributes, inputs, node.name));
};

/** NHWC to and from the channels-first layouts; between those nothing moves. */
export const bindConvertTensor: KernelBinder = (context, node, [x]) => {
  if (x === undefined) return undefined;
  const { to } = node.attributes as ConvertTensorAttributes;
  return bindOrder(context, x, channelOrder(x.layout, to, x.shape.length));
};

function bindOrder(
  { wasm, constants }: KernelContext,
  { shape, dtype }: TensorDesc,
  order: readonly number[],
): BoundKernel | undefined {
  const view = permutedView(shape, order);
  const axes = mergedAxes(view.extents, view, wholeView(view.extents));
  if (axes.length <= 1 && (axes[0]?.from ?? 1) === 1) return copyTensor(wasm);
  if (axes.length > AXES || ELEMENT_BYTES[dtype] !== 4) return undefined;
  while (axes.length < AXES) axes.unshift({ extent: 1, from: 0, to: 0 });
  const table = constants.integers([...axes.map((axis) => axis.extent), ...axes.map((axis) => axis.from)]);
  return ([x], [y]) => wasm.permute(live(x).address, live(y).address, table);
}
