import type { DType, GraphNode, Layout, TensorData, TensorDesc, TensorList } from '@mnnquant/graph';

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
  /** tensor, tally, bins, max, skipBelow */
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
} as const;

interface Operands {
  /** Whether the pool waits for it. */
  readonly ticketed: boolean;
  /** How many operands there are, of those that begin at `from`. */
  length(commands: Float64Array, from: number): number;
}

const fixed = (ticketed: boolean, count: number): Operands => ({ ticketed, length: () => count });

/** By code. */
export const OPERANDS: readonly Operands[] = [
  fixed(false, 2),
  fixed(false, 2),
  fixed(false, 1),
  fixed(false, 2),
  {
    ticketed: true,
    length: (commands, from) => {
      const inputs = commands[from + 1];
      return 3 + inputs + commands[from + 2 + inputs];
    },
  },
  fixed(true, 1),
  fixed(true, 5),
  fixed(true, 2),
  fixed(false, 5),
  fixed(true, 2),
  fixed(true, 3),
  fixed(true, 1),
];

/** What a command answers. */
export type TicketResult = readonly number[] | TensorData | undefined;

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
  /** Bindings of one node share its packed weights. */
  readonly node: number;
  /** With the first binding of a node. */
  readonly content: PlainNode | undefined;
  readonly inputs: readonly (TensorDesc | undefined)[];
  readonly outputs: readonly TensorDesc[];
  /** Run the reference: there is no kernel for it. */
  readonly reference: boolean;
}

/** Commands that are sent together. */
export interface Batch {
  readonly commands: Float64Array;
  readonly payload: readonly unknown[];
  /** Descriptions that are new; they get the next places. */
  readonly descs: readonly PlainDesc[];
  /** How many tickets the commands have, from 0 on. */
  readonly tickets: number;
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
  /** By ticket: numbers, a tensor's content, or nothing. */
  readonly results: readonly TicketResult[];
  /** By tally: counts of a histogram, or the parts of value buckets. */
  readonly tallies: readonly unknown[];
  readonly failures: readonly TicketFailure[];
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly maxMemoryBytes: number;
  /** One number: the ticket that is being worked on. Shared, so that it outlives the worker. */
  readonly progress: Int32Array | undefined;
}
