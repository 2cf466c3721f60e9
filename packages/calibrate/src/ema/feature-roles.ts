import type { ScalePlan } from '../solve-scales.ts';
import { sourcesOf } from '../ties/tie-groups.ts';

/** What is done to the tensors of the forward. All others are left as they are. */
export interface FeatureRoles {
  /** Tensors that have a range of their own: it is averaged, and they are rounded to it. */
  readonly observed: ReadonlySet<number>;
  /** Tensors that share the grid of others, which come before them: those others. */
  readonly joined: ReadonlyMap<number, readonly number[]>;
}

/**
 * Copies of one tensor are on its grid already and have no role, and neither has what only a ReLU
 * reads: rounding before it and after it is the same.
 */
export function featureRoles({ tensors, ties }: ScalePlan): FeatureRoles {
  const observed = new Set([...tensors].flatMap((tensor) => sourcesOf(ties, tensor)));
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
