import {
  type Distribution,
  DistributionCounter,
  fakeQuantPlan,
  type LayerError,
  measureErrors,
  measureWeights,
  multiplyAdds,
  type Prediction,
  type SampleSet,
  type WeightRounding,
} from '@mnnquant/calibrate';
import {
  buildGraph,
  createPlan,
  type DeviceTensor,
  type ExecutionPlan,
  type QuantParams,
  type TensorBackend,
} from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';

export interface MeasureJob {
  /** Of the float model. */
  readonly plan: ExecutionPlan;
  readonly written: MnnModel;
  readonly prediction: Prediction;
  readonly samples: SampleSet;
  readonly memoryBytes: number;
  readonly backend: TensorBackend;
  readonly strict?: boolean;
  /** Also what only a report shows, see {@link Measurement}. */
  readonly report?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Where a step of the network stands, and what it costs. */
export interface MeasuredStep {
  /** From 0. */
  readonly order: number;
  /** Per sample; 0 for what is no product. */
  readonly multiplyAdds: number;
  /** Why it runs in float. */
  readonly reason?: string | undefined;
  /** Tensors of layers that it reads, itself or through tensors that are no layer. */
  readonly reads: readonly number[];
}

/** What a report shows besides the layers. */
export interface ReportMeasurement {
  /** By tensor; without those that have no finite value. */
  readonly distributions: ReadonlyMap<number, Distribution>;
  readonly weights: readonly WeightRounding[];
  /** How MNN's runtime rounds the tensors that it holds in int8. */
  readonly rounding: ReadonlyMap<number, QuantParams>;
  /** By tensor that a step makes. */
  readonly steps: ReadonlyMap<number, MeasuredStep>;
  /** Of the tensors, for one sample. */
  readonly shapes: ReadonlyMap<number, readonly number[]>;
  /** The network's, in the order of the file. */
  readonly outputs: readonly { readonly tensor: number; readonly name: string }[];
}

export interface Measurement {
  /** Worst first. */
  readonly layers: readonly LayerError[];
  readonly report?: ReportMeasurement;
}

/** Runs both networks over all samples, for the key `debug` and for a report. */
export async function measure(job: MeasureJob): Promise<Measurement> {
  const { plan, written, prediction, samples, backend, strict } = job;
  const shapes = new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const graph = buildGraph(written, { leaveOutTail: true });
  const quantized = { model: written, plan: createPlan(graph, shapes), prediction };
  const counters = new Distributions(backend);
  const layers = await measureErrors({
    plan,
    quantized,
    backend,
    strict,
    samples,
    memoryBudgetBytes: job.memoryBytes,
    ...(job.report && { isolated: isolatedBy(backend), onFloat: counters.onFloat }),
    onProgress: job.onProgress,
  });
  if (!job.report) return { layers };
  return {
    layers,
    report: {
      distributions: counters.finish(),
      weights: measureWeights(plan, quantized.plan, written),
      rounding: fakeQuantPlan(written, graph, prediction),
      steps: stepsOf(plan, prediction, new Set(layers.map(({ tensor }) => tensor))),
      shapes: new Map([...plan.descs].map(([tensor, { shape }]) => [tensor, shape])),
      outputs: plan.graph.outputs,
    },
  };
}

/** A GPU has no kernels for MNN's int8 ops. */
function isolatedBy({ name }: TensorBackend): 'simulated' | 'rounded' {
  return name.startsWith('gpu') ? 'rounded' : 'simulated';
}

/** Counts the float network's values on the host, as samples pass by. */
class Distributions {
  readonly #backend: TensorBackend;
  readonly #counters = new Map<number, DistributionCounter>();

  constructor(backend: TensorBackend) {
    this.#backend = backend;
  }

  readonly onFloat = async (tensor: number, values: readonly DeviceTensor[]): Promise<void> => {
    const counter = this.#counters.get(tensor) ?? new DistributionCounter();
    this.#counters.set(tensor, counter);
    // One after the other: so many copies at once would be beyond the memory that was allowed.
    for (const value of values) counter.add(await this.#backend.download(value));
  };

  finish(): Map<number, Distribution> {
    const finished = new Map<number, Distribution>();
    for (const [tensor, { distribution }] of this.#counters)
      if (distribution !== undefined) finished.set(tensor, distribution);
    return finished;
  }
}

function stepsOf(
  { steps, inputs }: ExecutionPlan,
  { ops }: Prediction,
  layers: ReadonlySet<number>,
): Map<number, MeasuredStep> {
  const reasons = new Map(ops.map(({ node, reason }) => [node, reason]));
  const places = new Map<number, MeasuredStep>();
  for (const [order, { tensor }] of inputs.entries())
    places.set(tensor, { order, multiplyAdds: 0, reads: [] });
  for (const [at, step] of steps.entries()) {
    // Steps come in order: what is read is known.
    const reads = new Set(
      step.node.inputs.flatMap((id) => (layers.has(id) ? [id] : (places.get(id)?.reads ?? []))),
    );
    for (const tensor of step.node.outputs)
      places.set(tensor, {
        order: inputs.length + at,
        multiplyAdds: multiplyAdds(step),
        reason: reasons.get(step.node.index),
        reads: [...reads],
      });
  }
  return places;
}
