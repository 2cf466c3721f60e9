import type { DeviceTensor } from './backend.ts';
import { named, quiet } from './failure.ts';
import type { ExecutionPlan, GraphNode } from './graph.ts';
import type { RunVisitor, SampleNames } from './program.ts';
import type { BoundRun, LiveTensors } from './step-run.ts';
import type { TensorDesc } from './tensor.ts';

interface Unread {
  readonly tensor: number;
  readonly desc: TensorDesc;
  readonly node: GraphNode | undefined;
}

/** Tensors that exist for all samples and that no op has read yet: a visitor is shown each of them once more. */
export class UnreadTensors {
  readonly #live: LiveTensors;
  readonly #visitor: RunVisitor;
  readonly #nameOf: SampleNames;
  readonly #unread = new Map<number, Unread>();

  /** @param live the inputs are in it already */
  constructor(plan: ExecutionPlan, live: LiveTensors, { visitor, nameOf }: BoundRun) {
    this.#live = live;
    this.#visitor = visitor;
    this.#nameOf = nameOf;
    for (const { tensor, desc } of plan.inputs) this.add({ tensor, desc, node: undefined });
  }

  add(unread: Unread): void {
    if (this.#visitor.beforeRead !== undefined) this.#unread.set(unread.tensor, unread);
  }

  /** One sample is about to be read by an op. */
  beforeRead(inputs: readonly number[], sample: number): Promise<unknown> | undefined {
    if (this.#unread.size === 0) return undefined;
    const shown = [...new Set(inputs)].flatMap((id) => {
      const unread = this.#unread.get(id);
      const value = this.#live.get(id)?.[sample];
      return unread && value ? [quiet(this.#show(unread, sample, value))] : [];
    });
    return shown.length === 1 ? Promise.resolve(shown[0]) : Promise.all(shown);
  }

  /** An op has read them for all samples. */
  haveRead(inputs: readonly number[]): void {
    for (const id of inputs) this.#unread.delete(id);
  }

  /** Shows those of `tensors` that no op has read; what is returned is to be waited for. */
  finish(tensors: readonly number[]): Promise<unknown>[] {
    return tensors.flatMap((id) => {
      const unread = this.#unread.get(id);
      this.#unread.delete(id);
      const values = unread === undefined ? [] : (this.#live.get(id) ?? []);
      return values.flatMap((value, sample) =>
        value ? [quiet(named(this.#show(unread!, sample, value), this.#nameOf(sample)))] : [],
      );
    });
  }

  #show(unread: Unread, sample: number, value: DeviceTensor): void | Promise<void> {
    return this.#visitor.beforeRead?.({ ...unread, sample, value });
  }
}
