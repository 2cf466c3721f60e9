import type { GpuDevice } from '../device/gpu-device.ts';
import { canStart, MOST_THREADS } from './threads.ts';

/** More would be slivers. */
const MOST_SLABS = 256;

/** Up to here {@link quotient} is exact. */
export const EXACT_DIVISION = 2 ** 22;

/**
 * Up to here so is `Math.floor((place + 0.5) / extent)`: a whole number is at least 0.5 / extent away, and 2.5 units in the last
 * place of the result are at most 2.5 * place / extent * 2^-23.
 */
export const EXACT_ROUNDING = 1_600_000;

/** Declares `name` = place / extent, rounded down, also where a division that is off by a hair would show: it is checked. */
export function quotient(name: string, place: string, extent: string): string {
  return `let ${name} = Math.floor((${place} + 0.5) / ${extent});
    if (${name} * ${extent} > ${place}) ${name} -= 1.0;
    if (${place} - ${name} * ${extent} >= ${extent}) ${name} += 1.0;`;
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
  const least = device.mode === 'webgpu' ? Math.ceil(pixels / MOST_THREADS) : 1;
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
