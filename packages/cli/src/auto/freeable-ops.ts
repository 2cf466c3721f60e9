import { type Freeable, type Int8Candidates, multiplyAdds, type Prediction } from '@mnnquant/calibrate';
import type { ExecutionPlan } from '@mnnquant/graph';

/**
 * Ops that run in int8 and can stay float by their name, those with the fewest multiply-adds first. Ops of one name are freed together.
 *
 * @param plan of the float network
 */
export function freeableOps(plan: ExecutionPlan, { nodes }: Int8Candidates, { ops }: Prediction): Freeable[] {
  const int8 = new Set(ops.filter((op) => op.int8).map(({ node }) => node));
  const work = new Map<string, number>();
  for (const step of plan.steps) {
    const { index, name } = step.node;
    // What has no name cannot be named in a config.
    if (name === '' || !int8.has(index) || nodes.get(index) !== 'int8') continue;
    work.set(name, (work.get(name) ?? 0) + multiplyAdds(step));
  }
  return [...work]
    .map(([name, own]) => ({ name, multiplyAdds: own }))
    .sort((a, b) => a.multiplyAdds - b.multiplyAdds);
}

/** The ops in their order, without those that would leave more multiply-adds in float than allowed. */
export function affordable(ranked: readonly Freeable[], most: number): Freeable[] {
  let left = most;
  return ranked.filter((op) => {
    if (op.multiplyAdds > left) return false;
    left -= op.multiplyAdds;
    return true;
  });
}
