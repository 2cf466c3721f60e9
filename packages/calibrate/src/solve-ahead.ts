import { thresholdChooser } from './observers/threshold-choice.ts';
import { groupOptions, type ScalePlan, type ScaleSettings } from './solve-scales.ts';
import type {
  FeatureSolution,
  FeatureSolveOptions,
  FeatureSolver,
  FeatureStatistics,
} from './solvers/feature-solver.ts';
import { groupTies, type TieGroup } from './ties/tie-groups.ts';

/** A solver that remembers what it was asked: statistics that are told once are solved once. */
export class RememberingSolver implements FeatureSolver {
  readonly observation: FeatureSolver['observation'];
  readonly #solver: FeatureSolver;
  readonly #merged = new WeakMap<
    FeatureStatistics,
    { members: readonly FeatureStatistics[]; all: FeatureStatistics }
  >();
  readonly #solutions = new WeakMap<FeatureStatistics, Map<string, FeatureSolution>>();

  constructor(solver: FeatureSolver) {
    this.observation = solver.observation;
    this.#solver = solver;
  }

  merge(members: readonly FeatureStatistics[]): FeatureStatistics {
    const [first] = members;
    const known = first && this.#merged.get(first);
    if (
      known &&
      known.members.length === members.length &&
      known.members.every((one, i) => one === members[i])
    )
      return known.all;
    const all = this.#solver.merge(members);
    if (first) this.#merged.set(first, { members, all });
    return all;
  }

  solve(statistics: FeatureStatistics, options: FeatureSolveOptions): FeatureSolution {
    const { clamp, threshold, asymmetric = false, percentile } = options;
    const key = `${clamp} ${threshold} ${asymmetric} ${percentile}`;
    const solutions = this.#solutions.get(statistics) ?? new Map<string, FeatureSolution>();
    this.#solutions.set(statistics, solutions);
    const solution = solutions.get(key) ?? this.#solver.solve(statistics, options);
    solutions.set(key, solution);
    return solution;
  }
}

/** Solves groups of tied tensors as soon as all that decides their scale was seen, while the rest still runs. */
export class SolveAhead {
  readonly solver: RememberingSolver;
  /** By tensor, what was told so far. */
  readonly statistics = new Map<number, FeatureStatistics>();
  readonly #settings: ScaleSettings;
  readonly #groups = new Map<number, TieGroup[]>();
  readonly #thresholdOf: (group: TieGroup) => FeatureSolveOptions['threshold'];

  constructor(scalePlan: ScalePlan, solver: FeatureSolver, settings: ScaleSettings) {
    this.solver = new RememberingSolver(solver);
    this.#settings = settings;
    const absMax = (tensor: number): number => this.statistics.get(tensor)?.absMax ?? 0;
    const choose = thresholdChooser(scalePlan.plan, absMax);
    this.#thresholdOf = (group) => choose(group).threshold;
    // Groups that ranges break up later are not met again, and solved in their turn.
    const maxRangeRatio = Number.POSITIVE_INFINITY;
    const { groups } = groupTies(scalePlan.tensors, scalePlan.ties, absMax, { maxRangeRatio });
    for (const group of groups)
      for (const source of group.sources)
        this.#groups.set(source, [...(this.#groups.get(source) ?? []), group]);
  }

  tell(tensor: number, statistics: FeatureStatistics): void {
    this.statistics.set(tensor, statistics);
    for (const group of this.#groups.get(tensor) ?? []) {
      const seen = group.sources.flatMap((source) => this.statistics.get(source) ?? []);
      if (seen.length < group.sources.length) continue;
      const options = groupOptions(group, this.#thresholdOf(group), this.#settings);
      this.solver.solve(this.solver.merge(seen), options);
    }
  }
}
