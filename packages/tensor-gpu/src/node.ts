// Entry point for Node, which has no GPU of its own: the package `webgpu` (Dawn) or `gl` (headless GL) brings one.
import { createWith, type GpuBackendOptions } from './create-backend.ts';
import type { GpuMode } from './device/gpu-device.ts';
import type { GpuBackend } from './gpu-backend.ts';
import { checkHeadlessGl } from './node/headless-gl.ts';
import { driverProblem } from './node/vulkan-drivers.ts';
import { provideWebGpu } from './node/web-gpu.ts';
import { type FoundGpu, findBackend, type GpuSearch } from './probe.ts';
import { GPU_JS } from './vendor.ts';

export type { GpuBackendOptions } from './create-backend.ts';
export type { GpuMode } from './device/gpu-device.ts';
export type { GpuBackend } from './gpu-backend.ts';
export type { FoundGpu, GpuFinding, GpuSearch } from './probe.ts';
export { checkBackend } from './self-check.ts';

/** In the order in which they are tried. Headless GL does not tell what computes, so it would never be taken for a GPU. */
const MODES: readonly GpuMode[] = ['webgpu'];
const MODES_WITH_SOFTWARE: readonly GpuMode[] = ['webgpu', 'headlessgl'];

/** @throws where the mode cannot be had; never another mode instead */
export async function createGpuBackend(options: GpuBackendOptions): Promise<GpuBackend> {
  if (options?.mode === 'webgpu') await provideWebGpu();
  if (options?.mode === 'headlessgl' && options.context === undefined) checkHeadlessGl();
  return createWith(GPU_JS, options);
}

export interface NodeGpuSearch extends GpuSearch {
  /** Not even load Dawn where no Vulkan driver is installed: it would write warnings to the standard error. */
  readonly quiet?: boolean;
}

/**
 * The best mode of this machine that computes right: WebGPU on a real GPU, with `allowSoftware` on any adapter, and then headless
 * GL where there is none.
 */
export function findGpuBackend(search: NodeGpuSearch = {}): Promise<FoundGpu> {
  const { quiet = false, allowSoftware = false } = search;
  const create = async (mode: GpuMode): Promise<GpuBackend> => {
    const problem = quiet && mode === 'webgpu' ? driverProblem() : undefined;
    if (problem !== undefined) throw new Error(problem);
    return createGpuBackend({ mode });
  };
  const { modes = allowSoftware ? MODES_WITH_SOFTWARE : MODES } = search;
  return findBackend(create, { ...search, modes });
}
