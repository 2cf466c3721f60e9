import type { TensorBackend } from './backend.ts';
import type { ExecutionPlan } from './graph.ts';
import { elementCount, type TensorDesc } from './tensor.ts';

/** Of a backend's memory: what packed weights and working memory leave for activations. */
const ACTIVATIONS_SHARE = 0.9;

/** The budget, or what the backend can hold where that is less. */
export function budgetOn({ limits, concurrency = 1 }: TensorBackend, budgetBytes: number): number {
  return Math.min(budgetBytes, ACTIVATIONS_SHARE * limits.maxTensorBytes * concurrency);
}

/** What a step needs for n samples: n * each + once * (samples that are worked on at the same time). */
interface Need {
  readonly each: number;
  readonly once: number;
}

/**
 * Bytes of activations that are alive at once at the plan's worst step, for samples that are run layer by layer
 * and free what they do not need any more one by one. Without those of data-dependent size, what is inside of branches
 * and loops, and the samples as the caller holds them.
 *
 * @param concurrency samples that are worked on at the same time
 */
export function peakActivationBytes(plan: ExecutionPlan, samples = 1, concurrency = 1): number {
  const atOnce = Math.min(samples, concurrency);
  return needs(plan).reduce((peak, { each, once }) => Math.max(peak, samples * each + atOnce * once), 0);
}

/** How many samples can be run together within `budgetBytes`; at least 1. */
export function samplesWithin(plan: ExecutionPlan, budgetBytes: number, concurrency = 1): number {
  const fitting = needs(plan).map(({ each, once }) => {
    const many = Math.floor((budgetBytes - concurrency * once) / Math.max(1, each));
    // Fewer than there are places: each of them is worked on.
    return many >= concurrency
      ? many
      : Math.min(concurrency, Math.floor(budgetBytes / Math.max(1, each + once)));
  });
  return Math.max(1, Math.min(...fitting));
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
