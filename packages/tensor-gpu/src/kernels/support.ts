import { channelAxis, elementCount, type TensorDesc } from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';

/** Whether all tensors are there and hold floats. */
export function allFloat(tensors: readonly (TensorDesc | undefined)[]): tensors is readonly TensorDesc[] {
  return tensors.every((tensor) => tensor?.dtype === 'float32');
}

/** The shape of one value per channel, to be broadcast to the tensor's. */
export function channelShape({ shape, layout }: TensorDesc): readonly number[] {
  const axis = channelAxis(layout, shape.length);
  return shape.map((extent, i) => (i === axis ? extent : 1));
}

/** A tensor as [outer, count, inner] around the axes from `first` to before `end`. */
export function rowsAround(shape: readonly number[], first: number, end: number): Rows {
  const [outer, count, inner] = [shape.slice(0, first), shape.slice(first, end), shape.slice(end)].map(
    elementCount,
  );
  return { outer, count, inner };
}

/** `count` values `inner` apart belong together, in each of `outer` blocks. */
export interface Rows {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

/** Releases what a step needed once it is queued, or failed. */
export async function releasing<T>(arrays: readonly GpuArray[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    for (const array of arrays) array.release();
  }
}
