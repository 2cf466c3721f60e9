import { type TensorData, type TensorDesc, type ValueBucketParts, ValueBuckets } from '@mnnquant/graph';
import type { Channel } from './channel.ts';
import { type Batch, type BatchResult, COMMAND, FORMS, type PlainDesc } from './protocol.ts';

/** Uploads from this size on are sent at once, shared where they are in shared memory; smaller ones are copied and wait. */
const LARGE_UPLOAD_BYTES = 1 << 16;

/** Numbers or a tensor's content, as the command says; nothing for those that only have to be done. */
export type Answer = Float64Array | TensorData | undefined;

interface Ticket {
  /** How many numbers it is answered with. */
  readonly answer: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** What workers count is added to these. */
type TallyTarget = Float64Array | ValueBuckets;

interface OpenBatch {
  readonly tickets: readonly Ticket[];
  readonly tallies: readonly TallyTarget[];
}

/**
 * Commands for one worker. They are collected and sent when the caller waits for something (at the next
 * microtask), so that a layer over many samples is one message and one answer.
 */
export class Lane {
  /** For messages: `worker 1 of 2`. */
  readonly name: string;
  readonly #channel: Channel;
  #commands: number[] = [];
  #payload: unknown[] = [];
  #newDescs: PlainDesc[] = [];
  #tickets: Ticket[] = [];
  #tallies: TallyTarget[] = [];
  /** Numbers that the tickets answer with. */
  #answers = 0;
  readonly #open: OpenBatch[] = [];
  readonly #descs = new Map<string, number>();
  readonly #descPlaces = new WeakMap<TensorDesc, number>();
  readonly #promised = new WeakMap<Promise<number>, number>();
  #promises = 0;
  #scheduled = false;
  #answered = false;
  #failure: Error | undefined;

  constructor(channel: Channel, name: string) {
    this.name = name;
    this.#channel = channel;
    channel.listen(
      (result) => this.#finish(result),
      (error) => this.#fail(error),
    );
  }

  allocate(tensor: number, desc: TensorDesc): void {
    this.#tell(COMMAND.allocate, tensor, this.#placeOf(desc));
  }

  upload(tensor: number, data: TensorData): void {
    const large = data.byteLength >= LARGE_UPLOAD_BYTES;
    // Sending a view sends all of its buffer, which may be the whole file.
    const whole = isShared(data) || data.byteLength === data.buffer.byteLength;
    this.#tell(COMMAND.upload, tensor, this.#attach(large && whole ? data : data.slice()));
    if (large) this.#flush();
  }

  free(tensor: number): void {
    this.#tell(COMMAND.free, tensor);
  }

  /** `request` is cloned when the batch is sent. */
  bind(binding: number, request: unknown): void {
    this.#tell(COMMAND.bind, binding, this.#attach(request));
  }

  forget(node: number): void {
    this.#tell(COMMAND.forget, node);
  }

  fakeQuantize(tensor: number, numbers: readonly number[]): void {
    this.#tell(COMMAND.fakeQuantize, tensor, ...numbers);
  }

  run(binding: number, inputs: readonly number[], outputs: readonly number[]): Promise<Answer> {
    return this.#ask(COMMAND.run, [binding, inputs.length, ...inputs, outputs.length, ...outputs]);
  }

  /** One of the commands that answer with numbers or content and add to no tally. */
  ask(code: number, operands: readonly number[]): Promise<Answer> {
    return this.#ask(code, operands);
  }

  /** A command whose counts are added to `target`; it is done when they are. */
  tally(code: number, tensor: number, target: TallyTarget, rest: readonly number[]): Promise<Answer> {
    let tally = this.#tallies.indexOf(target);
    if (tally < 0) tally = this.#tallies.push(target) - 1;
    return this.#ask(code, [tensor, tally, ...rest]);
  }

