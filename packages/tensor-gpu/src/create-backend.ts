import { createGlDevice } from './device/gl-device.ts';
import type { GpuDevice, GpuMode } from './device/gpu-device.ts';
import type { GpuJs } from './device/gpu-js.ts';
import { createWebGpuDevice } from './device/webgpu-device.ts';
import { GpuBackend } from './gpu-backend.ts';

export interface GpuBackendOptions {
  readonly mode: GpuMode;
  /** For `headlessgl`: what `gl` made. */
  readonly context?: unknown;
}

/** @throws where the mode cannot be had; never another mode instead */
export async function createWith(js: GpuJs, options: GpuBackendOptions): Promise<GpuBackend> {
  return new GpuBackend(await createDevice(js, options));
}

async function createDevice(js: GpuJs, { mode, context }: GpuBackendOptions): Promise<GpuDevice> {
  if (mode !== 'webgpu') return createGlDevice(js, { mode, context });
  try {
    return await createWebGpuDevice(js);
  } catch (cause) {
    // What gpu.js says beyond that is about browsers.
    if (!/no adapter is available/.test((cause as Error).message)) throw cause;
    throw new Error('WebGPU has no adapter: no GPU, or no driver for it (on Linux a Vulkan driver)', {
      cause,
    });
  }
}
