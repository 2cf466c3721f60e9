import { denseStrides } from '@mnnquant/graph';
import { PadValueMode } from '@mnnquant/mnn-format';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { bindMoves, wholeView } from './boxes.ts';

/** A constant all around; mirrored and repeated numbers are left to the reference. */
export const bindPadding: KernelBinder = (context, node, inputs, [output]) => {
  const [x, pads, value] = inputs;
  const { mode } = node.attributes as { readonly mode: number };
  if (mode !== PadValueMode.CONSTANT || x === undefined || pads?.value === undefined) return undefined;
  if (value !== undefined && value.value === undefined) return undefined;
  const strides = denseStrides(output.shape);
  const offset = strides.reduce((sum, stride, axis) => sum + stride * Number(pads.value![2 * axis]), 0);
  const move = bindMoves(context, inputs, [
    { input: 0, output: 0, from: wholeView(x.shape), to: { offset, strides }, extents: x.shape },
  ]);
  if (move === undefined) return undefined;
  const around = Number(value?.value?.[0] ?? 0);
  const { memory } = context;
  return (sources, targets) => {
    const { address, count } = live(targets[0]);
    const elements = x.dtype === 'float32' ? memory.float32 : memory.int32;
    elements.fill(around, address >>> 2, (address >>> 2) + count);
    return move(sources, targets);
  };
};
