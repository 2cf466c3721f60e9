import type { Extents } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';

/** Threads of a program of rank 3 run in groups of 8 x 8 x 1 (gpu.js on WebGPU). */
export const GROUP_SIDE = 8;

/** Groups that every WebGPU device starts along each dimension. */
const MOST_GROUPS = 65_535;

/** Threads of a program of rank 3 along x, and along y. */
export const MOST_THREADS = MOST_GROUPS * GROUP_SIDE;

/** The same along z. */
export const MOST_PLANES = MOST_GROUPS;

/** Longer axes are cut in two where that helps. */
const LONG = 1024;

/** Whether a device can start threads of these extents; on GL all lie in one texture, whatever their extents. */
export function canStart({ mode }: GpuDevice, extents: Extents): boolean {
  return mode !== 'webgpu' || extents.length === 1 || occupancy(extents) > 0;
}

/**
 * The share of threads that have something to do when a program of rank 3 runs with this output; 0 where a WebGPU device
 * cannot start them.
 */
export function occupancy([x, y = 1, z = 1]: Extents): number {
  if (x > MOST_THREADS || y > MOST_THREADS || z > MOST_PLANES) return 0;
  return (x / roundedUp(x)) * (y / roundedUp(y));
}

function roundedUp(extent: number): number {
  return Math.ceil(extent / GROUP_SIDE) * GROUP_SIDE;
}

/**
 * The least number of equal parts, at least `least` where that divides, in which an extent is no more than a program's
 * threads along x or y; `undefined` where there is none.
 */
export function partsOf(extent: number, least = 1): number | undefined {
  if (least > 1 && extent % least === 0 && extent / least <= MOST_THREADS) return least;
  let parts = Math.ceil(extent / MOST_THREADS);
  while (parts <= MOST_PLANES && extent % parts !== 0) parts++;
  return parts <= MOST_PLANES ? parts : undefined;
}

/** The largest divisor that is not above `most`. */
function divisorUpTo(extent: number, most: number): number {
  let divisor = Math.min(extent, most);
  while (extent % divisor !== 0) divisor--;
  return divisor;
}

/** The inner part of a long axis that is to be walked as two; `undefined` for a short one, or where none is worth it. */
export function innerPart(extent: number): number | undefined {
  if (extent <= LONG) return undefined;
  const inner = divisorUpTo(extent, LONG);
  return inner < GROUP_SIDE ? undefined : inner;
}
