import { type BoundKernel, type DeviceTensor, mergedAxes, type TensorDesc, type View } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** Axes that the kernel walks over. */
const AXES = 4;

/** A copy of a box of elements between two tensors of a node. */
export interface BoxMove {
  readonly input: number;
  readonly output: number;
  readonly from: View;
  readonly to: View;
  readonly extents: readonly number[];
}

/**
 * Binds moves that are made one after the other; `undefined` where elements have other than 4 bytes or a box has
 * too many axes.
 *
 * @param shift elements that all sources are moved by, told by the content of the inputs when the kernel runs
 */
export function bindMoves(
  { wasm, constants }: KernelContext,
  inputs: readonly (TensorDesc | undefined)[],
  moves: readonly BoxMove[],
  shift: (sources: readonly (DeviceTensor | undefined)[]) => number = () => 0,
): BoundKernel | undefined {
  if (moves.some(({ input }) => ELEMENT_BYTES[inputs[input]?.dtype ?? 'int8'] !== 4)) return undefined;
  const bound: { move: BoxMove; table: number }[] = [];
  for (const move of moves) {
    if (move.extents.includes(0)) continue;
    const axes = mergedAxes(move.extents, move.from, move.to);
    if (axes.length > AXES) return undefined;
    while (axes.length < AXES) axes.unshift({ extent: 1, from: 0, to: 0 });
    const fields = (['extent', 'from', 'to'] as const).flatMap((name) => axes.map((axis) => axis[name]));
    bound.push({ move, table: constants.integers(fields) });
  }
  return (sources, targets) => {
    const shifted = shift(sources);
    for (const { move, table } of bound) {
      const x = live(sources[move.input]).address + (move.from.offset + shifted) * 4;
      const y = live(targets[move.output]).address + move.to.offset * 4;
      wasm.moveBox(x, y, table);
    }
  };
}
