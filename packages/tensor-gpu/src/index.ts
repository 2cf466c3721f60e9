import type { GpuBackendOptions } from './create-backend.ts';
import { createWith } from './create-backend.ts';
import type { GpuBackend } from './gpu-backend.ts';
import { GPU_JS } from './vendor.ts';

export type { GpuBackendOptions } from './create-backend.ts';
export type { GpuMode } from './device/gpu-device.ts';
export type { GpuBackend } from './gpu-backend.ts';

/**
 * A backend on this page's GPU.
 *
 * @throws where the mode cannot be had; never another mode instead
 */
export function createGpuBackend(options: GpuBackendOptions): Promise<GpuBackend> {
  return createWith(GPU_JS, options);
}
