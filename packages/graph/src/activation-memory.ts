import type { ExecutionPlan } from './graph.ts';
import { elementCount, type TensorDesc } from './tensor.ts';

/** What a step needs for n samples: n * each + once * (samples that are worked on at the same time). */
interface Need {
  readonly each: number;
  readonly once: number;
}

/**
 * Bytes of activations that are alive at once at the plan's worst step, for samples that are run layer by layer
 * and free what they do not need any more one by one. Without those of data-dependent size.
 *
 * @param concurrency samples that are worked on at the same time
 */
export function peakActivationBytes(plan: ExecutionPlan, samples = 1, concurrency = 1): number {
  const atOnce = Math.min(samples, concurrency);
  return needs(plan).reduce((peak, { each, once }) => Math.max(peak, samples * each + atOnce * once), 0);
}

/** How many samples can be run together within `budgetBytes`; at least 1. */
export function samplesWithin(plan: ExecutionPlan, budgetBytes: number, concurrency = 1): number {
  let fitting = Number.POSITIVE_INFINITY;
  for (const { each, once } of needs(plan)) {
    // Below that many samples not all of the places are taken; that such a run fits as well costs no check.
    const left = budgetBytes - concurrency * once;
    if (each > 0) fitting = Math.min(fitting, Math.floor(left / each));
  }
  return Math.max(1, fitting);
}

/** Of a step that turns `before` bytes of each sample into `after`, first the one that begins, then the one that ends. */
function needs({ inputs, steps, descs }: ExecutionPlan): Need[] {
  const bytesOf = (id: number): number => bytes(descs.get(id));
  let before = inputs.reduce((sum, { tensor }) => sum + bytesOf(tensor), 0);
  const all: Need[] = [{ each: before, once: 0 }];
  for (const { node, outputs, release } of steps) {
    const made = outputs.reduce((sum, desc) => sum + bytes(desc), 0);
    const unwired = outputs.slice(node.outputs.length).reduce((sum, desc) => sum + bytes(desc), 0);
    const own = release.filter((id) => node.outputs.includes(id)).reduce((sum, id) => sum + bytesOf(id), 0);
    const freed = release.reduce((sum, id) => sum + bytesOf(id), 0) - own;
    const after = before + made - unwired - freed;
    all.push({ each: before, once: made }, { each: after, once: freed + unwired });
    before = after - own;
  }
  return all;
}

function bytes(desc: TensorDesc | undefined): number {
  return elementCount(desc?.shape ?? [0]) * 4;
}
