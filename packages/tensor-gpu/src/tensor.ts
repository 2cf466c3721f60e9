import {
  allocateData,
  type DeviceTensor,
  type DType,
  elementCount,
  type Layout,
  type TensorData,
  type TensorDesc,
  type TensorList,
} from '@mnnquant/graph';
import type { GpuArray } from './device/gpu-array.ts';

/**
 * A tensor of this backend. float32 lies on the device once it was computed there, and on the host after an upload until a
 * kernel wants it; other types and empty tensors stay on the host, since no kernel computes with them.
 */
export class GpuTensor implements DeviceTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: Layout;
  readonly list: TensorList | undefined;
  readonly count: number;
  /** Whether kernels can compute with it: float32, not empty, and no larger than an array of the device. */
  readonly isComputable: boolean;
  /** Never changed, only swapped for another. */
  #host: TensorData | undefined;
  #device: GpuArray | undefined;

  /** @param maxBytes of an array of the device */
  constructor({ shape, dtype, layout, list }: TensorDesc, maxBytes: number) {
    this.shape = shape;
    this.dtype = dtype;
    this.layout = layout;
    this.list = list;
    this.count = elementCount(shape);
    this.isComputable = dtype === 'float32' && this.count > 0 && this.count * 4 <= maxBytes;
    if (this.count === 0) this.#host = allocateData(dtype, 0);
  }

  get device(): GpuArray | undefined {
    return this.#device;
  }

  /** What lies on the host. */
  get content(): TensorData {
    if (this.#host === undefined)
      throw new Error(`tensor-gpu: the ${this.where} was read before it was computed, or after it was freed`);
    return this.#host;
  }

  get where(): string {
    return `tensor of ${this.dtype} [${this.shape.join(', ')}]`;
  }

  /** Takes over an array, also where it throws. */
  set(array: GpuArray): void {
    if (array.count !== this.count) {
      array.release();
      throw new Error(`tensor-gpu: expected ${this.count} values for the ${this.where}, got ${array.count}`);
    }
    this.free();
    this.#device = array;
  }

  setHost(data: TensorData): void {
    this.free();
    this.#host = data;
  }

  free(): void {
    this.#device?.release();
    this.#device = undefined;
    this.#host = undefined;
  }
}

/** Narrows a tensor that this backend made. */
export function gpuTensor(tensor: DeviceTensor): GpuTensor {
  if (!(tensor instanceof GpuTensor))
    throw new TypeError('tensor-gpu: expected a tensor that this backend allocated, got one of another');
  return tensor;
}
