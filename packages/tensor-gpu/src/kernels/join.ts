import { type GpuArray, view } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';
import { canStart } from './dispatch.ts';

/** Arrays that one run joins. */
const JOINED_AT_ONCE = 4;

const PARAMETERS = {
  a: 'array',
  b: 'array',
  c: 'array',
  d: 'array',
  startB: 'integer',
  startC: 'integer',
  startD: 'integer',
} as const;

/** Arrays [outer, extent, inner] of one inner and outer, one behind the other along the extents. */
const JOIN_PLANES = program({
  name: 'join-planes',
  rank: 3,
  parameters: PARAMETERS,
  body: `
    if (this.thread.y < startB) return a[this.thread.z][this.thread.y][this.thread.x];
    if (this.thread.y < startC) return b[this.thread.z][this.thread.y - startB][this.thread.x];
    if (this.thread.y < startD) return c[this.thread.z][this.thread.y - startC][this.thread.x];
    return d[this.thread.z][this.thread.y - startD][this.thread.x];`,
});

/** The same for short inner ones: extent and inner are one line. */
const JOIN_LINES = program({
  name: 'join-lines',
  rank: 3,
  parameters: PARAMETERS,
  body: `
    if (this.thread.x < startB) return a[0][this.thread.y][this.thread.x];
    if (this.thread.x < startC) return b[0][this.thread.y][this.thread.x - startB];
    if (this.thread.x < startD) return c[0][this.thread.y][this.thread.x - startC];
    return d[0][this.thread.y][this.thread.x - startD];`,
});

/** An array [outer, extent, inner]. */
export interface JoinPart {
  readonly array: GpuArray;
  readonly extent: number;
}

/** Whether a device can join arrays of `extents`. */
export function canJoin(
  device: GpuDevice,
  outer: number,
  extents: readonly number[],
  inner: number,
): boolean {
  return canStart(device, threadsOf(outer, total(extents), inner));
}

/**
 * Arrays [outer, extent, inner] behind each other along the extents, as Concat wants them: [outer, sum of extents, inner].
 * The result is the caller's; the parts stay whose they are.
 */
export async function joinArrays(
  device: GpuDevice,
  outer: number,
  parts: readonly JoinPart[],
  inner: number,
): Promise<GpuArray> {
  if (parts.length === 1) return parts[0].array.retain();
  let rest = parts;
  let made: GpuArray | undefined;
  while (rest.length > 1) {
    const some = rest.slice(0, JOINED_AT_ONCE);
    const before = made;
    try {
      made = await joinSome(device, outer, some, inner);
    } finally {
      before?.release();
    }
    const extent = total(some.map((part) => part.extent));
    rest = [{ array: made, extent }, ...rest.slice(JOINED_AT_ONCE)];
  }
  return made!;
}

function joinSome(
  device: GpuDevice,
  outer: number,
  parts: readonly JoinPart[],
  inner: number,
): Promise<GpuArray> {
  const threads = threadsOf(outer, total(parts.map(({ extent }) => extent)), inner);
  const inLines = inner < LEAST_INNER;
  const step = inLines ? inner : 1;
  const starts = [1, 2, 3].map((count) => total(parts.slice(0, count).map(({ extent }) => extent)) * step);
  // A part that is not there is not read, only bound.
  const [a, b, c, d] = Array.from({ length: JOINED_AT_ONCE }, (_, i) => {
    const { array, extent } = parts[i] ?? parts[0];
    return inLines ? view(array, extent * inner, outer) : view(array, inner, extent, outer);
  });
  const args = { a, b, c, d, startB: starts[0], startC: starts[1], startD: starts[2] };
  return device.run(inLines ? JOIN_LINES : JOIN_PLANES, args, threads);
}

/** Below it most of a group's threads along x would have nothing to do. */
const LEAST_INNER = 8;

function threadsOf(outer: number, extent: number, inner: number): readonly [number, number, number] {
  return inner < LEAST_INNER ? [extent * inner, outer, 1] : [inner, extent, outer];
}

function total(extents: readonly number[]): number {
  return extents.reduce((sum, extent) => sum + extent, 0);
}
