import { BufferPool } from './buffer-pool.ts';
import { type ArrayView, type Extents, GpuArray } from './gpu-array.ts';
import type { Arguments, GpuDevice } from './gpu-device.ts';
import { type GpuJs, type GpuJsContext, type GpuJsInstance, type GpuJsKernel, LOOP_LIMIT } from './gpu-js.ts';
import { type Parameters, type Program, sourceOf } from './program.ts';

/** WebGPU's own default; gpu.js asks for no more. One of them is the output. */
const STORAGE_BUFFERS = 8;

/** Free buffers kept for reuse. */
const MAX_SPARE_BYTES = 512 * 1024 ** 2;

/** Runs between two looks at how far the device is: no more than twice as many are ever under way. */
const RUNS_PER_FENCE = 128;

const MAP_READ = 0x01;
const COPY_DST = 0x08;

const KINDS = { array: 'WebGPUBuffer', integer: 'Integer', number: 'Float' } as const;

/**
 * @throws where there is no adapter or device
 */
export async function createWebGpuDevice(js: GpuJs): Promise<GpuDevice> {
  const context = await js.WebGPUContext.acquire();
  return new WebGpuDevice(js, context);
}

class WebGpuDevice implements GpuDevice {
  readonly mode = 'webgpu';
  readonly description: string;
  readonly isSoftware: boolean;
  readonly maxArrayBytes: number;
  readonly maxArrays = STORAGE_BUFFERS - 1;
  readonly wide = true;
  readonly #js: GpuJs;
  readonly #context: GpuJsContext;
  readonly #gpu: GpuJsInstance;
  readonly #pool: BufferPool;
  /** Built, or about to be. */
  readonly #kernels = new Map<Program, Promise<GpuJsKernel>>();
  readonly #failed: (event: GPUUncapturedErrorEvent) => void;
  #staging: GPUBuffer[] = [];
  #failure: string | undefined;
  #runs = 0;
  #fence: Promise<void> | undefined;

