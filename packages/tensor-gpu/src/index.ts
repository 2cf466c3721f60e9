import type { GpuBackendOptions } from './create-backend.ts';
import { createWith } from './create-backend.ts';
import type { GpuMode } from './device/gpu-device.ts';
import type { GpuBackend } from './gpu-backend.ts';
import { type FoundGpu, findBackend, type GpuSearch } from './probe.ts';
import { GPU_JS } from './vendor.ts';

export type { GpuBackendOptions } from './create-backend.ts';
export type { GpuMode } from './device/gpu-device.ts';
export type { GpuBackend } from './gpu-backend.ts';
export type { FoundGpu, GpuFinding, GpuSearch } from './probe.ts';
export { checkBackend } from './self-check.ts';

/** In the order in which they are tried. */
const MODES: readonly GpuMode[] = ['webgpu', 'webgl2'];

/**
 * A backend on this page's GPU.
 *
 * @throws where the mode cannot be had; never another mode instead
 */
export function createGpuBackend(options: GpuBackendOptions): Promise<GpuBackend> {
  return createWith(GPU_JS, options);
}

/** The best mode of this page whose adapter is a real GPU and computes right; WebGPU before WebGL2. */
export function findGpuBackend({ modes = MODES, ...search }: GpuSearch = {}): Promise<FoundGpu> {
  return findBackend((mode) => createGpuBackend({ mode }), { ...search, modes });
}
