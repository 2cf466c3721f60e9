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
  readonly #constants: ReadonlyMap<number, DeviceTensor>;

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
    this.#constants = this.#uploadConstants();
  }

  /**
   * Runs layer by layer over all samples and frees each activation as soon as nobody needs it.
   *
   * @returns per sample the outputs by name
   */
  async run(samples: readonly Sample[], visitor: RunVisitor = {}): Promise<Map<string, HostTensor>[]> {
    const live = new Map<number, DeviceTensor[]>();
    try {
      await this.#uploadInputs(samples, live, visitor);
      for (const [index, step] of this.#steps.entries()) {
        await this.#runStep(step, samples.length, live, visitor);
        visitor.onStep?.(index + 1, this.#steps.length);
      }
      return await this.#downloadOutputs(samples.length, live);
    } finally {
      for (const tensors of live.values()) for (const tensor of tensors) this.backend.free(tensor);
    }
  }

  /** Frees the constants; weights packed by the backend stay until the backend is disposed. */
  dispose(): void {
    for (const tensor of this.#constants.values()) this.backend.free(tensor);
  }

  #uploadConstants(): Map<number, DeviceTensor> {
    const constants = new Map<number, DeviceTensor>();
    const read = new Set(this.plan.steps.flatMap((step) => step.node.inputs));
    for (const [id, value] of this.plan.values) {
      if (!read.has(id)) continue;
      const tensor = this.backend.allocate(value);
      this.backend.upload(tensor, value.data);
      constants.set(id, tensor);
    }
    return constants;
  }

  async #uploadInputs(
    samples: readonly Sample[],
    live: Map<number, DeviceTensor[]>,
    visitor: RunVisitor,
  ): Promise<void> {
    for (const { tensor, name, desc } of this.plan.inputs) {
      const values: DeviceTensor[] = [];
      live.set(tensor, values);
      for (const [i, sample] of samples.entries()) {
        const data = sample.get(name);
        const count = elementCount(desc.shape);
        if (data === undefined) throw new GraphError(`sample ${i}: no data for the input ${name}`);
        if (data.length !== count) {
          throw new GraphError(
            `sample ${i}: input ${name}: expected ${count} values for [${desc.shape}], got ${data.length}`,
          );
        }
        const device = this.backend.allocate(desc);
        values.push(device);
        this.backend.upload(device, data);
      }
      await visitor.onTensor?.({ tensor, desc, node: undefined, values });
    }
  }

  async #runStep(
    step: BoundStep,
    count: number,
    live: Map<number, DeviceTensor[]>,
    visitor: RunVisitor,
  ): Promise<void> {
    const { node, outputs, release } = step;
    // Outputs nobody wired still have to exist while the kernel runs.
    const made = outputs.map(() => [] as DeviceTensor[]);
    for (const [k, id] of node.outputs.entries()) live.set(id, made[k]);
    for (let i = 0; i < count; i++) {
      const inputs = node.inputs.map((id) =>
        id < 0 ? undefined : (live.get(id)?.[i] ?? this.#constants.get(id)),
      );
      for (const [k, desc] of outputs.entries()) made[k].push(this.backend.allocate(desc));
      await step.run(
        inputs,
        made.map((tensors) => tensors[i]),
      );
    }
    for (const [k, tensors] of made.entries()) {
      const tensor = node.outputs[k];
      if (tensor === undefined) for (const value of tensors) this.backend.free(value);
      else await visitor.onTensor?.({ tensor, desc: outputs[k], node, values: tensors });
    }
    for (const id of release) {
      for (const tensor of live.get(id) ?? []) this.backend.free(tensor);
      live.delete(id);
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
