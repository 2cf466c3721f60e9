import type { QuantParams } from '../backend.ts';

/** Params as MNN's own tool writes them, unless another zero point or ends are given. */
export function params(scale: number, zeroPoint = 0, min = -127, max = 127): QuantParams {
  return { scale, zeroPoint, min, max };
}

/** `count` whole numbers in which every one from -127 to 127 has its turn, in an order that mixes them; at another place for each seed. */
export function everyQ(count: number, seed = 0): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 97 + seed * 61) % 255) - 127);
}
