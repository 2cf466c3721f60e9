import {
  type BoundKernel,
  type DeviceTensor,
  type GraphNode,
  hostKernel,
  INT8_DEFINITIONS,
  OPS,
  type TensorData,
  ValueBuckets,
} from '@mnnquant/graph';
import type { Op } from '@mnnquant/mnn-format';
import type { CpuBackend } from '../cpu-backend.ts';
import {
  type Batch,
  type BatchResult,
  type BindRequest,
  COMMAND,
  FORMS,
  type Maximum,
  type PlainDesc,
  type PlainNode,
  type TicketFailure,
} from './protocol.ts';

/** What one batch has and makes. */
interface Work {
  readonly payload: readonly unknown[];
  readonly tallies: (Float64Array | ValueBuckets | undefined)[];
}

interface KnownNode {
  readonly node: GraphNode;
  /** The numbers of its bindings. */
  readonly bindings: number[];
}

/** A number that is told at some time. */
interface Awaited {
  readonly value: Promise<number>;
  tell(value: number): void;
}

/** The worker's side of a pool: carries out batches on a backend of its own. */
export class CommandRunner {
  readonly #backend: CpuBackend;
  readonly #progress: Int32Array | undefined;
  readonly #tensors = new Map<number, DeviceTensor>();
  /** Tensors for which there was no memory; told when they are used. */
  readonly #missing = new Map<number, unknown>();
  readonly #descs: PlainDesc[] = [];
  readonly #nodes = new Map<number, KnownNode>();
  readonly #bindings = new Map<number, BoundKernel>();
  readonly #maxima = new Map<number, Awaited>();

  /** @param progress its first number becomes the ticket that is worked on */
  constructor(backend: CpuBackend, progress?: Int32Array) {
    this.#backend = backend;
    this.#progress = progress;
  }

  /** Never rejects: what goes wrong is in the result. Batches must not overlap. */
  async run({ commands, payload, descs, answers, tallies }: Batch): Promise<BatchResult> {
    this.#descs.push(...descs);
    const work: Work = { payload, tallies: new Array(tallies).fill(undefined) };
    const numbers = new Float64Array(answers).fill(Number.NaN);
    const contents = new Map<number, TensorData>();
    const failures: TicketFailure[] = [];
    for (let at = 0, answered = 0; at < commands.length; ) {
      const code = commands[at];
      const { ticketed, answer, length } = FORMS[code];
      const from = at + (ticketed ? 2 : 1);
      const ticket = ticketed ? commands[at + 1] : -1;
      at = from + length(commands, from);
      if (ticketed && this.#progress) this.#progress[0] = ticket;
      try {
        const outcome = this.#execute(code, commands.subarray(from, at), work);
        const result = outcome instanceof Promise ? await outcome : outcome;
        if (answer > 0) numbers.set(result as readonly number[], answered);
        if (ArrayBuffer.isView(result)) contents.set(ticket, result as TensorData);
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        failures.push({ ticket, name, message });
      }
      answered += answer;
    }
    const counted = work.tallies.map((tally) => (tally instanceof ValueBuckets ? tally.parts() : tally));
    return { numbers, contents, tallies: counted, failures };
  }

  /** A maximum that histograms may be waiting for. */
  learn({ maximum, value }: Maximum): void {
    this.#maximum(maximum).tell(value);
  }

  #execute(code: number, operands: Float64Array, work: Work): unknown {
    const [a, b, c, d, e] = operands;
    switch (code) {
      case COMMAND.allocate:
        return this.#allocate(a, this.#descs[b]);
      case COMMAND.upload:
        return this.#upload(a, work.payload[b] as TensorData);
      case COMMAND.free:
        return this.#free(a);
      case COMMAND.bind:
        return this.#bind(a, work.payload[b] as BindRequest);
      case COMMAND.forget:
        return this.#forget(a);
      case COMMAND.run:
        return this.#run(operands);
      case COMMAND.fakeQuantize:
        return this.#backend.fakeQuantize(this.#tensor(a), { scale: b, zeroPoint: c, min: d, max: e });
      case COMMAND.histogram:
        return this.#histogram(operands, work);
      case COMMAND.valueBuckets:
        return this.#valueBuckets(a, this.#buckets(work, b));
      default:
        return this.#answer(code, operands);
    }
  }

