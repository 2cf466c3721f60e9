import { broadcastStrides, elementCount } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';

/** As `assembly/binary.ts` numbers them. */
export const COMBINE = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
  squaredDifference: 6,
  greater: 7,
  greaterEqual: 8,
  less: 9,
  lessEqual: 10,
  equal: 11,
  notEqual: 12,
} as const;

/** Added to a number above for the operation on whole numbers. */
export const WHOLE = 16;

/** Axes that the kernel walks over. */
const AXES = 4;

/**
 * The box in which two operands meet, for `wasm.combine`: its address, or `undefined` where it has too many axes.
 *
 * @param shape of the result
 */
export function broadcastBox(
  { constants }: KernelContext,
  a: readonly number[],
  b: readonly number[],
  shape: readonly number[],
): number | undefined {
  const axes = mergedAxes(shape, broadcastStrides(a, shape), broadcastStrides(b, shape));
  if (axes.length > AXES) return undefined;
  while (axes.length < AXES) axes.unshift({ extent: 1, a: 0, b: 0 });
  return constants.integers(
    (['extent', 'a', 'b'] as const).flatMap((name) => axes.map((axis) => axis[name])),
  );
}

/** The box of `count` pairs of numbers in a row. */
export function rowBox({ constants }: KernelContext, count: number): number {
  return constants.integers([1, 1, 1, count, 0, 0, 0, 1, 0, 0, 0, 1]);
}

interface Axis {
  readonly extent: number;
  readonly a: number;
  readonly b: number;
}

/** Without axes of one element; axes that lie side by side in both operands joined. */
function mergedAxes(shape: readonly number[], a: readonly number[], b: readonly number[]): Axis[] {
  if (elementCount(shape) === 0) return [{ extent: 0, a: 1, b: 1 }];
  const axes: Axis[] = [];
  for (const [i, extent] of shape.entries()) {
    if (extent === 1) continue;
    const axis = { extent, a: a[i], b: b[i] };
    const last = axes.at(-1);
    if (last && last.a === axis.a * extent && last.b === axis.b * extent)
      axes[axes.length - 1] = { ...axis, extent: last.extent * extent };
    else axes.push(axis);
  }
  return axes;
}
