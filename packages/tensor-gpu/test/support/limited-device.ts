import type { Extents, GpuArray } from '../../src/device/gpu-array.ts';
import type { Arguments, GpuDevice } from '../../src/device/gpu-device.ts';
import type { Parameters, Program } from '../../src/device/program.ts';

/** A device that says it has less than it has, and throws where more is asked for. */
export class LimitedDevice implements GpuDevice {
  readonly maxArrayBytes: number;
  readonly wide: boolean;
  /** Names of the programs that ran. */
  readonly programs: string[] = [];
  /** Arrays that were uploaded. */
  uploads = 0;
  readonly #device: GpuDevice;

  constructor(device: GpuDevice, { maxArrayBytes = device.maxArrayBytes, wide = device.wide } = {}) {
    this.#device = device;
    this.maxArrayBytes = maxArrayBytes;
    this.wide = wide;
  }

  get mode() {
    return this.#device.mode;
  }

  get description() {
    return this.#device.description;
  }

  get isSoftware() {
    return this.#device.isSoftware;
  }

  get maxArrays() {
    return this.#device.maxArrays;
  }

  get memoryUse() {
    return this.#device.memoryUse;
  }

  async upload(data: Float32Array): Promise<GpuArray> {
    this.#check(data.byteLength, 'upload');
    this.uploads++;
    return this.#device.upload(data);
  }

  download(array: GpuArray): Promise<Float32Array> {
    return this.#device.download(array);
  }

  async run<P extends Parameters>(
    program: Program<P>,
    args: Arguments<P>,
    output: Extents,
  ): Promise<GpuArray> {
    if (program.width !== undefined && !this.wide) throw new Error(`${program.name} is of width 4`);
    const count = output.reduce<number>((product, extent) => product * extent, program.width ?? 1);
    this.#check(count * 4, program.name);
    this.programs.push(program.name);
    return this.#device.run(program, args, output);
  }

  dispose(): Promise<void> {
    return this.#device.dispose();
  }

  #check(bytes: number, what: string): void {
    if (bytes > this.maxArrayBytes)
      throw new RangeError(`${what} asks for ${bytes} bytes, more than ${this.maxArrayBytes}`);
  }
}