  async #answer(code: number, [a, b, c]: Float64Array): Promise<readonly number[] | TensorData> {
    const tensor = this.#tensor(a);
    switch (code) {
      case COMMAND.range: {
        const { min, max, count, nonFinite } = await this.#backend.range(tensor);
        return [min, max, count, nonFinite];
      }
      case COMMAND.compare: {
        const sums = await this.#backend.compare(tensor, this.#tensor(b));
        return [sums.dot, sums.squaredA, sums.squaredB, sums.squaredError, sums.maxAbsoluteError];
      }
      case COMMAND.countOutside:
        return [await this.#backend.countOutside(tensor, b, c)];
      case COMMAND.download:
        return this.#backend.download(tensor);
      default:
        throw new Error(`tensor-cpu: unknown command ${code}`);
    }
  }

  #allocate(id: number, desc: PlainDesc): void {
    try {
      this.#tensors.set(id, this.#backend.allocate(desc));
    } catch (error) {
      this.#missing.set(id, error);
    }
  }

  #upload(id: number, data: TensorData): void {
    const tensor = this.#tensors.get(id);
    // Without memory for it: whoever uses it is told.
    if (tensor !== undefined) this.#backend.upload(tensor, data);
  }

  #free(id: number): void {
    const tensor = this.#tensors.get(id);
    this.#missing.delete(id);
    if (tensor === undefined) return;
    this.#tensors.delete(id);
    this.#backend.free(tensor);
  }

  #tensor(id: number): DeviceTensor {
    const tensor = this.#tensors.get(id);
    if (tensor !== undefined) return tensor;
    throw this.#missing.get(id) ?? new Error(`tensor-cpu: there is no tensor ${id}; it was freed already`);
  }

  #bind(id: number, { node: number, content, inputs, outputs, reference }: BindRequest): void {
    if (content !== undefined) this.#nodes.set(number, { node: nodeOf(content), bindings: [] });
    const { node, bindings } = this.#nodes.get(number)!;
    const kernel = reference
      ? hostKernel({ node, outputs }, this.#backend)
      : this.#backend.bind(node, inputs, outputs);
    if (kernel === undefined) throw new Error(`tensor-cpu: ${node.name} could not be bound in the worker`);
    this.#bindings.set(id, kernel);
    bindings.push(id);
  }

  #forget(number: number): void {
    const known = this.#nodes.get(number);
    if (known === undefined) return;
    for (const id of known.bindings) this.#bindings.delete(id);
    this.#nodes.delete(number);
    this.#backend.forget([known.node]);
  }

  #run(operands: Float64Array): void | Promise<void> {
    const inputs = operands.subarray(2, 2 + operands[1]);
    const outputs = operands.subarray(3 + operands[1]);
    return this.#bindings.get(operands[0])!(
      Array.from(inputs, (id) => (id < 0 ? undefined : this.#tensor(id))),
      Array.from(outputs, (id) => this.#tensor(id)),
    );
  }

  async #histogram([id, tally, bins, skipBelow, known, maximum]: Float64Array, work: Work): Promise<void> {
    const counts = this.#counts(work, tally, bins);
    const max = maximum < 0 ? known : await this.#maximum(maximum).value;
    if (Number.isNaN(max)) throw new Error('tensor-cpu: the range of the tensor is not known');
    if (maximum < 0 || max > skipBelow)
      await this.#backend.histogram(this.#tensor(id), { bins, max, skipBelow }, counts);
  }

  /** The tally exists already: it is sent whether the tensor does or not. */
  #valueBuckets(id: number, buckets: ValueBuckets): Promise<void> {
    return this.#backend.valueBuckets(this.#tensor(id), buckets);
  }

  #maximum(number: number): Awaited {
    let one = this.#maxima.get(number);
    if (one === undefined) {
      let tell: (value: number) => void = () => {};
      const value = new Promise<number>((resolve) => {
        tell = resolve;
      });
      one = { value, tell };
      this.#maxima.set(number, one);
    }
    return one;
  }

  #counts(work: Work, tally: number, bins: number): Float64Array {
    work.tallies[tally] ??= new Float64Array(bins);
    return work.tallies[tally] as Float64Array;
  }

  #buckets(work: Work, tally: number): ValueBuckets {
    work.tallies[tally] ??= new ValueBuckets();
    return work.tallies[tally] as ValueBuckets;
  }
}

function nodeOf({ op, ...rest }: PlainNode): GraphNode {
  const definition = [...OPS, ...INT8_DEFINITIONS].find(({ name }) => name === op);
  if (definition === undefined) throw new Error(`tensor-cpu: the worker does not know the op ${op}`);
  return { ...rest, definition, source: { type: definition.opTypes[0] } as Op };
}
