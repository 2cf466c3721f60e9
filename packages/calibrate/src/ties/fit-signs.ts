import type { ExecutionPlan } from '@mnnquant/graph';
import { UnaryOpOperation } from '@mnnquant/mnn-format';
import type { SolvedGroup } from './separate-pools.ts';

/** Largest and smallest whole number of a byte. */
const HIGHEST = 127;
const LOWEST = -128;

/**
 * Widens the scale of what a SIGN writes until both 1 and -1 have a place in int8: MNN's kernel does not clamp, and what
 * runs over a byte comes out with the other sign (CPUUnary.cpp, MNN 3.6.1). Samples without values of one sign, and averages
 * over batches that have none but zeros, ask for less.
 */
export function fitSigns(plan: ExecutionPlan, solved: readonly SolvedGroup[]): SolvedGroup[] {
  const signs = new Set(
    plan.steps.flatMap(({ node }) => {
      const { main } = node.source;
      return main?.type === 'UnaryOp' && main.value.opType === UnaryOpOperation.SIGN ? node.outputs : [];
    }),
  );
  return solved.map((one) => {
    const { scale, zeroPoint } = one.scale;
    const steps = 1 / Math.fround(scale);
    const fits = zeroPoint + steps <= HIGHEST && zeroPoint - steps >= LOWEST;
    if (fits || !one.group.members.some((tensor) => signs.has(tensor))) return one;
    return {
      ...one,
      scale: { ...one.scale, scale: Math.max(scale, Math.fround(1 / HIGHEST)), zeroPoint: 0 },
    };
  });
}
