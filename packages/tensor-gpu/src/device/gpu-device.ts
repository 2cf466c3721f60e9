import type { ArrayView, Extents, GpuArray } from './gpu-array.ts';
import type { ParameterKind, Parameters, Program } from './program.ts';

/** How gpu.js computes: its names. */
export type GpuMode = 'webgpu' | 'webgl2' | 'headlessgl';

/** Arguments for a program's parameters. */
export type Arguments<P extends Parameters> = { readonly [K in keyof P]: Argument<P[K]> };
type Argument<K extends ParameterKind> = K extends 'array' ? ArrayView : number;

/**
 * A device that runs programs on arrays of float32. A call that was awaited has been queued, not done: what is called after
 * that sees its effect. A call that throws leaves no array behind.
 */
export interface GpuDevice {
  readonly mode: GpuMode;
  /** The adapter, in words. */
  readonly description: string;
  /** Whether it is computed in software; `undefined` where that cannot be known. */
  readonly isSoftware: boolean | undefined;
  /** Of one array. */
  readonly maxArrayBytes: number;
  /** Arrays a program can read at most. */
  readonly maxArrays: number;
  /** Whether programs of width 4 can be run. */
  readonly wide: boolean;
  /** Bytes of all arrays that are alive, and of what is kept for reuse. */
  readonly memoryUse: { readonly used: number; readonly spare: number };
  /** @param data copied before this returns */
  upload(data: Float32Array): Promise<GpuArray>;
  /** Also waits until everything before it is done. */
  download(array: GpuArray): Promise<Float32Array>;
  /**
   * Runs a program once per value of the output.
   *
   * @param output threads along each dimension of the program's rank
   */
  run<P extends Parameters>(program: Program<P>, args: Arguments<P>, output: Extents): Promise<GpuArray>;
  /** Frees everything; arrays are lost. */
  dispose(): Promise<void>;
}
