import { type ExecutionPlan, peakActivationBytes, samplesWithin } from '@mnnquant/graph';
import { CalibrationError } from '../calibration-error.ts';
import type { SampleGroup } from '../samples.ts';

/** Samples that are run together, by shape. */
export type Batch = readonly SampleGroup[];

/** Consecutive samples, `size` at a time; the last batch may be smaller and counts like any other. */
export function batchesOf(groups: readonly SampleGroup[], size: number): Batch[] {
  const plans: ExecutionPlan[] = [];
  for (const { plan, samples } of groups) for (const sample of samples) plans[sample] = plan;
  const batches: Batch[] = [];
  for (let first = 0; first < plans.length; first += size) {
    const byPlan = new Map<ExecutionPlan, number[]>();
    for (let sample = first; sample < Math.min(first + size, plans.length); sample++) {
      const plan = plans[sample]!;
      const samples = byPlan.get(plan);
      if (samples === undefined) byPlan.set(plan, [sample]);
      else samples.push(sample);
    }
    batches.push([...byPlan].map(([plan, samples]) => ({ plan, samples })));
  }
  return batches;
}

/**
 * The range of a batch is that of all its samples, layer by layer, so all are alive at once. Counted as for one thread,
 * so that a job is not refused by the number of threads.
 *
 * @throws {CalibrationError} where a batch takes more than the budget; a single sample always may
 */
export function checkBatchMemory(batches: readonly Batch[], budgetBytes: number): void {
  for (const batch of batches) {
    const count = batch.reduce((sum, { samples }) => sum + samples.length, 0);
    const bytes = batch.reduce(
      (sum, { plan, samples }) => sum + peakActivationBytes(plan, samples.length),
      0,
    );
    if (count === 1 || bytes <= budgetBytes) continue;
    const fitting = Math.min(...batch.map(({ plan }) => samplesWithin(plan, budgetBytes)));
    throw new CalibrationError(
      `batch_size: the activations of a batch of ${count} samples take ${megabytes(bytes)}, the memory budget for activations is ${megabytes(budgetBytes)}; set batch_size to ${fitting} or raise the budget`,
    );
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
