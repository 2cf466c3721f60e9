import type { ScaleGroup, ScaleTable, TensorScale } from '../scale-table.ts';
import type { ScalePlan } from '../solve-scales.ts';
import { degenerateScale } from '../solvers/degenerate.ts';
import { fitSigns } from '../ties/fit-signs.ts';
import { separateAveragePools } from '../ties/separate-pools.ts';
import type { TieGroup } from '../ties/tie-groups.ts';
import { affineGrid, unionOf } from './moving-range.ts';
import type { KeptRange } from './range-keeper.ts';

/**
 * Scales and zero points from moving ranges: per tensor, or per group of tensors that must share one,
 * for which it is the smallest range that holds those of its sources.
 *
 * A group whose sources had no range gets the fixed scale of `degenerateScale` and zero point 0.
 *
 * @param clamp largest quantized magnitude, 1 to 127
 */
export function solveRanges(
  { plan, without }: ScalePlan,
  groups: readonly TieGroup[],
  ranges: ReadonlyMap<number, KeptRange>,
  clamp: number,
): ScaleTable {
  const solved = groups.map((group) => ({ group, scale: solveGroup(group, ranges, clamp) }));
  const tensors: [number, TensorScale][] = [];
  const shared: ScaleGroup[] = [];
  for (const { group, scale } of separateAveragePools(plan, fitSigns(plan, solved))) {
    for (const member of group.members) tensors.push([member, scale]);
    if (group.members.length > 1) shared.push({ ...group, scale: scale.scale });
  }
  tensors.sort(([a], [b]) => a - b);
  return { tensors: new Map(tensors), without, groups: shared, brokenTies: [] };
}

function solveGroup(group: TieGroup, ranges: ReadonlyMap<number, KeptRange>, clamp: number): TensorScale {
  const kept = group.sources.flatMap((source) => ranges.get(source) ?? []);
  const range = unionOf(kept.flatMap((one) => one.range ?? []));
  const grid = range && affineGrid(range, clamp);
  const finite = kept.reduce((sum, one) => sum + one.finite, 0);
  const nonFinite = kept.reduce((sum, one) => sum + one.nonFinite, 0);
  const groupId = group.members.length > 1 ? { groupId: group.id } : {};
  if (range === undefined || grid === undefined) {
    const counts = new Float64Array(0);
    const { scale, method, note } = degenerateScale(
      { counts, absMax: 0, finite, nonFinite },
      { clamp, threshold: 'maximum' },
    )!;
    return { scale, zeroPoint: 0, min: -clamp, max: clamp, method, absMax: 0, ...groupId, note };
  }
  const note =
    nonFinite > 0
      ? `${nonFinite} of ${finite + nonFinite} values were NaN or infinite and left out`
      : undefined;
  return { ...grid, method: 'EMA', absMax: absMaxOf(range), range, ...groupId, ...(note && { note }) };
}

function absMaxOf(range: { readonly min: number; readonly max: number } | undefined): number {
  return range === undefined ? 0 : Math.max(-range.min, range.max);
}
