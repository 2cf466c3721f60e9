import { createPlan, type ExecutionPlan, type PlanStep } from '@mnnquant/graph';
import { OpType } from '@mnnquant/mnn-format';
import { groupByShape, type SampleGroup } from '../samples.ts';
import { ChannelMeans } from './channel-means.ts';
import { SampleParts } from './sample-parts.ts';
import { stepProgress, type VisitJob, visitValues } from './visit-values.ts';

/** By tensor of the float network: what its channels hold on the average. */
export type FloatMeans = ReadonlyMap<number, ChannelMeans>;

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

/** The same for some tensors. */
export async function tensorMeans(
  job: VisitJob,
  groups: readonly SampleGroup[],
  tensors: readonly number[],
): Promise<Map<number, ChannelMeans>> {
  const parts = new SampleParts(groups);
  const sums = new Map(tensors.map((tensor) => [tensor, new ChannelMeans(parts)]));
  const wanted = new Set(tensors);
  for (const group of groups)
    await visitValues(job, group, wanted, (tensor, sample, data, desc) =>
      sums.get(tensor)!.addValues(sample, data, desc),
    );
  return sums;
}
