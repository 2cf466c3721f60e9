import { createGlDevice } from './device/gl-device.ts';
import type { GpuMode } from './device/gpu-device.ts';
import type { GpuJs } from './device/gpu-js.ts';
import { createWebGpuDevice } from './device/webgpu-device.ts';
import { GpuBackend } from './gpu-backend.ts';

export interface GpuBackendOptions {
  readonly mode: GpuMode;
  /** For `headlessgl`: what `gl` made. */
  readonly context?: unknown;
}

/** @throws where the mode cannot be had; never another mode instead */
export async function createWith(js: GpuJs, { mode, context }: GpuBackendOptions): Promise<GpuBackend> {
  const device = await (mode === 'webgpu' ? createWebGpuDevice(js) : createGlDevice(js, { mode, context }));
  return new GpuBackend(device);
}
