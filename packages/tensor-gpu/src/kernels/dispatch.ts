import type { Extents, GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';

/** Threads along each dimension: WebGPU starts at most 65535 groups of 8, 8 and 1. */
const MOST_THREADS = [65_535 * 8, 65_535 * 8, 65_535] as const;

/** Up to here {@link quotient} is exact. */
export const EXACT_DIVISION = 2 ** 22;

/**
 * Declares `name` = place / extent, rounded down. A division in WGSL may be off by 2.5 units in the last place, which shows from
 * about a million on: so it is checked.
 */
export function quotient(name: string, place: string, extent: string): string {
  return `let ${name} = Math.floor((${place} + 0.5) / ${extent});
    if (${name} * ${extent} > ${place}) ${name} -= 1.0;
    if (${place} - ${name} * ${extent} >= ${extent}) ${name} += 1.0;`;
}

/** Whether a device can start threads of these extents; on GL all lie in one texture, whatever their extents. */
export function canStart({ mode }: GpuDevice, extents: Extents): boolean {
  if (extents.length === 1 || mode !== 'webgpu') return true;
  return extents.every((extent, axis) => extent <= MOST_THREADS[axis]);
}

/**
 * Into how many slabs long planes are cut, so that a device can start a thread for each pixel: along x those of a slab, along y
 * the slabs of all planes. `undefined` where it cannot, or does not compute places exactly.
 */
export function slabsOf(
  device: GpuDevice,
  pixels: number,
  planes: number,
  depth: number,
): number | undefined {
  if (pixels >= EXACT_DIVISION) return undefined;
  const least = device.mode === 'webgpu' ? Math.ceil(pixels / MOST_THREADS[0]) : 1;
  for (let slabs = least; slabs <= MOST_SLABS; slabs++) {
    if (pixels % slabs !== 0) continue;
    return canStart(device, [pixels / slabs, planes * slabs, depth]) ? slabs : undefined;
  }
  return undefined;
}

/** Threads of slabs, for a program with the parameter `slabs`. */
export function slabThreads(slabs: number, pixels: number, planes: number, depth: number) {
  return [pixels / slabs, planes * slabs, depth] as const;
}

/** What begins such a program: the thread's plane (`o`) and pixel. */
export const OWN_PIXEL = `
    const o = Math.floor((this.thread.y + 0.5) / slabs);
    const pixel = this.thread.x + (this.thread.y - o * slabs) * this.output.x;`;

/** More would be slivers. */
const MOST_SLABS = 256;

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
