import { copyView, type GraphNode, type View } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { type Join, joined } from './join.ts';
import type { Move } from './move.ts';
import { picked } from './pick.ts';

/** A part of one of several arrays that is copied to a place of the output. */
export interface Part {
  /** Which array. */
  readonly source: number;
  readonly from: View;
  readonly to: View;
  readonly extents: readonly number[];
}

/**
 * An output of `count` elements of parts of arrays, 0 where there is none; where parts overlap, the later one stays. By a
 * table of places: `undefined` where the arrays are too large for one.
 *
 * @param counts elements of each array
 * @param role tells the table from all others of the node, together with the counts
 */
export function composed(
  context: KernelContext,
  node: GraphNode,
  role: string,
  counts: readonly number[],
  parts: readonly Part[],
  count: number,
): Join | undefined {
  const join = joined(context.device, 1, counts);
  const make = (): Float32Array => placesOfParts(counts, parts, count);
  const total = counts.reduce((sum, own) => sum + own, 0);
  const pick = picked(context, node, total, { role: `${role} of [${counts}] in ${count}`, count, make });
  return throughJoin(join, pick);
}

/** A move out of arrays that were joined before. */
export function throughJoin(join: Join | undefined, move: Move | undefined): Join | undefined {
  if (join === undefined || move === undefined) return undefined;
  return async (sources) => {
    const all = await join(sources);
    try {
      return await move(all);
    } finally {
      all.release();
    }
  };
}

function placesOfParts(counts: readonly number[], parts: readonly Part[], count: number): Float32Array {
  const places = new Float32Array(count).fill(-1);
  let start = 0;
  const numbers = counts.map((own) => {
    const first = start;
    start += own;
    return Float32Array.from({ length: own }, (_, i) => first + i);
  });
  for (const { source, from, to, extents } of parts) copyView(numbers[source], from, places, to, extents);
  return places;
}
