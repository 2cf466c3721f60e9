import {
  type DeviceTensor,
  type ExecutionPlan,
  hostKernel,
  loadSamples,
  type PlanStep,
  Program,
  type TensorBackend,
  type TensorEvent,
} from '@mnnquant/graph';
import { namesOf, type SampleGroup } from '../samples.ts';
import { channelsOf } from './channels.ts';
import { type Correction, finePlan, isTarget } from './correction.ts';
import { FineCounts } from './fine-counts.ts';
import { SampleParts } from './sample-parts.ts';
import type { VisitJob } from './visit-values.ts';

/**
 * One run of all samples, in which every convolution runs a second time as soon as its bias is known. The backend forgets the plan's
 * nodes afterwards.
 */
export async function correctTogether(
  job: VisitJob,
  { plan, samples }: SampleGroup,
  state: Correction,
): Promise<void> {
  const { backend } = job;
  const targets = new Map(plan.steps.filter(isTarget).map((step) => [step.node.index, step]));
  const values = new Map<number, readonly DeviceTensor[]>();
  const parts = new SampleParts([{ samples }]);
  const onTensor = async (event: TensorEvent): Promise<void> => {
    values.set(event.tensor, event.values);
    const step = targets.get(event.node?.index ?? -1);
    if (step === undefined) return;
    const counts = new FineCounts(step.node, channelsOf(event.desc).count, parts);
    const downloads = event.values.map(async (value, i) =>
      counts.add(samples[i]!, await backend.download(value), event.desc),
    );
    await Promise.all(downloads);
    state.solve(step.node, counts);
    const inputs = step.node.inputs.map((id) => values.get(id)!);
    const node = state.corrected(step.node);
    try {
      await runAgain(backend, { ...step, node }, inputs, event.values);
    } finally {
      // Made for this run.
      backend.forget?.([node]);
    }
  };
  const program = new Program(finePlan(keptInputs(plan), state), backend);
  try {
    const loaded = await loadSamples(job.samples, samples);
    const onStep = (): void => job.onSteps?.(samples.length);
    await program.visit(loaded, { onTensor, onStep }, namesOf(job.samples, samples), samples[0]);
  } finally {
    program.dispose({ forget: true });
  }
}

/** Writes a step's result anew, for every sample. */
async function runAgain(
  backend: TensorBackend,
  { node, inputs, outputs }: PlanStep,
  values: readonly (readonly DeviceTensor[])[],
  results: readonly DeviceTensor[],
): Promise<void> {
  const kernel =
    backend.bind(node, inputs, outputs) ??
    backend.bindReference?.(node, inputs, outputs) ??
    hostKernel({ node, outputs }, backend);
  await Promise.all(
    results.map((result, i) =>
      kernel(
        values.map((one) => one[i]),
        [result],
      ),
    ),
  );
}

/** The plan with the inputs of int8 convolutions kept until the next step is through. */
export function keptInputs(plan: ExecutionPlan): ExecutionPlan {
  let kept: readonly number[] = [];
  const steps = plan.steps.map((step) => {
    const own = step.release.filter((id) => step.node.outputs.includes(id));
    const later = isTarget(step) ? step.release.filter((id) => !own.includes(id)) : [];
    const release = [...kept, ...step.release.filter((id) => !later.includes(id))];
    kept = later;
    return { ...step, release };
  });
  return { ...plan, steps };
}
