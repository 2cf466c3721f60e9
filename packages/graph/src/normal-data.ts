import type { TensorData } from './tensor.ts';

/** Roughly normal numbers (a sum of four uniform ones), the same on every machine. */
export function fillNormal(values: TensorData, seed: number): void {
  let state = (seed * 2654435761 + 1) >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  for (let i = 0; i < values.length; i++) values[i] = (uniform() + uniform() + uniform() + uniform()) * 1.7;
}

/** `count` such numbers. */
export function normalData(count: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  fillNormal(values, seed);
  return values;
}
