import {
  type BoundKernel,
  type DeviceTensor,
  type GraphNode,
  hostKernel,
  OPS,
  type OpDefinition,
  type TensorBackend,
  type TensorDesc,
} from '@mnnquant/graph';
import { createTable, OpType } from '@mnnquant/mnn-format';
import { type Layer, sumsLength } from './layer.ts';
import { Windows } from './windows.ts';

/** Windows of all samples together from which a layer's moments are taken: enough for a few thousand weights, and bounded work. */
const WINDOWS = 4096;

/** Windows of one layer that are multiplied together, those of several samples where a sample has few. */
interface Batch {
  readonly layer: Layer;
  /** Of the input. */
  readonly shape: string;
  readonly windows: Windows;
  readonly capacity: number;
  /** [groups * parts, size + 1, capacity]; what is not filled is 0 and adds nothing. */
  readonly rows: Float32Array;
  filled: number;
}

/** What was seen of the inputs of a layer. */
export interface LayerMoments {
  /** [groups * parts, size]: what was taken from each input before products were made. */
  readonly origin: Float32Array;
  /** [groups * parts, size + 1, size + 1]: sums of products of inputs less their origin, the last one being always 1. */
  readonly sums: Float64Array;
  /** Windows, each counted once for every group, that were left out because some value in them is not finite. */
  readonly leftOut: number;
}

type Seen = Omit<LayerMoments, 'leftOut'>;

/**
 * Sums of products of what the windows of convolutions hold, around the means of the first batch: float32 then keeps what inputs vary by, also where
 * that is little beside their mean. Of each batch they are computed by the backend, in float32; batches are made in the
 * order of the samples and added one after the other in float64, so that the sums do not depend on threads or memory.
 *
 * A window in which some value is not finite is left out of all parts of its group.
 */
export class Moments {
  readonly #backend: TensorBackend;
  readonly #samples: number;
  readonly #kernels = new Map<string, BoundKernel>();
  readonly #nodes: GraphNode[] = [];
  /** By op index. */
  readonly #seen = new Map<number, Seen>();
  /** By op index. */
  readonly #leftOut = new Map<number, number>();
  /** By op index: that which is being filled. */
  readonly #batches = new Map<number, Batch>();
  #multiplied = 0;

  /** @param samples how many will be seen */
  constructor(backend: TensorBackend, samples: number) {
    this.#backend = backend;
    this.#samples = samples;
  }

