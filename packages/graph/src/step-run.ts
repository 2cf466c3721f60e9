import type { BoundKernel, DeviceTensor, TensorBackend } from './backend.ts';
import type { ControlBody, ControlRuntime } from './control.ts';
import { failure, quiet } from './failure.ts';
import type { PlanStep } from './graph.ts';
import type { RunVisitor, SampleNames } from './program.ts';
import type { UnreadTensors } from './unread-tensors.ts';

/** The tensors that exist at a moment: one per sample, by id; `undefined` for a sample that is through with it. */
export type LiveTensors = Map<number, (DeviceTensor | undefined)[]>;

export interface BoundStep extends PlanStep {
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

/** What the steps of a run have in common. */
export interface StepScope {
  readonly backend: TensorBackend;
  readonly constants: ReadonlyMap<number, DeviceTensor>;
  readonly live: LiveTensors;
  readonly unread: UnreadTensors;
  readonly run: BoundRun;
  /** For control flow, at the place of a sample. */
  controlRuntime(place: number): ControlRuntime;
}

/** One step on its way through the samples of a run. */
export class StepRun {
  readonly #step: BoundStep;
  readonly #scope: StepScope;
  /** By output, wired or not, and sample. */
  readonly #made: readonly (DeviceTensor | undefined)[][];
  /** Whether calls take effect at once instead of being queued. */
  readonly #immediate: boolean;

  constructor(step: BoundStep, scope: StepScope) {
    const { node, outputs, onHost } = step;
    this.#step = step;
    this.#scope = scope;
    this.#immediate = onHost || (scope.backend.concurrency ?? 1) <= 1;
    this.#made = Array.from({ length: Math.max(outputs.length, node.outputs.length) }, () => []);
    for (const [k, id] of node.outputs.entries()) scope.live.set(id, this.#made[k]);
  }

  /**
   * Runs the step for all samples, one after the other or, where they are only queued, without waiting in between.
   *
   * @returns what is still to be waited for: it says when all samples are done, or what failed
   */
  async start(): Promise<readonly Promise<void>[]> {
    const pending: Promise<void>[] = [];
    for (let i = 0; i < this.#scope.run.count; i++) {
      const sample = this.#runSample(i);
      if (this.#immediate) await sample;
      else pending.push(quiet(sample));
    }
    return pending;
  }

  /**
   * Shows the visitor the step's outputs of all samples, computed or queued.
   *
   * @returns what is still to be waited for
   */
  async finish(): Promise<readonly Promise<unknown>[]> {
    const { node, outputs, release } = this.#step;
    const { unread, run, live } = this.#scope;
    unread.haveRead(node.inputs);
    for (const [k, tensor] of node.outputs.entries()) {
      if (outputs[k] === undefined) continue;
      const values = this.#made[k] as DeviceTensor[];
      await run.visitor.onTensor?.({ tensor, desc: outputs[k], node, values });
      unread.add({ tensor, desc: outputs[k], node });
    }
    const pending = unread.finish(release);
    for (const id of release) {
      this.#free(live.get(id) ?? []);
      live.delete(id);
    }
    return pending;
  }

  /** After a failure: what nobody else knows. */
  abandon(): void {
    for (const tensors of this.#made.slice(this.#step.node.outputs.length)) this.#free(tensors);
  }

  /**
   * Everything that concerns one sample: what is still to be seen of its inputs, the op, a look at its outputs, and
   * the end of what nobody needs any more. In this order it finds the data in the processor's cache.
   */
  async #runSample(sample: number): Promise<void> {
    const { node } = this.#step;
    const { live, unread, constants, run } = this.#scope;
    try {
      const seen = quiet(unread.beforeRead(node.inputs, sample));
      const inputs = node.inputs.map((id) =>
        id < 0 ? undefined : (live.get(id)?.[sample] ?? constants.get(id)),
      );
      const ran = quiet(this.#compute(sample, inputs));
      if (this.#immediate) await ran;
      const looked = this.#lookAt(sample);
      this.#release(sample);
      await Promise.all([seen, ran, looked]);
    } catch (error) {
      throw failure(error, `${run.nameOf(sample)}: ${node.name} (${node.definition.name})`);
    }
  }

  #compute(sample: number, inputs: readonly (DeviceTensor | undefined)[]): void | Promise<void> {
    const { outputs, run, control } = this.#step;
    const { backend, run: whole } = this.#scope;
    const place = whole.firstSample + sample;
    if (control) return this.#runControl(control, sample, place, inputs);
    for (const [k, desc] of outputs.entries()) this.#made[k][sample] = backend.allocate(desc, place);
    return run!(
      inputs,
      this.#made.map((tensors) => tensors[sample]!),
    );
  }

  async #runControl(
    control: ControlBody,
    sample: number,
    place: number,
    inputs: readonly (DeviceTensor | undefined)[],
  ): Promise<void> {
    const results = await control(inputs, this.#scope.controlRuntime(place));
    for (const [k, tensors] of this.#made.entries()) tensors[sample] = results[k];
  }

  #lookAt(sample: number): Promise<unknown> | undefined {
    const { node, outputs } = this.#step;
    const { visitor } = this.#scope.run;
    if (visitor.onSample === undefined) return undefined;
    const looks = node.outputs.flatMap((tensor, k) => {
      const value = this.#made[k][sample];
      if (outputs[k] === undefined || value === undefined) return [];
      return [quiet(visitor.onSample!({ tensor, desc: outputs[k], node, sample, value }))];
    });
    return looks.length === 1 ? Promise.resolve(looks[0]) : Promise.all(looks);
  }

  /** Frees what this step was the last to read. Outputs that nobody reads are still to be seen by the visitor. */
  #release(sample: number): void {
    const { node, release } = this.#step;
    const { live } = this.#scope;
    // Outputs nobody wired only had to exist while the kernel ran.
    const done = this.#made.slice(node.outputs.length);
    for (const id of release) if (!node.outputs.includes(id)) done.push(live.get(id) ?? []);
    for (const tensors of done) {
      const tensor = tensors[sample];
      tensors[sample] = undefined;
      this.#free([tensor]);
    }
  }

  #free(tensors: readonly (DeviceTensor | undefined)[]): void {
    const { backend, run } = this.#scope;
    for (const tensor of tensors) if (tensor && !run.borrowed?.has(tensor)) backend.free(tensor);
  }
}
