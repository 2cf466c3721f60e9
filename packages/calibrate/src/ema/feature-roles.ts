import type { ScalePlan } from '../solve-scales.ts';
import { groupTies, type TieGroup } from '../ties/tie-groups.ts';

/** Tensors that share one scale and zero point. */
export interface FeatureGroup extends TieGroup {
  /** Whether the zero point must be 0: the range then reaches as far below zero as above. */
  readonly centered: boolean;
}

/** What is done to the tensors of the forward. All others are left as they are. */
export interface FeatureRoles {
  /** Tensors that have a range of their own: it is averaged, and they are rounded to it. */
  readonly observed: ReadonlyMap<number, { readonly centered: boolean }>;
  /** Tensors that share the grid of others, which come before them: those others. */
  readonly joined: ReadonlyMap<number, readonly number[]>;
}

/** @param centered tensors whose zero point must be 0 */
export function featureGroups({ tensors, ties }: ScalePlan, centered: ReadonlySet<number>): FeatureGroup[] {
  // Ties are never broken here: runtimes up to 3.0 copy and pool bytes whatever the scales.
  const { groups } = groupTies(tensors, ties, () => 0, { maxRangeRatio: Number.POSITIVE_INFINITY });
  return groups.map((group) => ({
    ...group,
    centered: group.members.some((tensor) => centered.has(tensor)),
  }));
}

/**
 * Copies of one tensor are on its grid already and have no role, and neither has what only a ReLU
 * reads: rounding before it and after it is the same.
 */
export function featureRoles({ tensors, ties }: ScalePlan, groups: readonly FeatureGroup[]): FeatureRoles {
  const observed = new Map(
    groups.flatMap(({ sources, centered }) => sources.map((source) => [source, { centered }] as const)),
  );
  const copies = new Set(
    ties.ties.filter(({ rule }) => rule.kind === 'copy').flatMap(({ outputs }) => outputs),
  );
  const joined = new Map<number, readonly number[]>();
  for (const tensor of tensors) {
    if (observed.has(tensor)) continue;
    const sources = ties.sources(tensor);
    if (sources.length > 1 || (sources.length === 1 && !copies.has(tensor))) joined.set(tensor, sources);
  }
  return { observed, joined };
}
