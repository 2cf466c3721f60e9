import { buildGraph, createPlan, type ExecutionPlan, type TensorBackend } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import type { EmaForward } from '../ema/index.ts';
import { type CandidateOptions, int8Candidates } from '../rewrite/candidates.ts';
import { quantizeWeights, type WeightConfig } from '../weights/quantize-weights.ts';
import { type FoldedModel, foldBatchNorm } from './fold.ts';
import { BatchNormStatistics } from './training.ts';

export interface TrainingForwardJob {
  /** The model with its BatchNorm layers. */
  readonly source: MnnModel;
  /** What `foldBatchNorm` made of it. */
  readonly folded: FoldedModel;
  /** Of the folded model; the source is run for the same input shapes. */
  readonly plan: ExecutionPlan;
  readonly backend: TensorBackend;
  /** As `calibrate` gets it. */
  readonly skip?: CandidateOptions['skip'];
  readonly weights: WeightConfig;
}

export interface TrainingForward {
  /** For `EmaConfig`. */
  readonly forward: EmaForward;
  /** The source folded with the running statistics of what was run. */
  finish(): FoldedModel;
}

/**
 * `bn: "train"`: EMA runs the source with its BatchNorm layers as in training, each batch normalized by
 * itself, and the layers are then folded with the running statistics (MNN 3.6.1 tools/train NN.cpp).
 * Weights are rounded before the BatchNorm in the forward, and after it was folded in the result.
 */
export function trainingForward(job: TrainingForwardJob): TrainingForward {
  const { source, folded, plan, backend, skip } = job;
  const shapes = new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const training = createPlan(buildGraph(source, { leaveOutTail: true }), shapes);
  const candidates = int8Candidates(plan.graph, plan, { skip, asymmetric: true });
  const nodes = new Map([...candidates.nodes].map(([op, choice]) => [folded.origins[op]!, choice]));
  const statistics = new BatchNormStatistics(training);
  return {
    forward: {
      plan: training,
      weights: quantizeWeights(training, { ...candidates, nodes }, job.weights),
      async onTensor(values) {
        await statistics.normalize(values, backend);
        await statistics.measure(values, backend);
      },
    },
    finish: () => foldBatchNorm(source, statistics.statistics()),
  };
}
