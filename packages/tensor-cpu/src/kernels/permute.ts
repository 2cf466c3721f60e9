import type { BoundKernel, Layout, TensorDesc } from '@mnnquant/graph';
import type { KernelBinder, KernelContext } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';
import { copyTensor } from './copy.ts';

/** Axes that the kernel walks over. */
const AXES = 4;

/** Output axis i is input axis order[i]. An order that only the data tell is left to the reference. */
export const bindPermute: KernelBinder = (context, node, inputs) => {
  const { order } = node.attributes as { readonly order: readonly number[] | undefined };
  const [x, second] = inputs;
  if (x === undefined || (second !== undefined && second.value === undefined)) return undefined;
  const rank = x.shape.length;
  const given =
    (second ? Array.from(second.value!, Number) : order) ??
    Array.from({ length: rank }, (_, i) => rank - 1 - i);
  return bindOrder(
    context,
    x,
    given.map((axis) => (axis < 0 ? axis + rank : axis)),
  );
};

/** NHWC to and from the channels-first layouts; between those nothing moves. */
export const bindConvertTensor: KernelBinder = (context, node, [x]) => {
  if (x === undefined) return undefined;
  const { to } = node.attributes as { readonly to: Layout };
  const axes = Array.from(x.shape, (_, i) => i);
  if ((x.layout === 'NHWC') === (to === 'NHWC') || axes.length < 3) return bindOrder(context, x, axes);
  const channelsLast = [0, ...axes.slice(2), 1];
  const channelsFirst = [0, axes.length - 1, ...axes.slice(1, -1)];
  return bindOrder(context, x, to === 'NHWC' ? channelsLast : channelsFirst);
};

function bindOrder(
  { wasm, constants }: KernelContext,
  { shape, dtype }: TensorDesc,
  order: readonly number[],
): BoundKernel | undefined {
  const axes = mergeAxes(shape, order);
  if (axes.length <= 1 && (axes[0]?.stride ?? 1) === 1) return copyTensor(wasm);
  if (axes.length > AXES || ELEMENT_BYTES[dtype] !== 4) return undefined;
  while (axes.length < AXES) axes.unshift({ extent: 1, stride: 0 });
  const table = constants.integers([...axes.map((axis) => axis.extent), ...axes.map((axis) => axis.stride)]);
  return ([x], [y]) => wasm.permute(live(x).address, live(y).address, table);
}

interface Axis {
  extent: number;
  readonly stride: number;
}

/** Extents and input strides of the output's axes, with axes that lie side by side in both joined. */
function mergeAxes(shape: readonly number[], order: readonly number[]): Axis[] {
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, extent) => product * extent, 1),
  );
  const axes: Axis[] = [];
  for (const axis of order) {
    const [extent, stride] = [shape[axis], strides[axis]];
    if (extent === 1) continue;
    const last = axes.at(-1);
    if (last !== undefined && last.stride === stride * extent) {
      axes[axes.length - 1] = { extent: last.extent * extent, stride };
    } else axes.push({ extent, stride });
  }
  return axes;
}
