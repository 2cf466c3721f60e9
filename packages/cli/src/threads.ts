import { availableParallelism } from 'node:os';
import { multiplyAdds } from '@mnnquant/calibrate';
import type { ExecutionPlan } from '@mnnquant/graph';
import { MOST_THREADS } from './most-threads.ts';

/**
 * One thread is through with so many multiply-adds in the time that workers take to start, to pack the weights and to
 * have their code compiled (measured on two cores, see docs/performance.md).
 */
const WORTH_WORKERS = 4e9;

/**
 * How many threads to compute with.
 *
 * @param asked as the user said; `auto` or nothing: by the work there is
 * @param samples how many there are at most
 */
export function threadsFor(asked: number | 'auto' = 'auto', plan: ExecutionPlan, samples: number): number {
  // A sample is computed by one thread.
  const most = Math.max(1, samples);
  if (asked !== 'auto') return Math.min(asked, most);
  const work = samples * plan.steps.reduce((sum, step) => sum + multiplyAdds(step), 0);
  if (work < WORTH_WORKERS) return 1;
  return Math.min(availableParallelism(), most, MOST_THREADS);
}
