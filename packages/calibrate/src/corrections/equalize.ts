import { createPlan, type ExecutionPlan } from '@mnnquant/graph';
import { type Convolution2D, decodeConvolutionWeights, type MnnModel, type Op } from '@mnnquant/mnn-format';
import { groupByShape } from '../samples.ts';
import { channelRanges } from './channel-ranges.ts';
import { equalizationFactors } from './equalization-factors.ts';
import { type OwnConvolution, scaleVariables } from './scale-variables.ts';
import { stepProgress, type VisitJob } from './visit-values.ts';

export interface EqualizationJob extends Omit<VisitJob, 'onSteps'> {
  /** The float model, without BatchNorm. */
  readonly model: MnnModel;
  /** Of `model`. */
  readonly plan: ExecutionPlan;
  /** Whether tensors are to have asymmetric ranges: what is never negative then has twice the steps. */
  readonly asymmetric?: boolean;
  /** Called as ops are run for samples; `total` is fixed from the first call on. */
  onProgress?(done: number, total: number): void;
}

export interface EqualizedModel {
  readonly model: MnnModel;
  /** By op index of each convolution that makes channels of another range: what each of them is divided by. */
  readonly factors: ReadonlyMap<number, Float64Array>;
}

/**
 * The float model with channels of more equal ranges (cross-layer equalization), and the same function up to rounding.
 */
export async function equalize(job: EqualizationJob): Promise<EqualizedModel> {
  const { plan, samples, model } = job;
  const variables = scaleVariables(plan);
  const groups = groupByShape(samples, plan, (shapes) => createPlan(plan.graph, shapes));
  const onSteps = stepProgress(job, groups);
  const tensors = [...variables.variables.keys()];
  const read = variables.convolutions.map(({ input }) => input);
  const ranges = await channelRanges({ ...job, onSteps }, groups, tensors, new Set(read));
  const factors = equalizationFactors(variables, ranges, job.asymmetric ?? false);
  return applyFactors(model, variables.convolutions, (tensor) =>
    Float64Array.from(variables.variables.get(tensor)!, (variable) => factors.get(variable) ?? 1),
  );
}

function applyFactors(
  model: MnnModel,
  convolutions: readonly OwnConvolution[],
  factorsOf: (tensor: number) => Float64Array,
): EqualizedModel {
  const ops = [...(model.net.oplists ?? [])];
  const made = new Map<number, Float64Array>();
  for (const { step, input, output, depthwise } of convolutions) {
    const [read, own] = [factorsOf(input), factorsOf(output)];
    if (own.some((factor) => factor !== 1)) made.set(step.node.index, own);
    if (![...read, ...own].some((factor) => factor !== 1)) continue;
    const { index, name } = step.node;
    ops[index] = scaledConvolution(ops[index]!, { read, own, depthwise }, name);
  }
  return { model: { ...model, net: { ...model.net, oplists: ops } }, factors: made };
}

interface LayerFactors {
  /** [C] what the channels of the input are divided by, so the weights that read them are multiplied. */
  readonly read: Float64Array;
  /** [O] of the output: weights and bias of the channel are divided. */
  readonly own: Float64Array;
  readonly depthwise: boolean;
}

/** In float64, rounded once. Compressed weights come back as floats: with factors their grids would be other ones. */
function scaledConvolution(op: Op, { read, own, depthwise }: LayerFactors, where: string): Op {
  const conv = op.main!.value as Convolution2D;
  const source = decodeConvolutionWeights(conv, where);
  const channels = depthwise ? 1 : read.length;
  const taps = source.length / own.length / channels;
  const weight = source.map((value, i) => {
    const row = Math.floor(i / taps);
    const channel = depthwise ? row : row % channels;
    return (value * read[channel]!) / own[Math.floor(row / channels)]!;
  });
  const bias = conv.bias?.map((value, o) => value / own[o]!);
  const value: Convolution2D = {
    ...conv,
    weight,
    bias,
    quanParameter: undefined,
    symmetricQuan: undefined,
    external: undefined,
  };
  return { ...op, externalPath: undefined, main: { type: 'Convolution2D', value } };
}
