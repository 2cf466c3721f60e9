import {
  type ErrorJob,
  type LayerError,
  measureErrors,
  type Prediction,
  type SampleSet,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan, type ExecutionPlan, type TensorBackend } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';

export interface DebugMeasurement {
  /** Of the float model. */
  readonly plan: ExecutionPlan;
  readonly written: MnnModel;
  readonly prediction: Prediction;
  readonly samples: SampleSet;
  readonly memoryBytes: number;
  readonly backend: TensorBackend;
  readonly strict?: boolean;
  readonly onProgress?: ErrorJob['onProgress'];
}

/** Runs both networks over all samples for the `debug` key. */
export async function measureDebug(job: DebugMeasurement): Promise<LayerError[]> {
  const { plan, written, prediction, samples } = job;
  const shapes = new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const graph = buildGraph(written, { leaveOutTail: true });
  const quantized = { model: written, plan: createPlan(graph, shapes), prediction };
  return measureErrors({
    plan,
    quantized,
    backend: job.backend,
    strict: job.strict,
    samples,
    memoryBudgetBytes: job.memoryBytes,
    onProgress: job.onProgress,
  });
}
