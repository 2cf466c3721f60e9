import type { Int8Candidates } from '../rewrite/candidates.ts';
import type { ScalePlan } from '../solve-scales.ts';
import { groupTies, type TieGroup } from '../ties/tie-groups.ts';
import type { RangeKind } from './range-keeper.ts';
import { resultTensors } from './result-tensors.ts';

/** Tensors that share one scale and zero point, and how their range is found. */
export type FeatureGroup = TieGroup & RangeKind;

/** What is done to the tensors of the forward. All others are left as they are. */
export interface FeatureRoles {
  /** Tensors that have a range of their own: it is averaged, and they are rounded to it. */
  readonly observed: ReadonlyMap<number, RangeKind>;
  /** Tensors that share the grid of others, which come before them: those others. */
  readonly joined: ReadonlyMap<number, readonly number[]>;
}

/**
 * The groups of a network.
 *
 * What leads to outputs of the network only gets the widest range of all batches: what is cut off there
 * is missing in the answer, and nothing behind it makes up for that.
 */
export function featureGroups(
  { plan, tensors, ties }: ScalePlan,
  { nodes, centered }: Pick<Int8Candidates, 'nodes' | 'centered'>,
): FeatureGroup[] {
  const results = resultTensors(plan, nodes);
  // Ties are never broken here: runtimes up to 3.0 copy and pool bytes whatever the scales.
  const { groups } = groupTies(tensors, ties, () => 0, { maxRangeRatio: Number.POSITIVE_INFINITY });
  return groups.map((group) => ({
    ...group,
    centered: group.members.some((tensor) => centered.has(tensor)),
    widest: group.members.every((tensor) => results.has(tensor)),
  }));
}

/**
 * Copies of one tensor are on its grid already and have no role, and neither has what only a ReLU
 * reads: rounding before it and after it is the same.
 */
export function featureRoles({ tensors, ties }: ScalePlan, groups: readonly FeatureGroup[]): FeatureRoles {
  const observed = new Map(
    groups.flatMap(({ sources, centered, widest }) =>
      sources.map((source) => [source, { centered, widest }] as const),
    ),
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