  constructor(js: GpuJs, context: GpuJsContext) {
    const { adapter, device } = context;
    this.#js = js;
    this.#context = context;
    this.#gpu = new js.GPU({ mode: 'webgpu' });
    const { info } = adapter;
    this.description = describe(info);
    this.isSoftware = isSoftware(adapter);
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    // Sizes of buffers and their bindings are multiples of 4.
    this.maxArrayBytes = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4) * 4;
    this.#pool = new BufferPool(device, this.maxArrayBytes, MAX_SPARE_BYTES);
    this.#failed = (event) => {
      event.preventDefault();
      this.#failure ??= event.error.message;
    };
    device.addEventListener('uncapturederror', this.#failed);
  }

  get memoryUse(): { readonly used: number; readonly spare: number } {
    return this.#pool.memoryUse;
  }

  async upload(data: Float32Array): Promise<GpuArray> {
    this.#check();
    const array = this.#take(data.length);
    try {
      this.#context.device.queue.writeBuffer(bufferOf(array), 0, data as Float32Array<ArrayBuffer>);
      return array;
    } catch (error) {
      array.release();
      throw error;
    }
  }

  async download(array: GpuArray): Promise<Float32Array> {
    this.#check();
    const bytes = array.count * 4;
    const staging = this.#takeStaging(bytes);
    try {
      const { device } = this.#context;
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(bufferOf(array), 0, staging, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(MAP_READ, 0, bytes);
      const data = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
      staging.unmap();
      this.#check();
      this.#giveStaging(staging);
      return data;
    } catch (error) {
      staging.destroy();
      // What went wrong on the device says more than that nothing could be read back.
      this.#check();
      throw error;
    }
  }

  async run<P extends Parameters>(
    program: Program<P>,
    args: Arguments<P>,
    output: Extents,
  ): Promise<GpuArray> {
    this.#check();
    const values = Object.entries(program.parameters).map(([name, kind]) =>
      kind === 'array' ? this.#handle(args[name] as ArrayView) : args[name],
    );
    const kernel = await this.#kernelOf(program, values);
    const count = output.reduce<number>((product, extent) => product * extent, program.width ?? 1);
    const result = this.#take(count);
    try {
      // Up to where it is sent, gpu.js does not wait: nobody else runs the kernel between these lines.
      kernel.setOutput(output);
      kernel.outputBuffer = bufferOf(result);
      kernel.bindGroupDirty = true;
      await kernel.run(...values);
      if (++this.#runs % RUNS_PER_FENCE === 0) await this.#wait();
      return result;
    } catch (error) {
      result.release();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    this.#context.device.removeEventListener('uncapturederror', this.#failed);
    for (const built of await Promise.allSettled(this.#kernels.values())) {
      // Otherwise the buffers are destroyed by gpu.js as well, and counted by it.
      if (built.status === 'fulfilled') built.value.outputBuffer = null;
    }
    await this.#gpu.destroy();
    this.#kernels.clear();
    this.#pool.destroy();
    for (const buffer of this.#staging) buffer.destroy();
    this.#staging = [];
    this.#failure ??= 'the device was disposed';
  }

  /** Builds a program once, also when it is run again before that is done. */
  #kernelOf(program: Program, values: readonly unknown[]): Promise<GpuJsKernel> {
    const known = this.#kernels.get(program);
    if (known !== undefined) return known;
    const built = this.#build(program, values);
    this.#kernels.set(program, built);
    return built;
  }

  /** Translates and compiles a program. */
  async #build(program: Program, values: readonly unknown[]): Promise<GpuJsKernel> {
    const types = Object.entries(program.parameters).map(([name, kind]) => [name, KINDS[kind]]);
    const { kernel } = this.#gpu.createKernel(sourceOf(program), {
      output: program.rank === 1 ? [1] : [1, 1, 1],
      argumentTypes: Object.fromEntries(types),
      pipeline: true,
      // Results live in buffers of the pool.
      immutable: false,
      dynamicOutput: true,
      dynamicArguments: true,
      loopMaxIterations: LOOP_LIMIT,
      precision: 'single',
      tactic: 'precision',
    });
    if (kernel.constructor !== this.#js.WebGPUKernel)
      throw new Error(`tensor-gpu: asked for webgpu, gpu.js took ${kernel.constructor.name}`);
    try {
      await kernel.build(...values);
    } catch (cause) {
      throw new Error(`tensor-gpu: ${program.name}: cannot be compiled: ${(cause as Error).message}`, {
        cause,
      });
    }
    kernel.outputBuffer?.destroy();
    return kernel;
  }

  /** A result as gpu.js takes it for an argument. */
  #handle({ array, extents }: ArrayView): unknown {
    return {
      type: 'WebGPUBuffer',
      buffer: bufferOf(array),
      output: extents,
      componentCount: 1,
      context: this.#context,
      _deleted: false,
    };
  }

  /** An array whose values are undefined. */
  #take(count: number): GpuArray {
    const buffer = this.#pool.take(count * 4);
    return new GpuArray(count, buffer, () => this.#pool.give(buffer));
  }

  /** Commands that were sent and are not done take memory: not too many at a time. */
  async #wait(): Promise<void> {
    await this.#fence;
    this.#fence = this.#context.device.queue.onSubmittedWorkDone();
  }

  #takeStaging(bytes: number): GPUBuffer {
    const fitting = this.#staging.findIndex(({ size }) => size >= bytes && size <= 4 * bytes + 4096);
    if (fitting >= 0) return this.#staging.splice(fitting, 1)[0];
    return this.#context.device.createBuffer({ size: Math.max(4096, bytes), usage: MAP_READ | COPY_DST });
  }

  #giveStaging(buffer: GPUBuffer): void {
    this.#staging.push(buffer);
    if (this.#staging.length > STORAGE_BUFFERS) this.#staging.shift()?.destroy();
  }

  #check(): void {
    if (this.#context.isLost) throw new Error('tensor-gpu: the WebGPU device was lost');
    if (this.#failure !== undefined) throw new Error(`tensor-gpu: WebGPU: ${this.#failure}`);
  }
}

function bufferOf({ storage }: GpuArray): GPUBuffer {
  return storage as GPUBuffer;
}

function describe({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const words = [description || device, vendor, architecture].filter((word) => word !== '');
  return words.length === 0 ? 'unnamed adapter' : [...new Set(words)].join(', ');
}

/** Fallback adapters, and software renderers that do not say so. */
function isSoftware({ info }: GPUAdapter): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(words);
}