  /**
   * @param values the layer's input, by sample, in their order
   * @param onSamples called again and again; what it throws ends this, and nothing stays allocated
   */
  async add(
    layer: Layer,
    desc: TensorDesc,
    values: readonly DeviceTensor[],
    onSamples?: () => void,
  ): Promise<void> {
    const atOnce = this.#backend.concurrency ?? 1;
    let ready = this.#close(layer, shapeOf(desc));
    for (let at = 0; at < values.length; at += atOnce) {
      const chunk = values.slice(at, at + atOnce);
      for (const data of await Promise.all(chunk.map((value) => this.#backend.download(value))))
        ready.push(...this.#fill(layer, desc, data as Float32Array));
      if (ready.length < atOnce) continue;
      await this.#sum(ready);
      ready = [];
      onSamples?.();
    }
    await this.#sum(ready);
  }

  /** What was seen of a layer, which is forgotten here; zeros where that was nothing. */
  async take(layer: Layer): Promise<LayerMoments> {
    await this.#sum(this.#close(layer, ''));
    const seen = this.#seen.get(layer.index);
    this.#seen.delete(layer.index);
    const leftOut = this.#leftOut.get(layer.index) ?? 0;
    this.#leftOut.delete(layer.index);
    return {
      ...(seen ?? nothing(layer, new Float32Array(layer.groups * layer.parts * layer.size))),
      leftOut,
    };
  }

  /** To be called when nothing more is seen: the backend forgets what products were made with. */
  dispose(): void {
    this.#backend.forget?.(this.#nodes);
    this.#nodes.length = 0;
    this.#kernels.clear();
  }

  /** The batch that is being filled, as one that is ready, unless it takes inputs of this shape. */
  #close({ index }: Layer, shape: string): Batch[] {
    const batch = this.#batches.get(index);
    if (batch === undefined || batch.shape === shape) return [];
    this.#batches.delete(index);
    return [batch];
  }

  /** Adds the windows of a sample; what it gives back is ready. */
  #fill(layer: Layer, desc: TensorDesc, data: Float32Array): Batch[] {
    const batch = this.#batches.get(layer.index) ?? this.#open(layer, desc);
    const { index } = layer;
    batch.windows.read(data, batch.rows, batch.capacity, batch.filled);
    this.#leftOut.set(index, (this.#leftOut.get(index) ?? 0) + leaveOut(batch));
    batch.filled += batch.windows.count;
    return batch.filled < batch.capacity ? [] : this.#close(layer, '');
  }

  #open(layer: Layer, desc: TensorDesc): Batch {
    const windows = new Windows(layer, desc, Math.ceil(WINDOWS / this.#samples));
    // Adding up takes as long as multiplying that many windows.
    const several = Math.floor((layer.size + 1) / windows.count);
    const capacity = Math.max(1, Math.min(several, this.#samples)) * windows.count;
    const rows = new Float32Array(layer.groups * layer.parts * (layer.size + 1) * capacity);
    const batch = { layer, shape: shapeOf(desc), windows, capacity, rows, filled: 0 };
    this.#batches.set(layer.index, batch);
    return batch;
  }

  async #sum(batches: readonly Batch[]): Promise<void> {
    for (const batch of batches) {
      const { layer } = batch;
      const seen = this.#seen.get(layer.index) ?? nothing(layer, meansOfRows(batch));
      this.#seen.set(layer.index, seen);
      subtract(batch, seen.origin);
    }
    const products = await Promise.all(batches.map((batch) => this.#products(batch)));
    for (const [i, { layer }] of batches.entries()) addTo(this.#seen.get(layer.index)!.sums, products[i]!);
  }

  async #products({ layer, rows, capacity }: Batch): Promise<Float32Array> {
    const backend = this.#backend;
    const [pieces, size] = [layer.groups * layer.parts, layer.size + 1];
    const from = plain([pieces, size, capacity]);
    const to = plain([pieces, size, size]);
    const turn = this.#multiplied++;
    const made: DeviceTensor[] = [];
    try {
      made.push(backend.allocate(from, turn), backend.allocate(to, turn));
      backend.upload(made[0]!, rows);
      await this.#kernel(from, to)([made[0], made[0]], [made[1]!]);
      return (await backend.download(made[1]!)) as Float32Array;
    } finally {
      for (const tensor of made) backend.free(tensor);
    }
  }

  #kernel(from: TensorDesc, to: TensorDesc): BoundKernel {
    const key = `${from.shape}`;
    const known = this.#kernels.get(key);
    if (known !== undefined) return known;
    const node: GraphNode = {
      index: -1,
      name: 'second moments',
      definition: OPS.find(({ name }) => name === 'MatMul') as OpDefinition,
      attributes: { transposeA: false, transposeB: true },
      inputs: [0, 0],
      outputs: [1],
      source: createTable('Op', { type: OpType.BatchMatMul }),
    };
    const kernel =
      this.#backend.bind(node, [from, from], [to]) ??
      this.#backend.bindReference?.(node, [from, from], [to]) ??
      hostKernel({ node, outputs: [to] }, this.#backend);
    this.#kernels.set(key, kernel);
    this.#nodes.push(node);
    return kernel;
  }
}

function nothing(layer: Layer, origin: Float32Array): Seen {
  return { origin, sums: new Float64Array(sumsLength(layer)) };
}

/** Makes the windows that were read last columns of zeros, without their 1, where some value is not finite; says how many. */
function leaveOut({ layer: { groups, parts, size }, windows, rows, capacity, filled }: Batch): number {
  const length = parts * (size + 1);
  const finite = new Float32Array(windows.count);
  let count = 0;
  for (let group = 0; group < groups; group++) {
    const from = group * length * capacity + filled;
    finite.fill(0);
    // 0 times a finite value is 0, times any other NaN.
    for (let row = 0; row < length; row++)
      for (let i = 0; i < finite.length; i++) finite[i] = finite[i]! + 0 * rows[from + row * capacity + i]!;
    for (const [i, none] of finite.entries()) {
      if (none === 0) continue;
      count++;
      for (let row = 0; row < length; row++) rows[from + row * capacity + i] = 0;
    }
  }
  return count;
}

/** [groups * parts, size]; 0 where no window is left. */
function meansOfRows({ layer: { groups, parts, size }, rows, capacity, filled }: Batch): Float32Array {
  return Float32Array.from({ length: groups * parts * size }, (_, i) => {
    const piece = Math.floor(i / size);
    const from = (i + piece) * capacity;
    const ones = (piece * (size + 1) + size) * capacity;
    let [sum, count] = [0, 0];
    for (let at = 0; at < filled; at++) {
      sum += rows[from + at]!;
      count += rows[ones + at]!;
    }
    return count > 0 ? sum / count : 0;
  });
}

/** From all rows but those of ones, and not from windows that were left out. */
function subtract({ layer: { size }, rows, capacity, filled }: Batch, origin: Float32Array): void {
  for (const [i, mean] of origin.entries()) {
    const piece = Math.floor(i / size);
    const from = (i + piece) * capacity;
    const ones = (piece * (size + 1) + size) * capacity;
    for (let at = 0; at < filled; at++) if (rows[ones + at] === 1) rows[from + at] = rows[from + at]! - mean;
  }
}

function addTo(sums: Float64Array, own: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + own[i]!;
}

function plain(shape: readonly number[]): TensorDesc {
  return { shape, dtype: 'float32', layout: 'NCHW' };
}

function shapeOf({ shape, layout }: TensorDesc): string {
  return `${layout} ${shape}`;
}