  /** The number of a maximum that is sent when it is known. */
  promised(max: Promise<number>): number {
    let number = this.#promised.get(max);
    if (number === undefined) {
      number = this.#promises++;
      this.#promised.set(max, number);
      const tell = (value: number): void => {
        if (this.#failure === undefined) this.#channel.post({ maximum: number!, value });
      };
      max.then(tell, () => tell(Number.NaN));
      // What it depends on must not wait in the batch that waits for it.
      this.#flush();
    }
    return number;
  }

  close(): Promise<void> {
    this.#end(new Error(`${this.name} was closed: the backend was disposed`));
    return this.#channel.close();
  }

  #ask(code: number, operands: readonly number[]): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#commands.push(code, this.#tickets.length, ...operands);
      const { answer } = FORMS[code];
      this.#tickets.push({ answer, resolve, reject });
      this.#answers += answer;
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => this.#flush());
    });
  }

  /** A command that nobody waits for; a worker that is gone gets none. */
  #tell(...command: readonly number[]): void {
    if (this.#failure === undefined) this.#commands.push(...command);
  }

  #attach(content: unknown): number {
    if (this.#failure !== undefined) return 0;
    return this.#payload.push(content) - 1;
  }

  #placeOf(desc: TensorDesc): number {
    const known = this.#descPlaces.get(desc);
    if (known !== undefined) return known;
    const { shape, dtype, layout, list } = desc;
    const plain = { shape, dtype, layout, list };
    const key = JSON.stringify(plain);
    let place = this.#descs.get(key);
    if (place === undefined) {
      place = this.#descs.size;
      this.#descs.set(key, place);
      this.#newDescs.push(plain);
    }
    this.#descPlaces.set(desc, place);
    return place;
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#commands.length === 0 || this.#failure !== undefined) return;
    const batch: Batch = {
      commands: Float64Array.from(this.#commands),
      payload: this.#payload,
      descs: this.#newDescs,
      answers: this.#answers,
      tallies: this.#tallies.length,
    };
    this.#open.push({ tickets: this.#tickets, tallies: this.#tallies });
    this.#commands = [];
    this.#payload = [];
    this.#newDescs = [];
    this.#tickets = [];
    this.#tallies = [];
    this.#answers = 0;
    this.#channel.post(batch);
  }

  #finish(result: BatchResult): void {
    const open = this.#open.shift();
    if (open === undefined) return;
    this.#answered = true;
    try {
      this.#answer(open, result);
    } catch (error) {
      // Nobody else would ever answer these.
      this.#open.unshift(open);
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #answer(open: OpenBatch, { numbers, contents, tallies, failures }: BatchResult): void {
    for (const [i, target] of open.tallies.entries()) addTally(target, tallies[i]);
    for (const { ticket, name, message } of failures) {
      const error = Object.assign(new Error(message), { name });
      // A command without a ticket: what comes after it cannot be trusted.
      for (const one of ticket < 0 ? open.tickets : [open.tickets[ticket]]) one.reject(error);
    }
    let at = 0;
    for (const [i, { answer, resolve }] of open.tickets.entries()) {
      resolve(contents.get(i) ?? numbers.subarray(at, at + answer));
      at += answer;
    }
  }

  /** The worker is gone. What it was at is told first, so that it is the one that is named. */
  #fail(cause: Error): void {
    if (this.#failure !== undefined) return;
    const what = this.#answered
      ? 'stopped'
      : 'could not start or stopped at once; fewer threads need less memory';
    this.#end(new Error(`${this.name} ${what}: ${cause.message}`, { cause }));
  }

  #end(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const tickets = this.#open.flatMap((batch) => batch.tickets);
    tickets[this.#channel.currentTicket() ?? 0]?.reject(error);
    for (const { reject } of [...tickets, ...this.#tickets]) reject(error);
    this.#open.length = 0;
    this.#tickets = [];
  }
}

function isShared({ buffer }: ArrayBufferView): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

function addTally(target: TallyTarget, counted: unknown): void {
  if (target instanceof ValueBuckets) {
    target.merge(ValueBuckets.fromParts(counted as ValueBucketParts));
    return;
  }
  const counts = counted as Float64Array;
  for (let bin = 0; bin < counts.length; bin++) target[bin] += counts[bin];
}
