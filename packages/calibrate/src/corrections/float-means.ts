import {
  createPlan,
  type ExecutionPlan,
  type PlanStep,
  type TensorData,
  type TensorDesc,
} from '@mnnquant/graph';
import { OpType } from '@mnnquant/mnn-format';
import { groupByShape, type SampleGroup } from '../samples.ts';
import { channelsOf, forEachRun } from './channels.ts';
import { stepProgress, type VisitJob, visitValues } from './visit-values.ts';

/** Sums per channel, kept apart by sample, so that their total does not depend on who came first. */
export class ChannelSums {
  readonly #bySample = new Map<number, { readonly sums: Float64Array; readonly values: number }>();

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

/** By tensor of the float network: [C] the mean of each channel over all samples, NaN where some are not finite. */
export type FloatMeans = ReadonlyMap<number, Float64Array>;

export interface FloatMeansJob extends Omit<VisitJob, 'onSteps'> {
  /** Of the float model. */
  readonly plan: ExecutionPlan;
  /** Called as ops are run for samples; `total` is fixed from the first call on. */
  onProgress?(done: number, total: number): void;
}

/**
 * What `correctBiases` wants of the float network: the means of every convolution's result. They are the same for all scales and
 * roundings of one float network, so that whoever tries several takes them once. Equalization makes another float network.
 */
export async function floatMeans(job: FloatMeansJob): Promise<FloatMeans> {
  const { plan, samples } = job;
  const groups = groupByShape(samples, plan, (own) => createPlan(plan.graph, own));
  const made = new Set(groups.flatMap((group) => group.plan.steps.filter(isConvolution).map(resultOf)));
  return tensorMeans({ ...job, onSteps: stepProgress(job, groups) }, groups, [...made]);
}

function isConvolution({ node: { source } }: PlanStep): boolean {
  return source.type === OpType.Convolution || source.type === OpType.ConvolutionDepthwise;
}

function resultOf({ node }: PlanStep): number {
  return node.outputs[0]!;
}

/** Of tensors of the float network: [C] the mean of each channel over all samples. */
export async function tensorMeans(
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
