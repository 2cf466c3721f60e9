import { availableParallelism } from 'node:os';
import { multiplyAdds } from '@mnnquant/calibrate';
import type { ExecutionPlan } from '@mnnquant/graph';
import { MOST_THREADS } from './most-threads.ts';

/**
 * One thread is through with so many multiply-adds in the time that workers take to start, to pack the weights and to
 * have their code compiled (measured on two cores, see docs/performance.md).
 */
const WORTH_WORKERS = 4e9;

/** So many images, and a model of so many bytes, are hardly ever less than that. */
const MANY_SAMPLES = 32;
const LARGE_MODEL_BYTES = 1e6;

/**
 * The CPU is through with so many multiply-adds in a few seconds; loading the GPU's package takes 0.2 s of them and compiling
 * its programs another.
 */
const WORTH_GPU = 1e11;

/**
 * How many threads can be started before the model is read, while one core has nothing else to do; 1 for none. What
 * `threadsFor` says afterwards holds.
 *
 * @param files entries of the folder of samples
 */
export function threadsAhead(asked: number | 'auto' = 'auto', files: number, modelBytes: number): number {
  if (asked !== 'auto') return Math.min(asked, Math.max(1, files));
  if (files < MANY_SAMPLES || modelBytes < LARGE_MODEL_BYTES) return 1;
  return Math.min(availableParallelism(), files, MOST_THREADS);
}

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
  if (workOf(plan, samples) < WORTH_WORKERS) return 1;
  return Math.min(availableParallelism(), most, MOST_THREADS);
}

/** Whether to look for a GPU at all. */
export function isWorthGpu(plan: ExecutionPlan, samples: number): boolean {
  return workOf(plan, samples) >= WORTH_GPU;
}

/** Multiply-adds. */
function workOf(plan: ExecutionPlan, samples: number): number {
  return samples * plan.steps.reduce((sum, step) => sum + multiplyAdds(step), 0);
}
