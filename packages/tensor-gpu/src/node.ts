// Entry point for Node, which has no GPU of its own: the package `webgpu` (Dawn) or `gl` (headless GL) brings one.
import { createWith, type GpuBackendOptions } from './create-backend.ts';
import type { GpuBackend } from './gpu-backend.ts';
import { GPU_JS } from './vendor.ts';

export type { GpuBackendOptions } from './create-backend.ts';
export type { GpuMode } from './device/gpu-device.ts';
export type { GpuBackend } from './gpu-backend.ts';

/** @throws where the mode cannot be had; never another mode instead */
export async function createGpuBackend(options: GpuBackendOptions): Promise<GpuBackend> {
  if (options.mode === 'webgpu') await provideWebGpu();
  return createWith(GPU_JS, options);
}

/** gpu.js looks for `navigator.gpu`. */
async function provideWebGpu(): Promise<void> {
  const scope = globalThis as { navigator?: { gpu?: unknown } };
  if (scope.navigator?.gpu !== undefined) return;
  const { create, globals } = await import('webgpu');
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  // Kept alive by this: without the instance Dawn ends the process.
  const gpu = create([]);
  if (scope.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  else Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
}
