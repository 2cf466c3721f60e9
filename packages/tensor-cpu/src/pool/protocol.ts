import type {
  DType,
  GraphNode,
  Layout,
  TensorData,
  TensorDesc,
  TensorList,
  ValueBucketParts,
} from '@mnnquant/graph';

/**
 * What a pool tells its workers: numbers in one row. After the code comes the ticket, if the pool waits for the
 * command, then the operands. Tensors, nodes and bindings have numbers that the pool gives them. Commands take
 * effect in their order.
 */
export const COMMAND = {
  /** tensor, place of the description in the list of all that were sent */
  allocate: 0,
  /** tensor, place of the content in `payload` */
  upload: 1,
  /** tensor */
  free: 2,
  /** binding, place of a `BindRequest` in `payload` */
  bind: 3,
  /** binding, number of inputs, tensors (-1: none), number of outputs, tensors */
  run: 4,
  /** tensor */
  range: 5,
  /** tensor, tally, bins, skipBelow, max, number of the message that brings the maximum (-1: none does) */
  histogram: 6,
  /** tensor, tally */
  valueBuckets: 7,
  /** tensor, scale, zeroPoint, min, max */
  fakeQuantize: 8,
  /** tensor, tensor */
  compare: 9,
  /** tensor, low, high */
  countOutside: 10,
  /** tensor */
  download: 11,
  /** node: with its bindings and what the backend keeps of it */
  forget: 12,
} as const;

interface Form {
  /** Whether the pool waits for it. */
  readonly ticketed: boolean;
  /** How many numbers it answers with. */
  readonly answer: number;
  /** How many operands there are, of those that begin at `from`. */
  length(commands: Float64Array, from: number): number;
}

const told = (operands: number): Form => ({ ticketed: false, answer: 0, length: () => operands });
const asked = (operands: number, answer = 0): Form => ({ ticketed: true, answer, length: () => operands });

/** What commands look like, by code. */
export const FORMS: readonly Form[] = [
  told(2),
  told(2),
  told(1),
  told(2),
  {
    ...asked(0),
    length: (commands, from) => {
      const inputs = commands[from + 1];
      return 3 + inputs + commands[from + 2 + inputs];
    },
  },
  asked(1, 4),
  asked(6),
  asked(2),
  told(5),
  asked(2, 5),
  asked(3, 1),
  asked(1),
  told(1),
];

/** A tensor's description without its content. */
export interface PlainDesc {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: Layout;
  readonly list?: TensorList | undefined;
}

/** A node as it can be sent: the op's name stands for its definition. */
export interface PlainNode extends Omit<GraphNode, 'definition' | 'source'> {
  readonly op: string;
}

export interface BindRequest {
  /** Bindings of one node share its packed weights. A node that is bound again after it was forgotten has another number. */
  readonly node: number;
  /** With the first binding of a node. */
  readonly content: PlainNode | undefined;
  readonly inputs: readonly (TensorDesc | undefined)[];
  readonly outputs: readonly TensorDesc[];
  /** Run the reference: there is no kernel for it. */
  readonly reference: boolean;
}

/** A maximum that was promised; NaN where there will be none. May overtake batches. */
export interface Maximum {
  readonly maximum: number;
  readonly value: number;
}

/** Commands that are sent together. */
export interface Batch {
  readonly commands: Float64Array;
  readonly payload: readonly unknown[];
  /** Descriptions that are new; they get the next places. */
  readonly descs: readonly PlainDesc[];
  /** How many numbers the tickets answer with in all. */
  readonly answers: number;
  /** How many tallies they add to, from 0 on. */
  readonly tallies: number;
}

export interface TicketFailure {
  /** -1: of a command that has none. */
  readonly ticket: number;
  readonly name: string;
  readonly message: string;
}

/** What came out of a batch. */
export interface BatchResult {
  /** What the tickets answer, one after the other; NaN for one that failed. */
  readonly numbers: Float64Array;
  /** Contents that were asked for, by ticket. */
  readonly contents: ReadonlyMap<number, TensorData>;
  /** By tally: counts of a histogram, or the parts of value buckets. */
  readonly tallies: readonly (Float64Array | ValueBucketParts | undefined)[];
  readonly failures: readonly TicketFailure[];
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly maxMemoryBytes: number;
  /** One number: the ticket that is being worked on. Shared, so that it outlives the worker. */
  readonly progress: Int32Array | undefined;
}
