import type { GpuArray } from '../../device/gpu-array.ts';
import type { GpuKernel } from '../context.ts';

/** Makes an array from one that is only lent; the result is the caller's, and may be the lent one retained. */
export type Move = (x: GpuArray) => Promise<GpuArray>;

/** What has the same values in the same order. */
export const stay: Move = async (x) => x.retain();

/** One move after the other; what lies between them is released. */
export function inTurn(...moves: readonly Move[]): Move {
  return async (x) => {
    let current = x.retain();
    for (const move of moves) {
      const before = current;
      try {
        current = await move(before);
      } finally {
        before.release();
      }
    }
    return current;
  };
}

/** A kernel that makes each output of the first input; `undefined` where one of the moves cannot be made. */
export function fromFirst(moves: readonly (Move | undefined)[]): GpuKernel | undefined {
  if (!moves.every((move) => move !== undefined)) return undefined;
  return async ([x]) => {
    const results: GpuArray[] = [];
    try {
      for (const move of moves) results.push(await move(x!));
    } catch (error) {
      for (const result of results) result.release();
      throw error;
    }
    return results;
  };
}
