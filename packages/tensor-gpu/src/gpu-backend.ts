import type {
  BoundKernel,
  DeviceTensor,
  ErrorSums,
  GraphNode,
  HistogramRequest,
  QuantParams,
  RangeStatistics,
  TensorBackend,
  TensorData,
  TensorDesc,
  ValueBuckets,
} from '@mnnquant/graph';
import {
  addToHistogram,
  allocateData,
  elementCount,
  errorSums,
  fakeQuantizeData,
  outsideCount,
  rangeOf,
} from '@mnnquant/graph';
import type { GpuArray } from './device/gpu-array.ts';
import type { GpuDevice } from './device/gpu-device.ts';
import { runOnHost } from './host-op.ts';
import { ConstantTable } from './kernels/constant-table.ts';
import type { GpuKernel, KernelContext } from './kernels/context.ts';
import { KERNELS } from './kernels/table.ts';
import { Looks } from './looks.ts';
import { arrayErrors } from './statistics/compare.ts';
import { arrayOutside } from './statistics/count-outside.ts';
import { fakeQuantized } from './statistics/fake-quantize.ts';
import { HistogramCounter } from './statistics/histogram.ts';
import { arrayRange } from './statistics/range.ts';
import { GpuTensor, gpuTensor } from './tensor.ts';
import { WorkQueue } from './work-queue.ts';

/** Samples whose commands are sent without waiting: enough to hide the way to the device and back. */
const SAMPLES_AHEAD = 4;

/**
 * Runs kernels on a GPU through gpu.js. Made by `createGpuBackend`.
 *
 * All calls are queued and take effect in their order. Arrays on the device never change after they were computed, so that
 * statistics can hold on to one while the executor frees its tensor.
 */
