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
import { elementCount } from '@mnnquant/graph';
import { BoundNodes } from './bound-nodes.ts';
import type { KernelContext } from './context.ts';
import { KERNELS } from './kernels/table.ts';
import { READ_SLACK } from './memory/heap.ts';
import { compareTensors } from './statistics/compare.ts';
import { countOutside } from './statistics/count-outside.ts';
import { fakeQuantizeTensor } from './statistics/fake-quantize.ts';
import { tensorHistogram } from './statistics/histogram.ts';
import { tensorRange } from './statistics/range.ts';
import { tensorBuckets } from './statistics/value-buckets.ts';
import { CpuTensor, ELEMENT_BYTES, live } from './tensor.ts';
import { viewOf } from './view.ts';

/** What the kernels are made of, for reports. */
export const INSTRUCTIONS = 'WebAssembly SIMD';
/** Of those with fused multiply-adds. */
export const FAST_INSTRUCTIONS = 'WebAssembly relaxed SIMD (last bits depend on the machine)';

/** Runs kernels in one WebAssembly memory on the calling thread. Made by `createCpuBackend`. */
export class CpuBackend implements TensorBackend {
  readonly name = 'cpu';
  readonly device: string;
  readonly limits: { readonly maxTensorBytes: number };
  readonly #nodes = new BoundNodes();
  #context: KernelContext | undefined;

  /** @param instructions what the kernels are made of */
  constructor(context: KernelContext, instructions: string = INSTRUCTIONS) {
    this.#context = context;
    this.device = `${instructions}, 1 thread`;
    this.limits = { maxTensorBytes: context.memory.maxBytes - READ_SLACK };
  }

  /** Bytes in use by tensors, packed weights and working memory, and bytes of the whole memory. */
  get memoryUse(): { readonly used: number; readonly reserved: number; readonly blocks: number } {
    const { heap, memory } = this.#alive();
    return { used: heap.usedBytes, reserved: memory.bytes, blocks: heap.liveBlocks };
  }

  /** Content undefined until it is uploaded or computed. Throws `RangeError` when the memory is exhausted. */
  allocate(desc: TensorDesc): DeviceTensor {
    const count = elementCount(desc.shape);
    const address = this.#alive().heap.allocate(count * ELEMENT_BYTES[desc.dtype]);
    return new CpuTensor(desc, address, count);
  }

  upload(tensor: DeviceTensor, data: TensorData): void {
    const own = live(tensor);
    if (data.length !== own.count) {
      throw new RangeError(
        `tensor-cpu: upload expected ${own.count} elements for [${own.shape.join(', ')}], got ${data.length}`,
      );
    }
    viewOf(this.#alive().memory, own).set(data);
  }

  async download(tensor: DeviceTensor): Promise<TensorData> {
    return viewOf(this.#alive().memory, live(tensor)).slice();
  }

  free(tensor: DeviceTensor): void {
    const own = live(tensor);
    this.#alive().heap.free(own.address);
    own.address = 0;
  }

  bind(
    node: GraphNode,
    inputs: readonly (TensorDesc | undefined)[],
    outputs: readonly TensorDesc[],
  ): BoundKernel | undefined {
    const kernel = KERNELS.get(node.definition.name)?.(this.#alive(), node, inputs, outputs);
    return kernel && this.#nodes.guarded(node, kernel);
  }

  forget(nodes: Iterable<GraphNode>): void {
    for (const node of nodes) {
      this.#nodes.forget(node);
      // All is gone already where the backend was disposed.
      this.#context?.constants.forget(node);
    }
  }

  async range(tensor: DeviceTensor): Promise<RangeStatistics> {
    return tensorRange(this.#alive(), tensor);
  }

  async histogram(tensor: DeviceTensor, request: HistogramRequest, counts: Float64Array): Promise<void> {
    tensorHistogram(this.#alive(), tensor, request, counts);
  }

  async valueBuckets(tensor: DeviceTensor, buckets: ValueBuckets): Promise<void> {
    tensorBuckets(this.#alive(), tensor, buckets);
  }

  fakeQuantize(tensor: DeviceTensor, params: QuantParams): void {
    fakeQuantizeTensor(this.#alive(), tensor, params);
  }

  async compare(a: DeviceTensor, b: DeviceTensor): Promise<ErrorSums> {
    return compareTensors(this.#alive(), a, b);
  }

  async countOutside(tensor: DeviceTensor, low: number, high: number): Promise<number> {
    return countOutside(this.#alive(), tensor, low, high);
  }

  async dispose(): Promise<void> {
    this.#context = undefined;
  }

  #alive(): KernelContext {
    if (this.#context === undefined)
      throw new Error('tensor-cpu: the backend was disposed and cannot be used');
    return this.#context;
  }
}
