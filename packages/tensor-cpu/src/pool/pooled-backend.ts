import {
  type BoundKernel,
  type DeviceTensor,
  type ErrorSums,
  elementCount,
  type GraphNode,
  type HistogramRequest,
  type QuantParams,
  quantGrid,
  type RangeStatistics,
  type TensorBackend,
  type TensorData,
  type TensorDesc,
  type ValueBuckets,
} from '@mnnquant/graph';
import { BoundNodes } from '../bound-nodes.ts';
import { READ_SLACK } from '../memory/heap.ts';
import type { Channel } from './channel.ts';
import { hasKernel } from './coverage.ts';
import { type Answer, Lane } from './lane.ts';
import { PooledTensor, pooled } from './pooled-tensor.ts';
import { type BindRequest, COMMAND, type PlainNode } from './protocol.ts';
import { ShareableContent } from './shareable.ts';

export interface PoolOptions {
  /** One per worker. */
  readonly channels: readonly Channel[];
  /** Of each worker's memory. */
  readonly maxMemoryBytes: number;
  /** What the workers run, for reports. */
  readonly instructions: string;
}

/**
 * A CPU backend of several workers, each with kernels and a memory of its own (decision 3). What belongs to a
 * sample stays in one worker; constants and packed weights are in all of them. Calls queue work and return;
 * what has a result resolves when the worker is through with it.
 */
export class PooledBackend implements TensorBackend {
  readonly name = 'cpu';
  readonly device: string;
  readonly limits: { readonly maxTensorBytes: number };
  readonly concurrency: number;
  readonly #lanes: readonly Lane[];
  readonly #bound = new BoundNodes();
  readonly #nodes = new WeakMap<GraphNode, number>();
  readonly #known = new WeakMap<Lane, Set<number>>();
  readonly #content = new ShareableContent();
  #tensors = 0;
  #bindings = 0;
  #nodeCount = 0;
  #disposed = false;

