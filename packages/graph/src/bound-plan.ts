import type { BoundKernel, DeviceTensor, TensorBackend } from './backend.ts';
import type { ControlBody, ControlRuntime } from './control.ts';
import type { ExecutionPlan, Graph, PlanStep } from './graph.ts';
import { GraphRunner } from './graph-runner.ts';
import { GraphError } from './op.ts';
import type { RunVisitor, SampleNames } from './program.ts';
import { allocateData, elementCount, type HostTensor, type TensorData, type TensorDesc } from './tensor.ts';

/** Steps by op name: which ran a kernel, which the plain reference. */
export interface StepCounts {
  readonly kernels: Map<string, number>;
  readonly fallbacks: Map<string, number>;
}

export interface BindOptions {
  /** An op without a kernel is an error instead of a counted fallback. */
  readonly strict?: boolean | undefined;
}

/** The tensors that exist at a moment: one per sample, by id. */
export type LiveTensors = Map<number, DeviceTensor[]>;

interface BoundStep extends PlanStep {
  /** Fills outputs that exist already. */
  readonly run: BoundKernel | undefined;
  /** Makes its outputs itself. */
  readonly control: ControlBody | undefined;
}

/** What to do while a plan runs. */
export interface BoundRun {
  readonly count: number;
  readonly visitor: RunVisitor;
  readonly nameOf: SampleNames;
  /** Tensors that are the caller's: never freed here. */
  readonly borrowed?: ReadonlySet<DeviceTensor>;
}

/** A plan bound to a backend: kernels chosen, weights packed, constants uploaded, subgraphs ready. */
export class BoundPlan implements ControlRuntime {
  readonly plan: ExecutionPlan;
  readonly #backend: TensorBackend;
  readonly #options: BindOptions;
  readonly #counts: StepCounts;
  readonly #steps: readonly BoundStep[];
  readonly #constants = new Map<number, DeviceTensor>();
  readonly #runners = new Map<Graph, GraphRunner>();

  constructor(plan: ExecutionPlan, backend: TensorBackend, options: BindOptions, counts: StepCounts) {
    this.plan = plan;
    this.#backend = backend;
    this.#options = options;
    this.#counts = counts;
    this.#steps = plan.steps.map((step) => this.#bind(step));
    this.#uploadConstants();
  }

