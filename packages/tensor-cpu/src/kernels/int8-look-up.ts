import {
  type BoundKernel,
  elementCount,
  type GraphNode,
  type HostTensor,
  hasInt8Rest,
  type Int8Attributes,
  type PreluAttributes,
} from '@mnnquant/graph';
import type { KernelBinder, KernelContext } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat, channelView } from './support.ts';

/** q from -128 to 127. */
const NUMBERS = 256;

/** An op that maps every q by itself: looked up in what the reference makes of all of them. */
export const bindInt8LookUp: KernelBinder = (context, node, inputs) => {
  if (!allFloat(inputs)) return undefined;
  return lookUp(context, node, { samples: 1, channels: 1, plane: elementCount(inputs[0].shape) });
};

/** Likewise by its channel. */
export const bindInt8LookUpByChannel: KernelBinder = (context, node, inputs) =>
  allFloat(inputs) ? lookUp(context, node, channelView(inputs[0])) : undefined;

/** Where MNN treats the last elements another way, it is left to the reference. */
export const bindInt8Relu: KernelBinder = (context, node, inputs, outputs) => {
  if (!allFloat(inputs) || hasInt8Rest(inputs[0])) return undefined;
  return bindInt8LookUp(context, node, inputs, outputs);
};

/** One slope of 0 is a ReLU. */
export const bindInt8Prelu: KernelBinder = (context, node, inputs, outputs) => {
  const { slope } = (node.attributes as Int8Attributes<PreluAttributes>).op;
  const one = slope[0] === 0 ? bindInt8Relu : bindInt8LookUp;
  const bind = slope.length === 1 ? one : bindInt8LookUpByChannel;
  return bind(context, node, inputs, outputs);
};

function lookUp(
  { wasm, constants }: KernelContext,
  node: GraphNode,
  { samples, channels, plane }: ReturnType<typeof channelView>,
): BoundKernel {
  const tables = constants.floats(node, `tables ${channels}`, () => tablesOf(node, channels));
  return ([x], [y]) => wasm.lookUpInt8(live(x).address, live(y).address, tables, samples, channels, plane);
}

/** [channels, 256] */
function tablesOf({ definition, attributes }: GraphNode, channels: number): Float32Array {
  const shape = [1, channels, NUMBERS];
  const data = Float32Array.from({ length: channels * NUMBERS }, (_, i) => (i % NUMBERS) - NUMBERS / 2);
  const x: HostTensor = { shape, dtype: 'float32', layout: 'NCHW', data };
  const y = { ...x, data: new Float32Array(data.length) };
  definition.reference(attributes, [x], [y]);
  return y.data;
}
