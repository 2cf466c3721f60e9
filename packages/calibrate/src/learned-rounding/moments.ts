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

/**
 * Windows of all samples together from which a layer's moments are taken: so many for each weight of an output, which is enough, within bounds. The
 * upper one bounds the work, the lower one is little work.
 */
const WINDOWS_PER_WEIGHT = 32;
const [FEWEST_WINDOWS, MOST_WINDOWS] = [1024, 4096];

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

/**
 * Sums of products of what the windows of convolutions hold. Of each batch they are computed by the backend, in float32; batches are made in the
 * order of the samples and added one after the other in float64, so that the sums do not depend on threads or memory.
 */
export class Moments {
  readonly #backend: TensorBackend;
  readonly #samples: number;
  readonly #kernels = new Map<string, BoundKernel>();
  /** By op index: [groups * parts, size + 1, size + 1]. */
  readonly #sums = new Map<number, Float64Array>();
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

  /** The sums of a layer, which are forgotten here; zeros where nothing was seen. */
  async take(layer: Layer): Promise<Float64Array> {
    await this.#sum(this.#close(layer, ''));
    const sums = this.#sums.get(layer.index) ?? new Float64Array(sumsLength(layer));
    this.#sums.delete(layer.index);
    return sums;
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
    batch.windows.read(data, batch.rows, batch.capacity, batch.filled);
    batch.filled += batch.windows.count;
    return batch.filled < batch.capacity ? [] : this.#close(layer, '');
  }

  #open(layer: Layer, desc: TensorDesc): Batch {
    const wanted = Math.min(MOST_WINDOWS, Math.max(FEWEST_WINDOWS, WINDOWS_PER_WEIGHT * layer.size));
    const windows = new Windows(layer, desc, Math.ceil(wanted / this.#samples));
    // Adding up takes as long as multiplying that many windows.
    const several = Math.floor((layer.size + 1) / windows.count);
    const capacity = Math.max(1, Math.min(several, this.#samples)) * windows.count;
    const rows = new Float32Array(layer.groups * layer.parts * (layer.size + 1) * capacity);
    const batch = { layer, shape: shapeOf(desc), windows, capacity, rows, filled: 0 };
    this.#batches.set(layer.index, batch);
    return batch;
  }

  async #sum(batches: readonly Batch[]): Promise<void> {
    const products = await Promise.all(batches.map((batch) => this.#products(batch)));
    for (const [i, { layer }] of batches.entries()) {
      const sums = this.#sums.get(layer.index) ?? new Float64Array(sumsLength(layer));
      this.#sums.set(layer.index, sums);
      addTo(sums, products[i]!);
    }
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
    return kernel;
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
