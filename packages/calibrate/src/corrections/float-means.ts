import {
  budgetOn,
  type ExecutionPlan,
  loadSamples,
  Program,
  samplesWithin,
  type TensorBackend,
  type TensorData,
  type TensorDesc,
} from '@mnnquant/graph';
import { namesOf, type SampleGroup, type SampleSet } from '../samples.ts';
import { channelsOf, forEachRun } from './channels.ts';

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
 */
export async function visitValues(
  job: VisitJob,
  { plan, samples }: SampleGroup,
  wanted: ReadonlySet<number>,
  see: (tensor: number, sample: number, data: TensorData, desc: TensorDesc) => void,
): Promise<void> {
  const { backend, strict, onSteps } = job;
  const atOnce = samplesWithin(plan, budgetOn(backend, job.memoryBudgetBytes), backend.concurrency);
  const program = new Program(plan, backend, { strict });
  try {
    for (let at = 0; at < samples.length; at += atOnce) {
      const chunk = samples.slice(at, at + atOnce);
      const loaded = await loadSamples(job.samples, chunk);
      const visitor = {
        onSample: async ({ tensor, value, desc, sample }: SeenSample): Promise<void> => {
          if (wanted.has(tensor)) see(tensor, chunk[sample]!, await backend.download(value), desc);
        },
        onStep: () => onSteps?.(chunk.length),
      };
      await program.visit(loaded, visitor, namesOf(job.samples, chunk), chunk[0]);
    }
  } finally {
    program.dispose();
  }
}

interface SeenSample {
  readonly tensor: number;
  readonly value: Parameters<TensorBackend['download']>[0];
  readonly desc: TensorDesc;
  readonly sample: number;
}

/** Sums per channel, kept apart by sample, so that their total does not depend on who came first. */
export class ChannelSums {
  readonly #bySample = new Map<number, { readonly sums: Float64Array; readonly values: number }>();

  /** @returns nothing; a second look at a sample replaces the first */
  add(sample: number, data: TensorData, desc: TensorDesc): void {
    const channels = channelsOf(desc);
    const sums = new Float64Array(channels.count);
    forEachRun(data.length, channels, (channel, start, end) => {
      let sum = 0;
      for (let i = start; i < end; i++) sum += data[i]!;
      sums[channel]! += sum;
    });
    this.#bySample.set(sample, { sums, values: data.length / Math.max(1, channels.count) });
  }

  /** [C]; NaN where there are no values or some are not finite. */
  means(): Float64Array {
    const ordered = [...this.#bySample].sort(([a], [b]) => a - b).map(([, one]) => one);
    const [first] = ordered;
    const total = new Float64Array(first?.sums.length ?? 0);
    let values = 0;
    for (const { sums, values: own } of ordered) {
      for (let c = 0; c < total.length; c++) total[c]! += sums[c]!;
      values += own;
    }
    return total.map((sum) => (Number.isFinite(sum) ? sum / values : Number.NaN));
  }
}

/** Of tensors of the float network: [C] the mean of each channel over all samples. */
export async function floatMeans(
  job: VisitJob,
  groups: readonly SampleGroup[],
  tensors: readonly number[],
): Promise<Map<number, Float64Array>> {
  const sums = new Map(tensors.map((tensor) => [tensor, new ChannelSums()]));
  const wanted = new Set(tensors);
  for (const group of groups)
    await visitValues(job, group, wanted, (tensor, sample, data, desc) =>
      sums.get(tensor)!.add(sample, data, desc),
    );
  return new Map([...sums].map(([tensor, one]) => [tensor, one.means()]));
}

export function stepsOf(plan: ExecutionPlan, samples: number): number {
  return plan.steps.length * samples;
}
