import type { ExecutionPlan, GraphNode } from '@mnnquant/graph';
import { opTypeName, type TensorQuantInfo } from '@mnnquant/mnn-format';
import { HAIR } from '../hair.ts';
import { listOps } from './families.ts';

/** Neighbours must differ, not all; so many hairs are still less than a thousandth. */
const MOST_HAIRS = 1024;

/**
 * Scales for lists of tensors in a network that the runtime runs in pieces, so that they stay float: of each list
 * one that differs by a hair from that of whatever is copied into it.
 *
 * A list that one piece holds in int8 is handed to the next one without a conversion (StaticModule.cpp `_resize`,
 * MNN 3.6.1: "For tensorArray, don't need content"), which takes the bytes for float numbers. The runtime spreads
 * scales to lists by itself, but copies as int8 only between equal scales.
 *
 * @param spread scales that the runtime spreads, by tensor
 * @param described scales that the file has, by tensor
 */
export function listScales(
  { steps, deferred, descs }: ExecutionPlan,
  spread: ReadonlyMap<number, TensorQuantInfo>,
  described: ReadonlyMap<number, TensorQuantInfo>,
): Map<number, TensorQuantInfo> {
  const scales = new Map<number, TensorQuantInfo>();
  const add = (tensor: number, info: TensorQuantInfo): void => {
    const hairs = 1 + (scales.size % MOST_HAIRS);
    scales.set(tensor, { ...info, scale: Math.fround(Math.fround(info.scale) * (1 + hairs * HAIR)) });
  };
  for (const { node } of steps)
    for (const id of node.outputs) {
      const info = spread.get(id) ?? described.get(id);
      if (descs.get(id)?.list !== undefined && info !== undefined) add(id, info);
    }
  // Whether these make lists or read them is known only when they run; a hair does no harm.
  for (const node of deferred?.graph.nodes ?? []) {
    const info = listOps.has(opTypeName(node.source.type))
      ? scaleOf(node, scales, spread, described)
      : undefined;
    if (info !== undefined) for (const id of node.outputs) add(id, info);
  }
  return scales;
}

function scaleOf(
  { inputs }: GraphNode,
  ...known: readonly ReadonlyMap<number, TensorQuantInfo>[]
): TensorQuantInfo | undefined {
  for (const id of inputs) for (const scales of known) if (scales.has(id)) return scales.get(id);
  return undefined;
}
