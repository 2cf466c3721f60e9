import { type ArrayView, type Extents, GpuArray } from '../../src/device/gpu-array.ts';
import type { Arguments, GpuDevice } from '../../src/device/gpu-device.ts';
import type { Parameters, Program } from '../../src/device/program.ts';

/** A device that computes nothing but zeros, and counts the arrays that are alive. Its calls can be made to fail. */
export class CountingDevice implements GpuDevice {
  readonly mode = 'webgpu';
  readonly description = 'counting';
  readonly isSoftware = true;
  readonly maxArrayBytes = 2 ** 28;
  readonly maxArrays = 7;
  readonly wide: boolean;
  readonly #live = new Set<GpuArray>();
  #isDisposed = false;
  /** Uploads, runs and downloads so far. */
  calls = 0;
  /** Whether calls take longer than what else is going on. */
  isSlow = false;
  /** The number of the call that throws. */
  failsAt: number | undefined;

  constructor(wide = true) {
    this.wide = wide;
  }

  get live(): number {
    return this.#live.size;
  }

  get memoryUse() {
    const used = [...this.#live].reduce((sum, { count }) => sum + 4 * count, 0);
    return { used, spare: 0 };
  }

  async upload(data: Float32Array): Promise<GpuArray> {
    await this.#call('upload');
    return this.#make(data.length);
  }

  async download(array: GpuArray): Promise<Float32Array> {
    this.#use(array);
    await this.#call('download');
    this.#use(array);
    return new Float32Array(array.count);
  }

  async run<P extends Parameters>(
    { name, parameters, width }: Program<P>,
    args: Arguments<P>,
    output: Extents,
  ): Promise<GpuArray> {
    const use = (): void => {
      for (const [key, kind] of Object.entries(parameters))
        if (kind === 'array') this.#use((args[key] as ArrayView).array);
    };
    use();
    await this.#call(name);
    use();
    return this.#make(output.reduce<number>((product, extent) => product * extent, width ?? 1));
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
  }

  #make(count: number): GpuArray {
    const array = new GpuArray(count, undefined, () => this.#live.delete(array));
    this.#live.add(array);
    return array;
  }

  #use(array: GpuArray): void {
    if (!this.#live.has(array)) throw new Error('test: an array was used that is not alive');
  }

  async #call(what: string): Promise<void> {
    if (this.#isDisposed) throw new Error(`test: ${what} after the device was disposed`);
    if (this.calls++ === this.failsAt) throw new Error(`test: ${what} fails`);
    // As on a device whose calls take a while: others come in between.
    await (this.isSlow ? new Promise((resolve) => setTimeout(resolve, 1)) : Promise.resolve());
  }
}