  constructor({ channels, maxMemoryBytes, instructions }: PoolOptions) {
    this.#lanes = channels.map((one, i) => new Lane(one, `worker ${i + 1} of ${channels.length}`));
    this.concurrency = channels.length;
    this.device = `${instructions}, ${channels.length} threads`;
    this.limits = { maxTensorBytes: maxMemoryBytes - READ_SLACK };
    for (const lane of this.#lanes) this.#known.set(lane, new Set());
  }

  allocate(desc: TensorDesc, sample?: number): DeviceTensor {
    const lanes = sample === undefined ? this.#alive() : [this.#alive()[sample % this.#lanes.length]];
    const tensor = new PooledTensor(desc, this.#tensors++, lanes);
    for (const lane of lanes) lane.allocate(tensor.id, desc);
    return tensor;
  }

  upload(tensor: DeviceTensor, data: TensorData): void {
    const own = pooled(tensor);
    const count = elementCount(own.shape);
    if (data.length !== count)
      throw new RangeError(
        `tensor-cpu: upload expected ${count} elements for [${own.shape.join(', ')}], got ${data.length}`,
      );
    const content = own.lanes.length > 1 ? this.#content.copyOf(data) : data;
    for (const lane of own.lanes) lane.upload(own.id, content);
  }

  async download(tensor: DeviceTensor): Promise<TensorData> {
    return (await this.#ask(COMMAND.download, tensor)) as TensorData;
  }

  free(tensor: DeviceTensor): void {
    const own = pooled(tensor);
    own.freed = true;
    for (const lane of own.lanes) lane.free(own.id);
  }

  bind(
    node: GraphNode,
    inputs: readonly (TensorDesc | undefined)[],
    outputs: readonly TensorDesc[],
  ): BoundKernel | undefined {
    this.#alive();
    return hasKernel(node, inputs, outputs) ? this.#kernel(node, inputs, outputs, false) : undefined;
  }

  bindReference(
    node: GraphNode,
    inputs: readonly (TensorDesc | undefined)[],
    outputs: readonly TensorDesc[],
  ): BoundKernel {
    return this.#kernel(node, inputs, outputs, true);
  }

  /** In each worker behind what was queued for it before. */
  forget(nodes: Iterable<GraphNode>): void {
    for (const node of nodes) {
      this.#bound.forget(node);
      const number = this.#nodes.get(node);
      this.#nodes.delete(node);
      if (number === undefined) continue;
      for (const lane of this.#lanes) if (this.#known.get(lane)!.delete(number)) lane.forget(number);
    }
  }

  async range(tensor: DeviceTensor): Promise<RangeStatistics> {
    const [min, max, count, nonFinite] = (await this.#ask(COMMAND.range, tensor)) as Float64Array;
    return { min, max, count, nonFinite };
  }

  async histogram(tensor: DeviceTensor, request: HistogramRequest, counts: Float64Array): Promise<void> {
    await this.#histogram(tensor, request, [request.max, -1], counts);
  }

  async histogramLater(
    tensor: DeviceTensor,
    request: Omit<HistogramRequest, 'max'>,
    max: Promise<number>,
    counts: Float64Array,
  ): Promise<void> {
    const number = pooled(tensor).lanes[0].promised(max);
    await this.#histogram(tensor, request, [0, number], counts);
  }

  async valueBuckets(tensor: DeviceTensor, buckets: ValueBuckets): Promise<void> {
    const { id, lanes } = pooled(tensor);
    await lanes[0].tally(COMMAND.valueBuckets, id, buckets, []);
  }

  fakeQuantize(tensor: DeviceTensor, params: QuantParams): void {
    const { id, lanes } = pooled(tensor);
    quantGrid(params);
    const { scale, zeroPoint, min, max } = params;
    for (const lane of lanes) lane.fakeQuantize(id, [scale, zeroPoint, min, max]);
  }

  async compare(a: DeviceTensor, b: DeviceTensor): Promise<ErrorSums> {
    const answer = await this.#ask(COMMAND.compare, a, [this.#inLane(pooled(a).lanes[0], b)]);
    const [dot, squaredA, squaredB, squaredError, maxAbsoluteError] = answer as Float64Array;
    return { dot, squaredA, squaredB, squaredError, maxAbsoluteError };
  }

  async countOutside(tensor: DeviceTensor, low: number, high: number): Promise<number> {
    const [count] = (await this.#ask(COMMAND.countOutside, tensor, [low, high])) as Float64Array;
    return count;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #histogram(
    tensor: DeviceTensor,
    { bins, skipBelow }: Omit<HistogramRequest, 'max'>,
    max: readonly [number, number],
    counts: Float64Array,
  ): Promise<unknown> {
    const { id, lanes } = pooled(tensor);
    if (counts.length !== bins)
      throw new RangeError(
        `histogram: expected ${bins} counts for ${bins} bins (1 or more), got ${counts.length}`,
      );
    return lanes[0].tally(COMMAND.histogram, id, counts, [bins, skipBelow, ...max]);
  }

  #alive(): readonly Lane[] {
    if (this.#disposed) throw new Error('tensor-cpu: the backend was disposed and cannot be used');
    return this.#lanes;
  }

  /** The same tensor in all workers: one answers for all. */
  #ask(code: number, tensor: DeviceTensor, rest: readonly number[] = []): Promise<Answer> {
    const { id, lanes } = pooled(tensor);
    return lanes[0].ask(code, [id, ...rest]);
  }

  #kernel(
    node: GraphNode,
    inputs: readonly (TensorDesc | undefined)[],
    outputs: readonly TensorDesc[],
    reference: boolean,
  ): BoundKernel {
    const binding = this.#bindings++;
    const ready = new Set<Lane>();
    return this.#bound.guarded(node, (sources, targets) => {
      const [first] = [...targets, ...sources].filter((tensor) => tensor !== undefined);
      // What a run answers is nothing.
      const run = (lane: Lane) => {
        if (!ready.has(lane)) lane.bind(binding, this.#request(lane, node, inputs, outputs, reference));
        ready.add(lane);
        const from = sources.map((tensor) => (tensor ? this.#inLane(lane, tensor) : -1));
        const to = targets.map((tensor) => this.#inLane(lane, tensor));
        return lane.run(binding, from, to) as Promise<unknown> as Promise<void>;
      };
      const { lanes } = pooled(first);
      return lanes.length === 1 ? run(lanes[0]) : Promise.all(lanes.map(run)).then(() => {});
    });
  }

  #request(
    lane: Lane,
    node: GraphNode,
    inputs: readonly (TensorDesc | undefined)[],
    outputs: readonly TensorDesc[],
    reference: boolean,
  ): BindRequest {
    const number = this.#nodes.get(node) ?? this.#nodeCount++;
    this.#nodes.set(node, number);
    const known = this.#known.get(lane)!;
    const content = known.has(number) ? undefined : this.#content.of(plainNode(node));
    known.add(number);
    return { node: number, content, inputs: this.#content.of(inputs), outputs, reference };
  }

  #inLane(lane: Lane, tensor: DeviceTensor): number {
    const { id, lanes } = pooled(tensor);
    if (!lanes.includes(lane))
      throw new Error(`tensor-cpu: tensors of different samples cannot be worked on together`);
    return id;
  }
}

function plainNode({ index, name, definition, attributes, inputs, outputs }: GraphNode): PlainNode {
  return { index, name, op: definition.name, attributes, inputs, outputs };
}
