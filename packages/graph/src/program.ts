import type { BoundKernel, DeviceTensor, TensorBackend } from './backend.ts';
import type { ExecutionPlan, GraphNode, PlanStep } from './graph.ts';
import { GraphError } from './op.ts';
import { allocateData, elementCount, type HostTensor, type TensorData, type TensorDesc } from './tensor.ts';

/** One sample: data by input name, as long as the planned shape. */
export type Sample = ReadonlyMap<string, TensorData>;

/** A tensor that now exists for every sample of the run. */
export interface TensorEvent {
  readonly tensor: number;
  readonly desc: TensorDesc;
  /** The node that made it; `undefined` for a graph input. */
  readonly node: GraphNode | undefined;
  /** One per sample. A visitor may change them in place (`backend.fakeQuantize`), not keep them. */
  readonly values: readonly DeviceTensor[];
}

/** What to call the sample at a position. */
export type SampleNames = (position: number) => string;

export interface RunVisitor {
  /** Awaited right after a tensor exists for all samples, before anybody reads it. */
  onTensor?(event: TensorEvent): void | Promise<void>;
  /** After each step, for progress. */
  onStep?(done: number, total: number): void;
}

/** Which ops ran a kernel and which the plain reference: steps by op name. */
export interface RunReport {
  readonly kernels: ReadonlyMap<string, number>;
  readonly fallbacks: ReadonlyMap<string, number>;
}

export interface ProgramOptions {
  /** An op without a kernel is an error instead of a counted fallback. */
  readonly strict?: boolean;
}

interface BoundStep extends PlanStep {
  readonly run: BoundKernel;
}

/** A plan bound to a backend: kernels chosen, weights packed, constants uploaded. */
export class Program {
  readonly plan: ExecutionPlan;
  readonly backend: TensorBackend;
  readonly report: RunReport;
  readonly #steps: readonly BoundStep[];
  readonly #constants = new Map<number, DeviceTensor>();

