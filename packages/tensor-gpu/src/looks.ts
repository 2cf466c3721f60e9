import type { DeviceTensor, TensorData } from '@mnnquant/graph';
import { GpuArray } from './device/gpu-array.ts';
import { tellingOfLoss } from './lost-device.ts';
import { type GpuTensor, gpuTensor } from './tensor.ts';
import { WorkQueue } from './work-queue.ts';

/** Looks whose results are on their way at the same time: what is downloaded for them takes memory here. */
const LOOKS_AHEAD = 8;

/** Content as it is when a look begins: on the device or, if one of the tensors is there, on the host. */
type Content =
  | { readonly arrays: readonly GpuArray[] }
  | { readonly data: readonly TensorData[]; readonly arrays?: undefined };

/**
 * Looks at tensors as they are now. Their arrays are held until that is done, so that they can be freed and the queue need
 * not wait.
 */
export class Looks {
  readonly #queue: WorkQueue;
  readonly #arrayOf: (tensor: GpuTensor) => Promise<GpuArray | undefined>;
  readonly #lanes = Array.from({ length: LOOKS_AHEAD }, () => new WorkQueue());
  #count = 0;

  /** @param arrayOf a tensor's values on the device; `undefined` for what lives on the host */
  constructor(queue: WorkQueue, arrayOf: (tensor: GpuTensor) => Promise<GpuArray | undefined>) {
    this.#queue = queue;
    this.#arrayOf = arrayOf;
  }

  at<T>(
    tensors: readonly DeviceTensor[],
    onDevice: (arrays: readonly GpuArray[]) => Promise<T>,
    onHost: (data: readonly TensorData[]) => T,
  ): Promise<T> {
    return this.whenKnown(tensors, Promise.resolve(undefined), onDevice, onHost);
  }

  /** Looks at tensors as they are now, once something else is known. It takes no turn while it waits for that. */
  async whenKnown<T, K>(
    tensors: readonly DeviceTensor[],
    later: Promise<K>,
    onDevice: (arrays: readonly GpuArray[], known: K) => Promise<T>,
    onHost: (data: readonly TensorData[], known: K) => T,
  ): Promise<T> {
    // Whoever is told first is told; here it is awaited below.
    later.catch(() => {});
    const own = tensors.map(gpuTensor);
    const held: GpuArray[] = [];
    try {
      const content = await this.#queue.add(() => this.#hold(own, held));
      const known = await later;
      const { arrays } = content;
      if (arrays === undefined) return onHost(content.data, known);
      return await this.#inTurn(() => onDevice(arrays, known));
    } finally {
      for (const array of held) array.release();
    }
  }

  /** A copy of a tensor's content as it is now, from where it is. */
  async copy(tensor: DeviceTensor, download: (array: GpuArray) => Promise<TensorData>): Promise<TensorData> {
    const own = gpuTensor(tensor);
    const content = await this.#queue.add(() => own.device?.retain() ?? own.content.slice());
    if (!(content instanceof GpuArray)) return content;
    try {
      return await this.#inTurn(() => download(content));
    } finally {
      content.release();
    }
  }

  /** When all looks that have begun are done, but for those that wait for something else. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.add(() => {})));
  }

  /** @param held receives what is to be released */
  async #hold(tensors: readonly GpuTensor[], held: GpuArray[]): Promise<Content> {
    if (!tensors.every(({ isComputable }) => isComputable))
      return { data: tensors.map((tensor) => tensor.content) };
    for (const tensor of tensors) held.push((await this.#arrayOf(tensor))!.retain());
    return { arrays: held };
  }

  #inTurn<T>(look: () => Promise<T>): Promise<T> {
    return this.#lanes[this.#count++ % LOOKS_AHEAD].add(() => tellingOfLoss(look()));
  }
}
