import type { Extents } from '../../device/gpu-array.ts';

/** Threads of a program of rank 3 run in groups of 8 x 8 x 1 (gpu.js on WebGPU). */
const GROUP_SIDE = 8;

/** Groups that every WebGPU device starts along each dimension. */
const MOST_GROUPS = 65535;

/** Without a depth, gpu.js makes a GL texture of exactly these sides: what every GPU of today has. */
const MOST_FLAT = 4096;

/** Longer axes are cut in two where that helps. */
const LONG = 1024;

/**
 * The share of threads that have something to do when a program of rank 3 runs with this output; 0 where it cannot run.
 */
export function occupancy([x, y = 1, z = 1]: Extents): number {
  const most = MOST_GROUPS * GROUP_SIDE;
  if (x > most || y > most || z > MOST_GROUPS) return 0;
  if (z === 1 && y > 1 && Math.max(x, y) > MOST_FLAT) return 0;
  return (x / roundedUp(x)) * (y / roundedUp(y));
}

function roundedUp(extent: number): number {
  return Math.ceil(extent / GROUP_SIDE) * GROUP_SIDE;
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