  constructor(plan: ExecutionPlan, backend: TensorBackend, options: ProgramOptions = {}) {
    this.plan = plan;
    this.backend = backend;
    const kernels = new Map<string, number>();
    const fallbacks = new Map<string, number>();
    this.#steps = plan.steps.map((step) => {
      const kernel = backend.bind(step.node, step.inputs, step.outputs);
      const { name } = step.node.definition;
      if (kernel === undefined && options.strict) {
        throw new GraphError(`${step.node.name} (${name}): the backend ${backend.name} has no kernel for it`);
      }
      const counter = kernel ? kernels : fallbacks;
      counter.set(name, (counter.get(name) ?? 0) + 1);
      return { ...step, run: kernel ?? hostKernel(step, backend) };
    });
    this.report = { kernels, fallbacks };
    this.#uploadConstants();
  }

  /**
   * Runs layer by layer over all samples and frees each activation as soon as nobody needs it, also
   * when something fails.
   *
   * @param nameOf what to call the sample at a position of `samples`, for messages
   * @returns per sample the outputs by name
   * @throws {GraphError} naming the sample and the op; what a kernel threw is its `cause`
   */
  async run(
    samples: readonly Sample[],
    visitor: RunVisitor = {},
    nameOf: SampleNames = (position) => `sample ${position}`,
  ): Promise<Map<string, HostTensor>[]> {
    const live = new Map<number, DeviceTensor[]>();
    try {
      for (const input of this.plan.inputs) await this.#uploadInput(input, samples, live, visitor, nameOf);
      for (const [index, step] of this.#steps.entries()) {
        await this.#runStep(step, samples.length, live, visitor, nameOf);
        visitor.onStep?.(index + 1, this.#steps.length);
      }
      return await this.#downloadOutputs(samples.length, live);
    } finally {
      for (const tensors of live.values()) this.#freeAll(tensors);
    }
  }

  /** Frees the constants; weights packed by the backend stay until the backend is disposed. */
  dispose(): void {
    this.#freeAll(this.#constants.values());
    this.#constants.clear();
  }

  #freeAll(tensors: Iterable<DeviceTensor>): void {
    for (const tensor of tensors) this.backend.free(tensor);
  }

  #uploadConstants(): void {
    const read = new Set(this.plan.steps.flatMap((step) => step.node.inputs));
    try {
      for (const [id, value] of this.plan.values) {
        if (!read.has(id)) continue;
        const tensor = this.backend.allocate(value);
        this.#constants.set(id, tensor);
        this.backend.upload(tensor, value.data);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  async #uploadInput(
    { tensor, name, desc }: ExecutionPlan['inputs'][number],
    samples: readonly Sample[],
    live: Map<number, DeviceTensor[]>,
    visitor: RunVisitor,
    nameOf: SampleNames,
  ): Promise<void> {
    const values: DeviceTensor[] = [];
    live.set(tensor, values);
    const count = elementCount(desc.shape);
    for (const [i, sample] of samples.entries()) {
      const data = sample.get(name);
      if (data?.length !== count) {
        const got = data === undefined ? 'none' : data.length;
        throw new GraphError(
          `${nameOf(i)}: input ${name}: expected ${count} values for [${desc.shape}], got ${got}`,
        );
      }
      const device = this.backend.allocate(desc);
      values.push(device);
      this.backend.upload(device, data);
    }
    await visitor.onTensor?.({ tensor, desc, node: undefined, values });
  }

  async #runStep(
    step: BoundStep,
    count: number,
    live: Map<number, DeviceTensor[]>,
    visitor: RunVisitor,
    nameOf: SampleNames,
  ): Promise<void> {
    const { node, outputs, release } = step;
    const made = outputs.map(() => [] as DeviceTensor[]);
    for (const [k, id] of node.outputs.entries()) live.set(id, made[k]);
    try {
      for (let i = 0; i < count; i++) await this.#runSample(step, i, made, live, nameOf);
    } finally {
      // Outputs nobody wired only had to exist while the kernel ran.
      for (const tensors of made.slice(node.outputs.length)) this.#freeAll(tensors);
    }
    for (const [k, tensor] of node.outputs.entries())
      await visitor.onTensor?.({ tensor, desc: outputs[k], node, values: made[k] });
    for (const id of release) {
      const tensors = live.get(id) ?? [];
      live.delete(id);
      this.#freeAll(tensors);
    }
  }

  async #runSample(
    { node, outputs, run }: BoundStep,
    sample: number,
    made: readonly DeviceTensor[][],
    live: ReadonlyMap<number, readonly DeviceTensor[]>,
    nameOf: SampleNames,
  ): Promise<void> {
    const inputs = node.inputs.map((id) =>
      id < 0 ? undefined : (live.get(id)?.[sample] ?? this.#constants.get(id)),
    );
    try {
      for (const [k, desc] of outputs.entries()) made[k].push(this.backend.allocate(desc));
      await run(
        inputs,
        made.map((tensors) => tensors[sample]),
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new GraphError(`${nameOf(sample)}: ${node.name} (${node.definition.name}): ${message}`, {
        cause: error,
      });
    }
  }

  async #downloadOutputs(
    count: number,
    live: ReadonlyMap<number, DeviceTensor[]>,
  ): Promise<Map<string, HostTensor>[]> {
    const results = Array.from({ length: count }, () => new Map<string, HostTensor>());
    for (const { tensor, name } of this.plan.graph.outputs) {
      const { shape, dtype, layout } = this.plan.descs.get(tensor)!;
      for (const [i, result] of results.entries()) {
        const device = live.get(tensor)?.[i];
        const data = device
          ? await this.backend.download(device)
          : this.plan.values.get(tensor)!.data.slice();
        result.set(name, { shape, dtype, layout, data });
      }
    }
    return results;
  }
}

/** Runs a node's reference on the host, for a backend that has no kernel for it. */
function hostKernel({ node, outputs }: PlanStep, backend: TensorBackend): BoundKernel {
  return async (inputs, results) => {
    const sources = await Promise.all(inputs.map((tensor) => tensor && downloadHost(tensor, backend)));
    const precision = sources.some((source) => source?.data instanceof Float64Array) ? 'float64' : 'float32';
    const targets = outputs.map(({ shape, dtype, layout }) => ({
      shape,
      dtype,
      layout,
      data: allocateData(dtype, elementCount(shape), precision),
    }));
    node.definition.reference(node.attributes, sources, targets);
    for (const [k, target] of targets.entries()) backend.upload(results[k], target.data);
  };
}

async function downloadHost(tensor: DeviceTensor, backend: TensorBackend): Promise<HostTensor> {
  const { shape, dtype, layout } = tensor;
  return { shape, dtype, layout, data: await backend.download(tensor) };
}

/** Runs samples once. For several runs of the same plan create a {@link Program} and keep it. */
export async function execute(
  plan: ExecutionPlan,
  backend: TensorBackend,
  samples: readonly Sample[],
  visitor: RunVisitor = {},
  options: ProgramOptions = {},
): Promise<{ outputs: Map<string, HostTensor>[]; report: RunReport }> {
  const program = new Program(plan, backend, options);
  try {
    return { outputs: await program.run(samples, visitor), report: program.report };
  } finally {
    program.dispose();
  }
}
