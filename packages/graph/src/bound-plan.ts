import type { BoundKernel, DeviceTensor, TensorBackend } from './backend.ts';
import type { ControlBody, ControlRuntime } from './control.ts';
import { failure } from './failure.ts';
import type { ExecutionPlan, Graph, PlanStep } from './graph.ts';
import { GraphRunner } from './graph-runner.ts';
import { hostKernel } from './host-kernel.ts';
import { GraphError } from './op.ts';
import type { RunVisitor, SampleNames } from './program.ts';
import type { TensorData, TensorDesc } from './tensor.ts';
import { UnreadTensors } from './unread-tensors.ts';

/** Steps by op name: which ran a kernel, which the plain reference. */
export interface StepCounts {
  readonly kernels: Map<string, number>;
  readonly fallbacks: Map<string, number>;
}

export interface BindOptions {
  /** An op without a kernel is an error instead of a counted fallback. */
  readonly strict?: boolean | undefined;
}

/** The tensors that exist at a moment: one per sample, by id; `undefined` for a sample that is through with it. */
export type LiveTensors = Map<number, (DeviceTensor | undefined)[]>;

interface BoundStep extends PlanStep {
  /** Fills outputs that exist already. */
  readonly run: BoundKernel | undefined;
  /** Has to wait for one sample before the next: it works on the host. */
  readonly onHost: boolean;
  /** Makes its outputs itself. */
  readonly control: ControlBody | undefined;
}

/** What to do while a plan runs. */
export interface BoundRun {
  readonly count: number;
  /** What the backend is to call the first sample; the others follow. */
  readonly firstSample: number;
  readonly visitor: RunVisitor;
  readonly nameOf: SampleNames;
  /** Tensors that are the caller's: never freed here. */
  readonly borrowed?: ReadonlySet<DeviceTensor>;
}

/** A plan bound to a backend: kernels chosen, weights packed, constants uploaded, subgraphs ready. */
export class BoundPlan {
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
    const unread = new UnreadTensors(this.plan, live, run);
    for (const [index, step] of this.#steps.entries()) {
      await this.#runStep(step, live, run, unread);
      run.visitor.onStep?.(index + 1, this.#steps.length);
    }
    await unread.finish([...live.keys()]);
    await this.#runDeferred(live, run);
  }

