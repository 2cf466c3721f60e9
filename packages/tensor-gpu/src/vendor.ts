import * as gpuJs from 'gpu.js';
import type { GpuJs } from './device/gpu-js.ts';

/** gpu.js, which is part of the built package (see scripts/bundle.mjs): as a dependency it would bring a Dawn of its own. */
export const GPU_JS = ((gpuJs as { readonly default?: unknown }).default ?? gpuJs) as GpuJs;
