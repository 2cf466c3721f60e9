import type { DeviceTensor, TensorBackend } from './backend.ts';
import { Breath } from './breath.ts';
import type { ControlRuntime } from './control.ts';
import { failure, quiet } from './failure.ts';
import type { ExecutionPlan, Graph, GraphNode, PlanStep } from './graph.ts';
import { GraphRunner } from './graph-runner.ts';
import { hostKernel } from './host-kernel.ts';
import { GraphError } from './op.ts';
import { type BoundRun, type BoundStep, type LiveTensors, StepRun, type StepScope } from './step-run.ts';
import type { TensorData, TensorDesc } from './tensor.ts';
import { UnreadTensors } from './unread-tensors.ts';

/** Steps by op name: which ran a kernel, which the plain reference. */
export interface StepCounts {
  readonly kernels: Map<string, number>;
  readonly fallbacks: Map<string, number>;
}

export interface BindOptions {
  /** Ops without a kernel are an error that names them, instead of counted fallbacks. */
  readonly strict?: boolean | undefined;
}

/**
 * Steps that are queued behind the one that is waited for. None would have workers wait for commands; more than one gains
 * nothing, and the thread that makes the commands takes time from those that compute.
 */
const STEPS_AHEAD = 1;

/** A plan bound to a backend: kernels chosen, weights packed, constants uploaded, subgraphs ready. */
export class BoundPlan {
  readonly plan: ExecutionPlan;
  readonly #backend: TensorBackend;
  readonly #options: BindOptions;
  readonly #counts: StepCounts;
  readonly #withoutKernel: GraphNode[] = [];
  readonly #steps: readonly BoundStep[];
  readonly #constants = new Map<number, DeviceTensor>();
  readonly #runners = new Map<Graph, GraphRunner>();
  readonly #breath = new Breath();

  constructor(plan: ExecutionPlan, backend: TensorBackend, options: BindOptions, counts: StepCounts) {
    this.plan = plan;
    this.#backend = backend;
    this.#options = options;
    this.#counts = counts;
    this.#steps = plan.steps.map((step) => this.#bind(step));
    if (options.strict) this.#refuseReferences();
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
    const scope: StepScope = {
      backend: this.#backend,
      constants: this.#constants,
      live,
      unread,
      run,
      controlRuntime: (place) => this.#controlRuntime(place),
    };
    const ahead = (this.#backend.concurrency ?? 1) > 1 ? STEPS_AHEAD : 0;
    const waiting: Promise<unknown>[] = [];
    for (const [index, step] of this.#steps.entries()) {
      await this.#breath.take();
      const done = Promise.all(await this.#runStep(step, scope));
      waiting.push(quiet(done.then(() => run.visitor.onStep?.(index + 1, this.#steps.length))));
      if (waiting.length > ahead) await waiting.shift();
    }
    await Promise.all(waiting);
    await Promise.all(unread.finish([...live.keys()]));
    await this.#runDeferred(live, run);
  }

  /**
   * Waits for the samples only where a visitor wants to see them together: what is queued takes effect in its order.
   *
   * @returns what is still to be waited for
   */
  async #runStep(step: BoundStep, scope: StepScope): Promise<readonly Promise<unknown>[]> {
    const stepRun = new StepRun(step, scope);
    try {
      const pending = await stepRun.start();
      if (scope.run.visitor.onTensor !== undefined) await Promise.all(pending);
      return [...pending, ...(await stepRun.finish())];
    } catch (error) {
      stepRun.abandon();
      throw error;
    }
  }

  /** Frees the constants; weights packed by the backend stay until it is told to forget the nodes. */
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
    if (kernel === undefined) this.#withoutKernel.push(node);
    const counter = kernel ? this.#counts.kernels : this.#counts.fallbacks;
    counter.set(name, (counter.get(name) ?? 0) + 1);
    const run = kernel ?? this.#backend.bindReference?.(node, inputs, outputs);
    return { ...step, run: run ?? hostKernel(step, this.#backend), onHost: run === undefined, control };
  }

  /** @throws {GraphError} naming all ops that have no kernel */
  #refuseReferences(): void {
    if (this.#withoutKernel.length === 0) return;
    const ops = this.#withoutKernel.map(({ name, definition }) => `${name} (${definition.name})`);
    throw new GraphError(`the backend ${this.#backend.name} has no kernel for ${ops.join(', ')}`);
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
      try {
        for (const id of needs) known.set(id, await this.#backend.download(given.get(id)!));
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
