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
import { windowsOf } from './windows.ts';

/**
 * Sums of products of what the windows of convolutions hold. Of each sample they are computed by the backend, in float32; samples are added
 * one after the other in float64, so that the sums do not depend on threads or memory.
 */
export class Moments {
  readonly #backend: TensorBackend;
  readonly #most: number;
  readonly #kernels = new Map<string, BoundKernel>();
  /** By op index: [groups * parts, size + 1, size + 1]. */
  readonly #sums = new Map<number, Float64Array>();

  /** @param most windows of one sample */
  constructor(backend: TensorBackend, most: number) {
    this.#backend = backend;
    this.#most = most;
  }

  /** @param values the layer's input, by sample: `first` and those that follow */
  async add(layer: Layer, desc: TensorDesc, values: readonly DeviceTensor[], first: number): Promise<void> {
    const sums = this.#sums.get(layer.index) ?? new Float64Array(sumsLength(layer));
    this.#sums.set(layer.index, sums);
    const atOnce = this.#backend.concurrency ?? 1;
    for (let at = 0; at < values.length; at += atOnce) {
      const chunk = values.slice(at, at + atOnce);
      const products = await Promise.all(
        chunk.map((value, i) => this.#products(layer, desc, value, first + at + i)),
      );
      for (const own of products) for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + own[i]!;
    }
  }

  /** The sums of a layer, which are forgotten here; zeros where nothing was seen. */
  take(layer: Layer): Float64Array {
    const sums = this.#sums.get(layer.index) ?? new Float64Array(sumsLength(layer));
    this.#sums.delete(layer.index);
    return sums;
  }

  async #products(
    layer: Layer,
    { shape, layout }: TensorDesc,
    value: DeviceTensor,
    sample: number,
  ): Promise<ArrayLike<number>> {
    const backend = this.#backend;
    const data = (await backend.download(value)) as Float32Array;
    const { count, rows } = windowsOf(layer, { shape, layout }, data, this.#most);
    const [pieces, size] = [layer.groups * layer.parts, layer.size + 1];
    const from = plain([pieces, count, size]);
    const to = plain([pieces, size, size]);
    const made: DeviceTensor[] = [];
    try {
      made.push(backend.allocate(from, sample), backend.allocate(to, sample));
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
      attributes: { transposeA: true, transposeB: false },
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

function plain(shape: readonly number[]): TensorDesc {
  return { shape, dtype: 'float32', layout: 'NCHW' };
}
