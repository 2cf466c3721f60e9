import { type AxisAttributes, elementCount } from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';
import type { GpuKernel, KernelBinder } from './context.ts';
import { type Join, joined } from './moves/join.ts';

/** Joins tensors along an axis; an input may lack last dimensions of 1. */
export const bindConcat: KernelBinder = ({ device }, node, inputs, [{ shape }]) => {
  const { axis } = node.attributes as AxisAttributes;
  const rows = elementCount(shape.slice(0, axis < 0 ? axis + shape.length : axis));
  const widths = inputs.map((input) => elementCount(input?.shape ?? []) / rows);
  return joinsAll(joined(device, rows, widths));
};

/** Tensors stacked along a new axis. */
export const bindPack: KernelBinder = ({ device }, node, inputs, [{ shape }]) => {
  const { axis } = node.attributes as AxisAttributes;
  const rows = elementCount(shape.slice(0, axis < 0 ? axis + shape.length : axis));
  const width = elementCount(shape) / inputs.length / rows;
  return joinsAll(
    joined(
      device,
      rows,
      inputs.map(() => width),
    ),
  );
};

function joinsAll(join: Join | undefined): GpuKernel | undefined {
  return join && (async (parts) => [await join(parts as readonly GpuArray[])]);
}
