import type { TiePlan } from './tie-plan.ts';
import { UnionFind } from './union-find.ts';

/** Tensors that share one scale. */
export interface TieGroup {
  /** The smallest member. */
  readonly id: number;
  /** Ascending; one member for an untied tensor. */
  readonly members: readonly number[];
  /** The tensors whose values decide the scale, ascending; never empty. */
  readonly sources: readonly number[];
}

/** A tie left out because its members' ranges differ too much. */
export interface BrokenTie {
  readonly node: number;
  readonly name: string;
  /** Widest range over narrowest. */
  readonly ratio: number;
}

export interface TieGroups {
  readonly groups: readonly TieGroup[];
  readonly broken: readonly BrokenTie[];
}

export interface TieGroupOptions {
  /**
   * A Concat or Pack whose inputs' ranges differ by more than this factor is not tied: it then runs
   * in float between casts, and each branch keeps its own resolution. Infinity: never.
   */
  readonly maxRangeRatio: number;
}

/** Joins tied tensors into groups; `absMax` gives the range of a source tensor. */
export function groupTies(
  tensors: ReadonlySet<number>,
  plan: TiePlan,
  absMax: (tensor: number) => number,
  { maxRangeRatio }: TieGroupOptions,
): TieGroups {
  const sets = new UnionFind();
  const broken: BrokenTie[] = [];
  for (const { node, inputs, outputs } of plan.ties) {
    const ratio = rangeRatio(inputs.map((input) => Math.max(0, ...sourcesOf(plan, input).map(absMax))));
    if (ratio > maxRangeRatio) {
      broken.push({ node: node.index, name: node.name, ratio });
      continue;
    }
    const first = inputs[0] as number;
    for (const tensor of [...inputs.slice(1), ...outputs]) sets.union(first, tensor);
  }
  return { groups: collect(tensors, plan, sets), broken };
}

function collect(tensors: ReadonlySet<number>, plan: TiePlan, sets: UnionFind): TieGroup[] {
  const members = new Map<number, number[]>();
  for (const tensor of [...tensors].sort((a, b) => a - b)) {
    const id = sets.find(tensor);
    const group = members.get(id);
    if (group === undefined) members.set(id, [tensor]);
    else group.push(tensor);
  }
  return [...members].map(([id, group]) => ({ id, members: group, sources: groupSources(plan, group) }));
}

function groupSources(plan: TiePlan, members: readonly number[]): number[] {
  const sources = new Set(members.flatMap((member) => plan.sources(member)));
  // Everything in the group leads to a ReLU outside of it (behind a broken tie): count what there is.
  if (sources.size === 0)
    for (const member of members) for (const source of plan.producers(member)) sources.add(source);
  return [...sources].sort((a, b) => a - b);
}

/** The sources of one tensor; its producers where a ReLU behind it took them away. */
export function sourcesOf(plan: TiePlan, tensor: number): readonly number[] {
  const sources = plan.sources(tensor);
  return sources.length > 0 ? sources : plan.producers(tensor);
}

/** Widest over narrowest of the ranges that are not zero. */
function rangeRatio(ranges: readonly number[]): number {
  const seen = ranges.filter((range) => range > 0);
  return seen.length < 2 ? 1 : Math.max(...seen) / Math.min(...seen);
}
