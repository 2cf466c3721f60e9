import { type ExecutionPlan, elementCount } from '@mnnquant/graph';
import { affineGrid } from './ema/moving-range.ts';
import { type ThresholdChoice, thresholdChooser } from './observers/threshold-choice.ts';
import type { BrokenScaleTie, ScaleGroup, ScaleTable, TensorScale } from './scale-table.ts';
import { clippedRange, seenRange } from './solvers/clipped-range.ts';
import type { FeatureSolveOptions, FeatureSolver, FeatureStatistics } from './solvers/feature-solver.ts';
import { fitSigns } from './ties/fit-signs.ts';
import { separateAveragePools } from './ties/separate-pools.ts';
import { groupTies, type TieGroup } from './ties/tie-groups.ts';
import { planTies, type TieCandidates, type TiePlan } from './ties/tie-plan.ts';

/** What a scale depends on besides the values. */
export interface ScaleSettings {
  /** Largest quantized magnitude of activations, 1 to 127. */
  readonly featureClamp: number;
  /** With PERCENTILE: percent of the values that are not cut off. */
  readonly percentile?: number;
  /** Whether zero points may be other than 0; except for tensors in `centered`. */
  readonly asymmetric?: boolean;
  /** See `Int8Candidates.centered`. */
  readonly centered?: ReadonlySet<number>;
}

export interface SolveOptions extends ScaleSettings {
  readonly solver: FeatureSolver;
  /** See `TieGroupOptions`. Infinity: ties are never broken. */
  readonly maxRangeRatio: number;
}

/** What is to be scaled: the candidates without what can have no scale, and the ties between them. */
export interface ScalePlan {
  readonly plan: ExecutionPlan;
  readonly tensors: ReadonlySet<number>;
  readonly without: ReadonlyMap<number, string>;
  readonly ties: TiePlan;
}

/** Sorts out which tensors can have a scale at all and how they hang together. */
export function planScales(plan: ExecutionPlan, candidates: TieCandidates): ScalePlan {
  const tensors = new Set<number>();
  const without = new Map<number, string>();
  for (const tensor of [...candidates.tensors].sort((a, b) => a - b)) {
    const reason = unscalable(plan, tensor);
    if (reason === undefined) tensors.add(tensor);
    else without.set(tensor, reason);
  }
  return { plan, tensors, without, ties: planTies(plan.graph, { nodes: candidates.nodes, tensors }) };
}

function unscalable(plan: ExecutionPlan, tensor: number): string | undefined {
  const desc = plan.descs.get(tensor);
  if (desc === undefined) return 'it does not occur at these input shapes';
  if (desc.dtype !== 'float32') return `its values are ${desc.dtype}, not float32`;
  if (elementCount(desc.shape) === 0) return 'it is empty';
  return undefined;
}

/**
 * Scales from statistics: per tensor, or per group of tensors that must share one.
 *
 * A group's histogram is that of its sources, rebinned to the widest range among them; see
 * `thresholdChooser` for where the maximum replaces the search.
 *
 * @param statistics what was observed, by tensor; a source that is missing counts as never seen
 */
export function solveScales(
  scalePlan: ScalePlan,
  statistics: ReadonlyMap<number, FeatureStatistics>,
  options: SolveOptions,
): ScaleTable {
  const { plan, ties } = scalePlan;
  const absMax = (tensor: number) => statistics.get(tensor)?.absMax ?? 0;
  const { groups, broken } = groupTies(scalePlan.tensors, ties, absMax, options);
  const choose = thresholdChooser(plan, absMax);
  const solved = groups.map((group) => ({
    group,
    scale: solveGroup(group, choose(group), statistics, options),
  }));
  const separated = separateAveragePools(plan, fitSigns(plan, solved));
  const tensors = new Map<number, TensorScale>();
  const shared: ScaleGroup[] = [];
  for (const { group, scale } of separated) {
    for (const member of group.members) tensors.set(member, scale);
    if (group.members.length > 1) shared.push({ ...group, scale: scale.scale });
  }
  const brokenTies = broken.map(
    ({ node, ratio }): BrokenScaleTie => ({
      node,
      reason: `the ranges of its inputs differ by a factor of ${ratio.toPrecision(3)}`,
    }),
  );
  return { tensors: sortedById(tensors), without: scalePlan.without, groups: shared, brokenTies };
}

/** What the solver of a group is told. */
export function groupOptions(
  { members }: TieGroup,
  threshold: ThresholdChoice['threshold'],
  { featureClamp, percentile, asymmetric = false, centered }: ScaleSettings,
): FeatureSolveOptions {
  const shifted = asymmetric && !members.some((tensor) => centered?.has(tensor));
  return { clamp: featureClamp, threshold, asymmetric: shifted, percentile };
}

function solveGroup(
  group: TieGroup,
  { threshold, headroom }: ThresholdChoice,
  statistics: ReadonlyMap<number, FeatureStatistics>,
  options: SolveOptions,
): TensorScale {
  const { solver, featureClamp } = options;
  const seen = group.sources.flatMap((source) => statistics.get(source) ?? []);
  const merged = solver.merge(seen);
  const asked = groupOptions(group, threshold, options);
  const { scale, method, note } = solver.solve(merged, asked);
  const whole = method === 'maximum';
  const room = whole ? headroom : 1;
  const clip = whole ? Number.POSITIVE_INFINITY : scale * featureClamp;
  return {
    scale: Math.fround(scale * room),
    zeroPoint: 0,
    min: -featureClamp,
    max: featureClamp,
    ...(asked.asymmetric && method !== 'fixed' && shiftedGrid(merged, clip, room, featureClamp)),
    method,
    absMax: merged.absMax,
    ...(group.members.length > 1 ? { groupId: group.id } : {}),
    ...(note === undefined ? {} : { note }),
  };
}

/** The grid over what is left of the range where |x| is cut off at a clip. */
function shiftedGrid(
  seen: FeatureStatistics,
  clip: number,
  room: number,
  clamp: number,
): Partial<TensorScale> | undefined {
  const { min, max } = seenRange(seen);
  const range = clippedRange({ min: min * room, max: max * room }, clip);
  const grid = affineGrid(range, clamp);
  return grid && { ...grid, range };
}

function sortedById<T>(map: ReadonlyMap<number, T>): Map<number, T> {
  return new Map([...map].sort(([a], [b]) => a - b));
}
