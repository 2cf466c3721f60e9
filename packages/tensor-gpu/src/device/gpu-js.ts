/** The part of gpu.js 2.24 that is used here; its own declarations leave out WebGPU and what a kernel knows of itself. */

export interface GpuJs {
  readonly GPU: new (settings: { readonly mode: string; readonly context?: unknown }) => GpuJsInstance;
  readonly input: (value: Float32Array, size: readonly number[]) => unknown;
  readonly WebGPUContext: {
    acquire(): Promise<GpuJsContext>;
  };
  /** The classes of kernels: they tell which mode really runs. */
  readonly WebGPUKernel: unknown;
  readonly WebGL2Kernel: unknown;
  readonly HeadlessGLKernel: unknown;
}

/** The adapter and device that all kernels in WebGPU mode share. */
export interface GpuJsContext {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  readonly isLost: boolean;
}

export interface GpuJsInstance {
  readonly mode: string;
  createKernel(source: string, settings: GpuJsSettings): GpuJsShortcut;
  destroy(): Promise<void>;
}

export interface GpuJsSettings {
  readonly output: readonly number[];
  readonly argumentTypes: Readonly<Record<string, string>>;
  readonly pipeline: boolean;
  readonly immutable: boolean;
  readonly dynamicOutput: boolean;
  readonly dynamicArguments: boolean;
  readonly loopMaxIterations: number;
  readonly precision: 'single';
  readonly tactic: 'precision';
  readonly asyncMode?: boolean;
}

export interface GpuJsShortcut {
  (...args: readonly unknown[]): unknown;
  readonly kernel: GpuJsKernel;
}

export interface GpuJsKernel {
  /** What really runs, whatever was asked for. */
  readonly constructor: { readonly name: string };
  /** WebGPU: where the next run puts its result. */
  outputBuffer: GPUBuffer | null;
  /** WebGPU: whether buffers have to be bound again. */
  bindGroupDirty: boolean;
  readonly context: unknown;
  build(...args: readonly unknown[]): unknown;
  run(...args: readonly unknown[]): unknown;
  setOutput(output: readonly number[]): void;
  readonly output: ArrayLike<number>;
}

/** Loops end where they say, not after gpu.js's 1000 turns. */
export const LOOP_LIMIT = 2 ** 30;
