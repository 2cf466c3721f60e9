import { elementCount, type GraphNode, type RasterAttributes, type TensorDesc } from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';
import type { KernelBinder } from './context.ts';
import { composed } from './moves/compose.ts';
import { fromFirst } from './moves/move.ts';
import { readInOrder } from './moves/read.ts';
import { strided } from './moves/strided.ts';

/** Parts of tensors copied into one of zeros: one that fills it as a box, others by a table of places. */
export const bindRaster: KernelBinder = (context, node, inputs, [y]) => {
  const { regions } = node.attributes as RasterAttributes;
  if (regions.length === 0) return undefined;
  const count = elementCount(y.shape);
  const [only] = regions;
  const box = regions.length === 1 ? readInOrder(only.size, only.from, only.to, count) : undefined;
  if (box !== undefined) return fromFirst([strided(context.device, box)]);
  const first = firstWirings(node);
  const sources = [...new Set(first)];
  const counts = sources.map((input) => elementCount((inputs[input] as TensorDesc).shape));
  const parts = regions.map(({ from, to, size }, i) => {
    return { source: sources.indexOf(first[i]), from, to, extents: size };
  });
  const compose = composed(context, node, 'regions', counts, parts, count);
  return compose && (async (arrays) => [await compose(sources.map((input) => arrays[input] as GpuArray))]);
};

/** For each input the first one that the same tensor is wired to: regions often share one. */
function firstWirings({ inputs }: GraphNode): number[] {
  return inputs.map((id) => inputs.indexOf(id));
}
