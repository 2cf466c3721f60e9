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

const MODES: readonly GpuMode[] = ['webgpu', 'webgl2', 'headlessgl'];

/** What gpu.js says of a GL mode that it cannot have, without saying why. */
const REFUSED = /^A requested mode of .* not supported$/;

/** @throws where the mode cannot be had; never another mode instead */
export async function createWith(js: GpuJs, options: GpuBackendOptions): Promise<GpuBackend> {
  const mode: unknown = options?.mode;
  if (!MODES.includes(mode as GpuMode))
    throw new RangeError(`tensor-gpu: mode: expected one of ${MODES.join(', ')}, got ${mode}`);
  return new GpuBackend(await createDevice(js, options));
}

async function createDevice(js: GpuJs, options: GpuBackendOptions): Promise<GpuDevice> {
  if (options.mode !== 'webgpu') return createGl(js, options);
  try {
    return await createWebGpuDevice(js);
  } catch (cause) {
    // What gpu.js says beyond that is about headless Chromium.
    const { message } = cause as Error;
    if (/navigator\.gpu is missing/.test(message))
      throw new Error(
        'WebGPU is not there: this browser has none, or not for a page that comes neither over https nor from localhost',
        { cause },
      );
    if (!/no adapter is available/.test(message)) throw cause;
    throw new Error('WebGPU has no adapter: no GPU, or no driver for it (on Linux a Vulkan driver)', {
      cause,
    });
  }
}

async function createGl(js: GpuJs, { mode, context }: GpuBackendOptions): Promise<GpuDevice> {
  try {
    return await createGlDevice(js, { mode: mode as Exclude<GpuMode, 'webgpu'>, context });
  } catch (cause) {
    if (!REFUSED.test((cause as Error).message)) throw cause;
    const why =
      mode === 'webgl2'
        ? 'WebGL2 is not there: it is in browsers only, with a GPU or a driver in software that the browser allows'
        : 'headless GL is not there: it is in Node only, with the package gl';
    throw new Error(why, { cause });
  }
}
