import type { Extents, GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';

/** Threads along each dimension: WebGPU starts at most 65535 groups of 8, 8 and 1. */
const MOST_THREADS = [65_535 * 8, 65_535 * 8, 65_535] as const;

/** Up to here a quotient of thread numbers, rounded down, is exact in float32. */
export const EXACT_DIVISION = 2 ** 22;

/** Whether a device can start threads of these extents; on GL all lie in one texture, whatever their extents. */
export function canStart({ mode }: GpuDevice, extents: Extents): boolean {
  if (extents.length === 1 || mode !== 'webgpu') return true;
  return extents.every((extent, axis) => extent <= MOST_THREADS[axis]);
}

/** Uses intermediate arrays, and releases them afterwards, also when something throws. */
export async function consuming<T>(arrays: readonly GpuArray[], use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    for (const array of arrays) array.release();
  }
}

/** GLSL and WGSL of JavaScript's bounds: NaN stays what it is. */
export function clamped(value: string): string {
  return `if (${value} < lo) ${value} = lo;
    if (${value} > hi) ${value} = hi;`;
}

/**
 * A float that holds a whole number as an integer, for WebGPU only: what is computed with it are integers then, and what does
 * not change in a loop is converted once, before it.
 */
export function wholeNumber(local: string): string {
  return `(${local} | 0)`;
}
