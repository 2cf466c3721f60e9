import type { OpCase } from '../op.ts';
import type { LstmAttributes } from './lstm.ts';

/** Inputs of a recurrence over [T, N, C] with the weights of `gates` gates. */
export function recurrentInputs(
  [steps, batch, features]: readonly [number, number, number],
  units: number,
  directions: number,
  gates: number,
): { readonly shape: readonly number[] }[] {
  const rows = gates * units;
  return [
    { shape: [steps, batch, features] },
    { shape: [directions, rows, features] },
    { shape: [directions, rows, units] },
    { shape: [directions, rows] },
  ];
}

export function lstmCases(): OpCase<LstmAttributes>[] {
  const attributes = { units: 5, caffe: undefined };
  const state = (directions: number, batch: number) => ({ shape: [directions, batch, 5] });
  const weights = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 8 - 0.6);
  return [
    { title: 'from zero', attributes, inputs: recurrentInputs([4, 2, 3], 5, 1, 4) },
    {
      title: 'given states',
      attributes,
      inputs: [...recurrentInputs([4, 2, 3], 5, 1, 4), state(1, 2), state(1, 2)],
    },
    {
      title: 'both ways',
      attributes,
      inputs: [...recurrentInputs([3, 2, 6], 5, 2, 4), state(2, 2), state(2, 2)],
    },
    { title: 'a single step', attributes, inputs: recurrentInputs([1, 1, 3], 5, 1, 4) },
    { title: 'no step', attributes, inputs: recurrentInputs([0, 2, 3], 5, 1, 4) },
    {
      title: 'no bias, no hidden state',
      attributes,
      inputs: [...recurrentInputs([2, 1, 3], 5, 1, 4).slice(0, 3), undefined, undefined, state(1, 1)],
    },
    {
      title: 'weights in the op',
      attributes: {
        units: 3,
        caffe: { units: 3, features: 2, w: weights(24), r: weights(36), bias: weights(12) },
      },
      inputs: [{ shape: [2, 4, 1, 2], layout: 'NC4HW4' }],
    },
  ];
}
