import {
  type BoundKernel,
  type DeviceTensor,
  type GraphNode,
  hostKernel,
  INT8_CASTS,
  type OpDefinition,
  type QuantParams,
  type TensorBackend,
  type TensorDesc,
} from '@mnnquant/graph';
import { createTable, OpType } from '@mnnquant/mnn-format';

/** Reads int8 tensors of a simulated network as floats. */
export class HeldValues {
  readonly #backend: TensorBackend;
  readonly #kernels = new Map<string, BoundKernel>();

  constructor(backend: TensorBackend) {
    this.#backend = backend;
  }

  /**
   * Gives `use` the floats that a tensor of whole numbers stands for; they are gone afterwards.
   *
   * @param sample which the tensor belongs to, for the backend
   */
  async withFloats<T>(
    held: DeviceTensor,
    params: QuantParams,
    sample: number,
    use: (floats: DeviceTensor) => Promise<T>,
  ): Promise<T> {
    const { shape, dtype, layout } = held;
    const floats = this.#backend.allocate({ shape, dtype, layout }, sample);
    try {
      await this.#kernel({ shape, dtype, layout }, params)([held], [floats]);
      return await use(floats);
    } finally {
      this.#backend.free(floats);
    }
  }

  #kernel(desc: TensorDesc, params: QuantParams): BoundKernel {
    const key = `${desc.shape} ${desc.layout} ${params.scale} ${params.zeroPoint}`;
    const known = this.#kernels.get(key);
    if (known !== undefined) return known;
    const node: GraphNode = {
      index: -1,
      name: 'Int8ToFloat',
      definition: INT8_CASTS.Int8ToFloat as OpDefinition,
      attributes: params,
      inputs: [0],
      outputs: [1],
      source: createTable('Op', { type: OpType.Int8ToFloat }),
    };
    const kernel =
      this.#backend.bind(node, [desc], [desc]) ??
      this.#backend.bindReference?.(node, [desc], [desc]) ??
      hostKernel({ node, outputs: [desc] }, this.#backend);
    this.#kernels.set(key, kernel);
    return kernel;
  }
}
