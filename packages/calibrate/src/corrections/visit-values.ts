import {
  budgetOn,
  loadSamples,
  Program,
  type SampleEvent,
  samplesWithin,
  type TensorBackend,
  type TensorData,
  type TensorDesc,
} from '@mnnquant/graph';
import { namesOf, type SampleGroup, type SampleSet } from '../samples.ts';

export interface VisitJob {
  readonly backend: TensorBackend;
  readonly samples: SampleSet;
  /** Bytes that activations may take; one sample is always run. */
  readonly memoryBudgetBytes: number;
  readonly strict?: boolean | undefined;
  /** After a step, with the number of samples it was run for. */
  onSteps?(samples: number): void;
}

/**
 * Runs a plan over samples, in chunks that fit the memory, and gives `see` the values of the wanted tensors, sample by sample in any
 * order.
 *
 * @param forget whether the plan's nodes will not be run again (see `Program.dispose`)
 */
export async function visitValues(
  job: VisitJob,
  { plan, samples }: SampleGroup,
  wanted: ReadonlySet<number>,
  see: (tensor: number, sample: number, data: TensorData, desc: TensorDesc) => void,
  forget = false,
): Promise<void> {
  const { backend, strict, onSteps } = job;
  const atOnce = samplesWithin(plan, budgetOn(backend, job.memoryBudgetBytes), backend.concurrency);
  const program = new Program(plan, backend, { strict });
  try {
    for (let at = 0; at < samples.length; at += atOnce) {
      const chunk = samples.slice(at, at + atOnce);
      const loaded = await loadSamples(job.samples, chunk);
      const visitor = {
        onSample: async ({ tensor, value, desc, sample }: SampleEvent): Promise<void> => {
          if (wanted.has(tensor)) see(tensor, chunk[sample]!, await backend.download(value), desc);
        },
        onStep: () => onSteps?.(chunk.length),
      };
      await program.visit(loaded, visitor, namesOf(job.samples, chunk), chunk[0]);
    }
  } finally {
    program.dispose({ forget });
  }
}

/** An `onSteps` that tells how much of these runs is done; nothing more after `onProgress` has thrown. */
export function stepProgress(
  { onProgress }: { onProgress?(done: number, total: number): void },
  groups: readonly SampleGroup[],
): (samples: number) => void {
  const total = groups.reduce((sum, { plan, samples }) => sum + plan.steps.length * samples.length, 0);
  let done = 0;
  let ended = false;
  return (samples) => {
    // With several threads steps that were queued before still come to their end.
    if (ended) return;
    done = Math.min(total, done + samples);
    ended = true;
    onProgress?.(done, total);
    ended = false;
  };
}