  /**
   * Runs layer by layer over all samples. On return `live` holds the tensors of the graph's outputs that are
   * not constants; the caller frees what is in `live`, also when this throws.
   *
   * @param live the inputs
   */
  async run(live: LiveTensors, run: BoundRun): Promise<void> {
    for (const [index, step] of this.#steps.entries()) {
      await this.#runStep(step, live, run);
      run.visitor.onStep?.(index + 1, this.#steps.length);
    }
    await this.#runDeferred(live, run);
  }

  /** Frees the constants; weights packed by the backend stay until the backend is disposed. */
  dispose(): void {
    for (const tensor of this.#constants.values()) this.#backend.free(tensor);
    this.#constants.clear();
    for (const runner of this.#runners.values()) runner.dispose();
    this.#runners.clear();
  }

  /** Runs a subgraph of one of the steps. */
  async runGraph(graph: Graph, inputs: readonly (DeviceTensor | undefined)[]): Promise<DeviceTensor[]> {
    const given = new Map<number, DeviceTensor>();
    for (const [i, { tensor }] of graph.inputs.entries()) {
      const value = inputs[i];
      if (value !== undefined) given.set(tensor, value);
    }
    return this.#runner(graph).run(given, new Map());
  }

  download(tensor: DeviceTensor): Promise<TensorData> {
    return this.#backend.download(tensor);
  }

  make(desc: TensorDesc, data: TensorData): DeviceTensor {
    const tensor = this.#backend.allocate(desc);
    this.#backend.upload(tensor, data);
    return tensor;
  }

  free(tensor: DeviceTensor): void {
    this.#backend.free(tensor);
  }

  #runner(graph: Graph): GraphRunner {
    const known = this.#runners.get(graph);
    if (known) return known;
    const runner = new GraphRunner(graph, this.#backend, this.#options, this.#counts);
    this.#runners.set(graph, runner);
    return runner;
  }

  #bind(step: PlanStep): BoundStep {
    const { node, inputs, outputs } = step;
    const { name } = node.definition;
    const control = node.definition.control?.(node.attributes);
    if (control) return { ...step, run: undefined, control };
    const kernel = this.#backend.bind(node, inputs, outputs);
    if (kernel === undefined && this.#options.strict)
      throw new GraphError(`${node.name} (${name}): the backend ${this.#backend.name} has no kernel for it`);
    const counter = kernel ? this.#counts.kernels : this.#counts.fallbacks;
    counter.set(name, (counter.get(name) ?? 0) + 1);
    return { ...step, run: kernel ?? hostKernel(step, this.#backend), control };
  }

  #uploadConstants(): void {
    const read = new Set(this.plan.steps.flatMap((step) => step.node.inputs));
    try {
      for (const [id, value] of this.plan.values)
        if (read.has(id)) this.#constants.set(id, this.make(value, value.data));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  async #runStep(step: BoundStep, live: LiveTensors, run: BoundRun): Promise<void> {
    const { node, outputs, release } = step;
    const made = Array.from(
      { length: Math.max(outputs.length, node.outputs.length) },
      () => [] as DeviceTensor[],
    );
    for (const [k, id] of node.outputs.entries()) live.set(id, made[k]);
    try {
      for (let i = 0; i < run.count; i++) await this.#runSample(step, i, made, live, run.nameOf);
    } finally {
      // Outputs nobody wired only had to exist while the kernel ran.
      for (const tensors of made.slice(node.outputs.length)) this.#freeAll(tensors, run);
    }
    for (const [k, tensor] of node.outputs.entries()) {
      if (outputs[k] === undefined) continue;
      await run.visitor.onTensor?.({ tensor, desc: outputs[k], node, values: made[k] });
    }
    for (const id of release) {
      const tensors = live.get(id) ?? [];
      live.delete(id);
      this.#freeAll(tensors, run);
    }
  }

  #freeAll(tensors: readonly DeviceTensor[], { borrowed }: BoundRun): void {
    for (const tensor of tensors) if (!borrowed?.has(tensor)) this.#backend.free(tensor);
  }

  async #runSample(
    { node, outputs, run, control }: BoundStep,
    sample: number,
    made: readonly DeviceTensor[][],
    live: LiveTensors,
    nameOf: SampleNames,
  ): Promise<void> {
    const inputs = node.inputs.map((id) =>
      id < 0 ? undefined : (live.get(id)?.[sample] ?? this.#constants.get(id)),
    );
    try {
      if (control) {
        const results = await control(inputs, this);
        for (const [k, tensors] of made.entries()) tensors.push(results[k]);
        return;
      }
      for (const [k, desc] of outputs.entries()) made[k].push(this.#backend.allocate(desc));
      await run!(
        inputs,
        made.map((tensors) => tensors[sample]),
      );
    } catch (error) {
      throw failure(error, `${nameOf(sample)}: ${node.name} (${node.definition.name})`);
    }
  }

  /** The part whose shapes depend on the data, sample by sample. */
  async #runDeferred(live: LiveTensors, { count, nameOf }: BoundRun): Promise<void> {
    const { deferred } = this.plan;
    if (deferred === undefined) return;
    const { graph, needs } = deferred;
    const runner = this.#runner(graph);
    for (const { tensor } of graph.outputs) if (!live.has(tensor)) live.set(tensor, []);
    for (let i = 0; i < count; i++) {
      const given = new Map(graph.inputs.map(({ tensor }) => [tensor, live.get(tensor)![i]] as const));
      const known = new Map<number, TensorData>();
      for (const id of needs) known.set(id, await this.#backend.download(given.get(id)!));
      try {
        const results = await runner.run(given, known);
        for (const [k, { tensor }] of graph.outputs.entries()) {
          // An output that a step made itself is there already.
          if (live.get(tensor)![i] !== results[k]) live.get(tensor)![i] = results[k];
        }
      } catch (error) {
        throw failure(error, nameOf(i));
      }
    }
  }
}

function failure(error: unknown, where: string): GraphError {
  const message = error instanceof Error ? error.message : String(error);
  return new GraphError(`${where}: ${message}`, { cause: error });
}

/** Runs a node's reference on the host, for a backend that has no kernel for it. */
function hostKernel({ node, outputs }: PlanStep, backend: TensorBackend): BoundKernel {
  return async (inputs, results) => {
    const sources = await Promise.all(inputs.map((tensor) => tensor && downloadHost(tensor, backend)));
    const precision = sources.some((source) => source?.data instanceof Float64Array) ? 'float64' : 'float32';
    const targets = outputs.map(({ shape, dtype, layout, list }) => ({
      shape,
      dtype,
      layout,
      list,
      data: allocateData(dtype, elementCount(shape), precision),
    }));
    node.definition.reference(node.attributes, sources, targets);
    for (const [k, target] of targets.entries()) backend.upload(results[k], target.data);
  };
}

async function downloadHost(tensor: DeviceTensor, backend: TensorBackend): Promise<HostTensor> {
  const { shape, dtype, layout, list } = tensor;
  return { shape, dtype, layout, list, data: await backend.download(tensor) };
}
