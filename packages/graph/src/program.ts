import type { DeviceTensor, TensorBackend } from './backend.ts';
import { BoundPlan, type StepCounts } from './bound-plan.ts';
import { named, quiet } from './failure.ts';
import type { ExecutionPlan, GraphNode } from './graph.ts';
import { GraphError } from './op.ts';
import { planNodes } from './plan-nodes.ts';
import type { LiveTensors } from './step-run.ts';
import { elementCount, type HostTensor, type TensorData, type TensorDesc } from './tensor.ts';

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

/** A tensor that now exists for one sample. */
export interface SampleEvent {
  readonly tensor: number;
  readonly desc: TensorDesc;
  /** The node that made it; `undefined` for a graph input. */
  readonly node: GraphNode | undefined;
  /** Position among the samples of the run. */
  readonly sample: number;
  readonly value: DeviceTensor;
}

/** What to call the sample at a position. */
export type SampleNames = (position: number) => string;

export interface RunVisitor {
  /** Awaited right after a tensor exists for all samples, before anybody reads it. */
  onTensor?(event: TensorEvent): void | Promise<void>;
  /**
   * Right after a tensor exists for one sample, while it is in the processor's cache; before `onTensor`. Must ask for
   * all it wants before it returns, and must not change the tensor: with several threads nobody waits for the promise
   * before the next op is queued.
   */
  onSample?(event: SampleEvent): void | Promise<void>;
  /**
   * After `onTensor`, once per sample: right before the first op reads it, or else before it is freed. Must be
   * issued before it returns, since what is freed next may be this tensor; the promise is awaited later.
   */
  beforeRead?(event: SampleEvent): void | Promise<void>;
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

export interface DisposeOptions {
  /**
   * For plans whose nodes nobody will run again: what the backend keeps of them is freed. No other program that has some of them,
   * also in subgraphs, may be run afterwards.
   */
  readonly forget?: boolean | undefined;
}

/** What `run` is given. */
interface ProgramRun {
  readonly samples: readonly Sample[];
  readonly visitor: RunVisitor;
  readonly nameOf: SampleNames;
  readonly firstSample: number;
}

/** A plan bound to a backend: kernels chosen, weights packed, constants uploaded. */
export class Program {
  readonly plan: ExecutionPlan;
  readonly backend: TensorBackend;
  /** Grows while subgraphs and what depends on the data run for the first time. */
  readonly report: RunReport;
  readonly #bound: BoundPlan;

  constructor(plan: ExecutionPlan, backend: TensorBackend, options: ProgramOptions = {}) {
    this.plan = plan;
    this.backend = backend;
    const counts: StepCounts = { kernels: new Map(), fallbacks: new Map() };
    this.report = counts;
    this.#bound = new BoundPlan(plan, backend, options, counts);
  }

  /**
   * Runs layer by layer over all samples and frees each activation as soon as nobody needs it, also
   * when something fails. What depends on the data runs sample by sample at the end; its tensors raise no events.
   *
   * @param nameOf what to call the sample at a position of `samples`, for messages
   * @param firstSample number of the first one for the backend, which gives samples to workers by it
   * @returns per sample the outputs by name
   * @throws {GraphError} naming the sample and the op; what a kernel threw is its `cause`
   */
  async run(
    samples: readonly Sample[],
    visitor: RunVisitor = {},
    nameOf: SampleNames = (position) => `sample ${position}`,
    firstSample = 0,
  ): Promise<Map<string, HostTensor>[]> {
    return this.#execute({ samples, visitor, nameOf, firstSample }, (live) =>
      this.#downloadOutputs(samples.length, live, nameOf),
    );
  }

  /** As `run`, for the visitor alone: nobody wants the outputs. */
  visit(
    samples: readonly Sample[],
    visitor: RunVisitor,
    nameOf: SampleNames,
    firstSample = 0,
  ): Promise<void> {
    return this.#execute({ samples, visitor, nameOf, firstSample }, async () => {});
  }

  async #execute<T>(given: ProgramRun, finish: (live: LiveTensors) => Promise<T>): Promise<T> {
    const { samples, visitor, nameOf, firstSample } = given;
    const live: LiveTensors = new Map();
    try {
      for (const input of this.plan.inputs) await this.#uploadInput(input, given, live);
      await this.#bound.run(live, { count: samples.length, firstSample, visitor, nameOf });
      return await finish(live);
    } finally {
      const tensors = new Set([...live.values()].flat());
      for (const tensor of tensors) if (tensor) this.backend.free(tensor);
    }
  }

  /**
   * Frees the constants. Weights packed by the backend stay until it is disposed, for the next program with the same nodes, unless they are
   * forgotten. A program that has ended may be disposed again, to have its nodes forgotten later.
   */
  dispose({ forget = false }: DisposeOptions = {}): void {
    this.#bound.dispose();
    if (forget) this.backend.forget?.(planNodes(this.plan));
  }

  async #uploadInput(
    { tensor, name, desc }: ExecutionPlan['inputs'][number],
    { samples, visitor, nameOf, firstSample }: ProgramRun,
    live: LiveTensors,
  ): Promise<void> {
    const values: DeviceTensor[] = [];
    live.set(tensor, values);
    const count = elementCount(desc.shape);
    const looks: Promise<unknown>[] = [];
    for (const [i, sample] of samples.entries()) {
      const data = sample.get(name);
      if (data?.length !== count) {
        const got = data === undefined ? 'none' : data.length;
        throw new GraphError(
          `${nameOf(i)}: input ${name}: expected ${count} values for [${desc.shape}], got ${got}`,
        );
      }
      const device = this.backend.allocate(desc, firstSample + i);
      values.push(device);
      this.backend.upload(device, data);
      const look = visitor.onSample?.({ tensor, desc, node: undefined, sample: i, value: device });
      looks.push(quiet(named(look, `${nameOf(i)}: input ${name}`)));
    }
    await Promise.all(looks);
    await visitor.onTensor?.({ tensor, desc, node: undefined, values });
  }

  async #downloadOutputs(
    count: number,
    live: LiveTensors,
    nameOf: SampleNames,
  ): Promise<Map<string, HostTensor>[]> {
    const results = Array.from({ length: count }, () => new Map<string, HostTensor>());
    for (const { tensor, name } of this.plan.graph.outputs) {
      for (const [i, result] of results.entries()) {
        const device = live.get(tensor)?.[i];
        const { shape, dtype, layout, list } = device ?? this.plan.descs.get(tensor)!;
        const data = device
          ? await named(this.backend.download(device), `${nameOf(i)}: output ${name}`)
          : this.plan.values.get(tensor)!.data.slice();
        result.set(name, { shape, dtype, layout, list, data });
      }
    }
    return results;
  }
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