export class GpuBackend implements TensorBackend {
  readonly name: string;
  readonly device: string;
  readonly limits: { readonly maxTensorBytes: number };
  readonly concurrency = SAMPLES_AHEAD;
  readonly #device: GpuDevice;
  readonly #constants: ConstantTable;
  readonly #context: KernelContext;
  readonly #histograms: HistogramCounter;
  readonly #queue = new WorkQueue();
  readonly #looks: Looks;
  #disposal: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(device: GpuDevice) {
    this.#device = device;
    this.#histograms = new HistogramCounter(device);
    this.#looks = new Looks(this.#queue, (tensor) => this.#arrayOf(tensor));
    this.#constants = new ConstantTable(device);
    this.#context = { device, constants: this.#constants };
    this.name = `gpu:${device.mode}`;
    this.device = `${device.description} (gpu.js, ${device.mode})`;
    this.limits = { maxTensorBytes: device.maxArrayBytes };
  }

  /** The adapter, in words. */
  get description(): string {
    return this.#device.description;
  }

  /** Whether the adapter is computed in software; `undefined` where that cannot be known. */
  get isSoftware(): boolean | undefined {
    return this.#device.isSoftware;
  }

  /** Bytes on the device: of tensors and packed weights, and of buffers kept for reuse. */
  get memoryUse(): { readonly used: number; readonly spare: number } {
    return this.#device.memoryUse;
  }

  /** Takes no memory on the device before something is computed into it. */
  allocate(desc: TensorDesc): DeviceTensor {
    this.#checkAlive();
    return new GpuTensor(desc, this.limits.maxTensorBytes);
  }

  upload(tensor: DeviceTensor, data: TensorData): void {
    this.#checkAlive();
    const own = gpuTensor(tensor);
    if (data.length !== own.count)
      throw new RangeError(
        `tensor-gpu: upload expected ${own.count} elements for ${own.where}, got ${data.length}`,
      );
    const content = copyOf(own, data);
    this.#later(() => own.setHost(content));
  }

  /** Waits for what was queued before, not for what is queued after. */
  async download(tensor: DeviceTensor): Promise<TensorData> {
    return this.#looks.copy(tensor, (array) => this.#device.download(array));
  }

  free(tensor: DeviceTensor): void {
    const own = gpuTensor(tensor);
    this.#later(() => own.free());
  }

  bind(
    node: GraphNode,
    inputs: readonly (TensorDesc | undefined)[],
    outputs: readonly TensorDesc[],
  ): BoundKernel | undefined {
    this.#checkAlive();
    // Positions and sizes are on the host as it is: their reference is where they are, and no slow path.
    if ([...inputs, ...outputs].every(isWhole))
      return (sources, targets) => this.#computeWhole(node, sources, targets);
    if (!outputs.every(({ dtype }) => dtype === 'float32')) return undefined;
    if (![...inputs, ...outputs].every((desc) => desc === undefined || this.#fits(desc))) return undefined;
    const kernel = KERNELS.get(node.definition.name)?.(this.#context, node, inputs, outputs);
    return kernel && ((sources, targets) => this.#compute(kernel, sources, targets));
  }

  forget(nodes: Iterable<GraphNode>): void {
    const owners = [...nodes];
    this.#later(() => this.#constants.forget(owners));
  }

  async range(tensor: DeviceTensor): Promise<RangeStatistics> {
    this.#checkAlive();
    return this.#looks.at(
      [tensor],
      ([array]) => arrayRange(this.#device, array),
      ([data]) => rangeOf(data),
    );
  }

  histogram(tensor: DeviceTensor, request: HistogramRequest, counts: Float64Array): Promise<void> {
    return this.histogramLater(tensor, request, Promise.resolve(request.max), counts);
  }

  async histogramLater(
    tensor: DeviceTensor,
    { bins, skipBelow }: Omit<HistogramRequest, 'max'>,
    max: Promise<number>,
    counts: Float64Array,
  ): Promise<void> {
    this.#checkAlive();
    await this.#looks.whenKnown(
      [tensor],
      max.then((known) => ({ bins, skipBelow, max: known })),
      async ([array], request) => {
        if (request.max > skipBelow) await this.#histograms.count(array, request, counts);
      },
      ([data], request) => {
        if (request.max > skipBelow) addToHistogram(data, request, counts);
      },
    );
  }

  async valueBuckets(tensor: DeviceTensor, buckets: ValueBuckets): Promise<void> {
    buckets.addValues(await this.download(tensor));
  }

  async fakeQuantize(tensor: DeviceTensor, params: QuantParams): Promise<void> {
    this.#checkAlive();
    const own = gpuTensor(tensor);
    await this.#queue.add(async () => {
      const before = await this.#arrayOf(own);
      if (before !== undefined) own.set(await fakeQuantized(this.#device, before, params));
      else own.setHost(roundedOnHost(own.content, params));
    });
  }

  async compare(a: DeviceTensor, b: DeviceTensor): Promise<ErrorSums> {
    this.#checkAlive();
    return this.#looks.at(
      [a, b],
      ([left, right]) => arrayErrors(this.#device, left, right),
      ([left, right]) => errorSums(left, right),
    );
  }

  async countOutside(tensor: DeviceTensor, low: number, high: number): Promise<number> {
    this.#checkAlive();
    return this.#looks.at(
      [tensor],
      ([array]) => arrayOutside(this.#device, array, low, high),
      ([data]) => outsideCount(data, low, high),
    );
  }

  /** In its turn, when what was asked for before is done; looks that wait for something else fail when it comes. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#queue.add(async () => {
      await this.#looks.settled();
      await this.#constants.clear();
      await this.#device.dispose();
    });
    return this.#disposal;
  }

  async #compute(
    kernel: GpuKernel,
    sources: readonly (DeviceTensor | undefined)[],
    targets: readonly DeviceTensor[],
  ): Promise<void> {
    this.#checkAlive();
    const [from, to] = [sources.map((source) => source && gpuTensor(source)), targets.map(gpuTensor)];
    await this.#queue.add(async () => {
      await this.#constants.prune();
      const arrays: (GpuArray | undefined)[] = [];
      for (const source of from) arrays.push(source && (await this.#arrayOf(source)));
      const results = [...(await kernel(arrays))];
      try {
        for (const target of to) target.set(results.shift()!);
      } finally {
        for (const result of results) result.release();
      }
    });
  }

  /** Whole numbers, in their turn. */
  async #computeWhole(
    node: GraphNode,
    sources: readonly (DeviceTensor | undefined)[],
    targets: readonly DeviceTensor[],
  ): Promise<void> {
    this.#checkAlive();
    const [from, to] = [sources.map((source) => source && gpuTensor(source)), targets.map(gpuTensor)];
    await this.#queue.add(() => runOnHost(node, from, to));
  }

  /** The tensor's values on the device, where they stay; `undefined` for what lives on the host. */
  async #arrayOf(tensor: GpuTensor): Promise<GpuArray | undefined> {
    if (!tensor.isComputable) return undefined;
    if (tensor.device === undefined) {
      tensor.set(await this.#device.upload(tensor.content as Float32Array));
    }
    return tensor.device;
  }

  /** What has no result to wait for; its failure shows at the next call. */
  #later(task: () => void | Promise<void>): void {
    this.#queue.add(task).catch((error) => {
      this.#failure ??= error;
    });
  }

  #fits({ shape }: TensorDesc): boolean {
    const count = elementCount(shape);
    return count > 0 && count * 4 <= this.#device.maxArrayBytes;
  }

  #checkAlive(): void {
    if (this.#disposal !== undefined)
      throw new Error('tensor-gpu: the backend was disposed and cannot be used');
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Whole numbers; also an input that is missing. */
function isWhole(desc: TensorDesc | undefined): boolean {
  return desc?.dtype !== 'float32';
}

function roundedOnHost(content: TensorData, params: QuantParams): TensorData {
  const data = content.slice();
  fakeQuantizeData(data, params);
  return data;
}

function copyOf({ dtype, count }: GpuTensor, data: TensorData): TensorData {
  const copy = allocateData(dtype, count);
  copy.set(data);
  return copy;
}