  /** Frees the constants; weights packed by the backend stay until the backend is disposed. */
  dispose(): void {
    for (const tensor of this.#constants.values()) this.#backend.free(tensor);
    this.#constants.clear();
    for (const runner of this.#runners.values()) runner.dispose();
    this.#runners.clear();
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
    if (control) return { ...step, run: undefined, onHost: true, control };
    const kernel = this.#backend.bind(node, inputs, outputs);
    if (kernel === undefined && this.#options.strict)
      throw new GraphError(`${node.name} (${name}): the backend ${this.#backend.name} has no kernel for it`);
    const counter = kernel ? this.#counts.kernels : this.#counts.fallbacks;
    counter.set(name, (counter.get(name) ?? 0) + 1);
    const run = kernel ?? this.#backend.bindReference?.(node, inputs, outputs);
    return { ...step, run: run ?? hostKernel(step, this.#backend), onHost: run === undefined, control };
  }

  #uploadConstants(): void {
    const read = new Set(this.plan.steps.flatMap((step) => step.node.inputs));
    try {
      for (const [id, value] of this.plan.values)
        if (read.has(id)) this.#constants.set(id, this.#upload(value, value.data));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #upload(desc: TensorDesc, data: TensorData, sample?: number): DeviceTensor {
    const tensor = this.#backend.allocate(desc, sample);
    this.#backend.upload(tensor, data);
    return tensor;
  }

  async #runStep(step: BoundStep, live: LiveTensors, run: BoundRun, unread: UnreadTensors): Promise<void> {
    const { node, outputs, release } = step;
    const made = Array.from(
      { length: Math.max(outputs.length, node.outputs.length) },
      () => [] as (DeviceTensor | undefined)[],
    );
    for (const [k, id] of node.outputs.entries()) live.set(id, made[k]);
    try {
      await this.#runSamples(step, made, live, run, unread);
    } finally {
      // Nobody else knows them.
      for (const tensors of made.slice(node.outputs.length)) this.#freeAll(tensors, run);
    }
    unread.haveRead(node.inputs);
    for (const [k, tensor] of node.outputs.entries()) {
      if (outputs[k] === undefined) continue;
      await run.visitor.onTensor?.({ tensor, desc: outputs[k], node, values: made[k] as DeviceTensor[] });
      unread.add({ tensor, desc: outputs[k], node });
    }
    await unread.finish(release);
    for (const id of release) {
      this.#freeAll(live.get(id) ?? [], run);
      live.delete(id);
    }
  }

  /** All samples; waits for each only where it has to. */
  async #runSamples(
    step: BoundStep,
    made: readonly (DeviceTensor | undefined)[][],
    live: LiveTensors,
    run: BoundRun,
    unread: UnreadTensors,
  ): Promise<void> {
    const oneByOne = step.onHost || (this.#backend.concurrency ?? 1) <= 1;
    const pending: Promise<void>[] = [];
    for (let i = 0; i < run.count; i++) {
      const sample = this.#runSample(step, i, made, live, run, unread);
      if (oneByOne) await sample;
      else pending.push(sample);
    }
    await Promise.all(pending);
  }

  #freeAll(tensors: readonly (DeviceTensor | undefined)[], { borrowed }: BoundRun): void {
    for (const tensor of tensors) if (tensor && !borrowed?.has(tensor)) this.#backend.free(tensor);
  }

  /**
   * Everything that concerns one sample at a step: what is still to be seen of its inputs, the op, a look at its
   * outputs, and the end of what nobody needs any more. In this order it finds the data in the processor's cache.
   */
  async #runSample(
    step: BoundStep,
    sample: number,
    made: readonly (DeviceTensor | undefined)[][],
    live: LiveTensors,
    run: BoundRun,
    unread: UnreadTensors,
  ): Promise<void> {
    const { node } = step;
    try {
      const seen = quiet(unread.beforeRead(node.inputs, sample));
      const inputs = node.inputs.map((id) =>
        id < 0 ? undefined : (live.get(id)?.[sample] ?? this.#constants.get(id)),
      );
      const ran = quiet(this.#start(step, sample, inputs, made, run));
      // Queued work needs no waiting: what follows takes effect after it.
      if (step.onHost || (this.#backend.concurrency ?? 1) <= 1) await ran;
      const looked = this.#lookAt(step, sample, made, run);
      this.#release(step, sample, made, live, run);
      await Promise.all([seen, ran, looked]);
    } catch (error) {
      throw failure(error, `${run.nameOf(sample)}: ${node.name} (${node.definition.name})`);
    }
  }

  #start(
    { outputs, run, control }: BoundStep,
    sample: number,
    inputs: readonly (DeviceTensor | undefined)[],
    made: readonly (DeviceTensor | undefined)[][],
    { firstSample }: BoundRun,
  ): void | Promise<void> {
    const place = firstSample + sample;
    if (control) return this.#runControl(control, sample, place, inputs, made);
    for (const [k, desc] of outputs.entries()) made[k][sample] = this.#backend.allocate(desc, place);
    return run!(
      inputs,
      made.map((tensors) => tensors[sample]!),
    );
  }

  async #runControl(
    control: ControlBody,
    sample: number,
    place: number,
    inputs: readonly (DeviceTensor | undefined)[],
    made: readonly (DeviceTensor | undefined)[][],
  ): Promise<void> {
    const results = await control(inputs, this.#controlRuntime(place));
    for (const [k, tensors] of made.entries()) tensors[sample] = results[k];
  }

  #controlRuntime(place: number): ControlRuntime {
    return {
      runGraph: (graph, inputs) => {
        const given = new Map<number, DeviceTensor>();
        for (const [i, { tensor }] of graph.inputs.entries()) {
          const value = inputs[i];
          if (value !== undefined) given.set(tensor, value);
        }
        return this.#runner(graph).run(given, new Map(), place);
      },
      download: (tensor) => this.#backend.download(tensor),
      make: (desc, data) => this.#upload(desc, data, place),
      free: (tensor) => this.#backend.free(tensor),
    };
  }

  #lookAt(
    { node, outputs }: BoundStep,
    sample: number,
    made: readonly (DeviceTensor | undefined)[][],
    { visitor }: BoundRun,
  ): Promise<unknown> | undefined {
    if (visitor.onSample === undefined) return undefined;
    const looks = node.outputs.flatMap((tensor, k) => {
      const value = made[k][sample];
      if (outputs[k] === undefined || value === undefined) return [];
      return [visitor.onSample!({ tensor, desc: outputs[k], node, sample, value })];
    });
    return Promise.all(looks);
  }

  /** Frees what this step was the last to read. Outputs that nobody reads are still to be seen by the visitor. */
  #release(
    { node, release }: BoundStep,
    sample: number,
    made: readonly (DeviceTensor | undefined)[][],
    live: LiveTensors,
    run: BoundRun,
  ): void {
    // Outputs nobody wired only had to exist while the kernel ran.
    for (const tensors of made.slice(node.outputs.length)) this.#freeOne(tensors, sample, run);
    for (const id of release) {
      const tensors = live.get(id);
      if (tensors !== undefined && !node.outputs.includes(id)) this.#freeOne(tensors, sample, run);
    }
  }

  #freeOne(tensors: (DeviceTensor | undefined)[], sample: number, run: BoundRun): void {
    const tensor = tensors[sample];
    tensors[sample] = undefined;
    this.#freeAll([tensor], run);
  }

  /** The part whose shapes depend on the data, sample by sample. */
  async #runDeferred(live: LiveTensors, { count, firstSample, nameOf }: BoundRun): Promise<void> {
    const { deferred } = this.plan;
    if (deferred === undefined) return;
    const { graph, needs } = deferred;
    const runner = this.#runner(graph);
    for (const { tensor } of graph.outputs) if (!live.has(tensor)) live.set(tensor, []);
    for (let i = 0; i < count; i++) {
      const given = new Map(graph.inputs.map(({ tensor }) => [tensor, live.get(tensor)![i]!] as const));
      const known = new Map<number, TensorData>();
      for (const id of needs) known.set(id, await this.#backend.download(given.get(id)!));
      try {
        const results = await runner.run(given, known, firstSample + i);
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

/** A promise that is awaited later, if nothing else fails before that. */
function quiet<T>(promise: T): T {
  if (promise instanceof Promise) promise.catch(() => {});
  return promise;
}
