import {
  copyView,
  elementCount,
  type GraphNode,
  type RasterAttributes,
  type TensorDesc,
} from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';
import type { KernelBinder } from './context.ts';
import { joined } from './moves/join.ts';
import { fromFirst } from './moves/move.ts';
import { type Places, picked } from './moves/pick.ts';
import { readInOrder } from './moves/read.ts';
import { strided } from './moves/strided.ts';

/** Parts of tensors copied into one of zeros: one that fills it as a box, others by a table of places. */
export const bindRaster: KernelBinder = (context, node, inputs, [y]) => {
  const { regions } = node.attributes as RasterAttributes;
  const descs = inputs as readonly TensorDesc[];
  if (regions.length === 0) return undefined;
  const count = elementCount(y.shape);
  const [only] = regions;
  const box = regions.length === 1 ? readInOrder(only.size, only.from, only.to, count) : undefined;
  if (box !== undefined) return fromFirst([strided(context.device, box)]);
  const sources = sourcesOf(node, descs);
  const join = joined(
    context.device,
    1,
    sources.inputs.map((input) => elementCount(descs[input].shape)),
  );
  const pick = picked(context, node, sources.count, placesIn(node, descs, sources, count));
  if (join === undefined || pick === undefined) return undefined;
  return async (arrays) => {
    const all = await join(sources.inputs.map((input) => arrays[input] as GpuArray));
    try {
      return [await pick(all)];
    } finally {
      all.release();
    }
  };
};

/** The tensors that regions are copied from, one after the other. */
interface Sources {
  /** Each tensor once, by the first of its inputs. */
  readonly inputs: readonly number[];
  /** Where the tensor of each input begins. */
  readonly starts: readonly number[];
  readonly count: number;
}

function sourcesOf(node: GraphNode, descs: readonly TensorDesc[]): Sources {
  const starts = new Map<number, number>();
  const inputs: number[] = [];
  let count = 0;
  for (const [i, id] of node.inputs.entries()) {
    if (starts.has(id)) continue;
    starts.set(id, count);
    inputs.push(i);
    count += elementCount(descs[i].shape);
  }
  return { inputs, starts: node.inputs.map((id) => starts.get(id)!), count };
}

/** The regions copied as places in the sources, the later over the earlier. */
function placesIn(node: GraphNode, descs: readonly TensorDesc[], { starts }: Sources, count: number): Places {
  const { regions } = node.attributes as RasterAttributes;
  return {
    role: `regions of ${descs.map(({ shape }) => `[${shape}]`).join()} in ${count}`,
    count,
    make() {
      const places = new Float32Array(count).fill(-1);
      for (const [i, { from, to, size }] of regions.entries()) {
        const own = Float32Array.from({ length: elementCount(descs[i].shape) }, (_, k) => starts[i] + k);
        copyView(own, from, places, to, size);
      }
      return places;
    },
  };
}
