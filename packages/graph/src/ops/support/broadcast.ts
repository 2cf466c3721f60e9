import { GraphError } from '../../op.ts';
import { denseStrides } from './strides.ts';

/** NumPy's rule: shapes are aligned at the end, an extent of 1 repeats. */
export function broadcastShape(a: readonly number[], b: readonly number[], where: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new GraphError(
        `${where}: shapes [${a}] and [${b}] do not broadcast: ${x} and ${y} differ and neither is 1`,
      );
    }
    return x === 1 ? y : x;
  });
}

/** Strides to read a tensor of `shape` as if it had the broadcast shape `target`. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const dense = denseStrides(shape);
  return target.map((_, i) => {
    const axis = shape.length - target.length + i;
    return axis < 0 || shape[axis] === 1 ? 0 : dense[axis];
  });
}

/** Calls `visit(outputIndex, a, b)` for every element of `target` with the matching element numbers of two inputs. */
export function forEachPair(
  target: readonly number[],
  aStrides: readonly number[],
  bStrides: readonly number[],
  visit: (output: number, a: number, b: number) => void,
): void {
  if (target.includes(0)) return;
  const last = target.length - 1;
  let output = 0;
  const walk = (axis: number, a: number, b: number): void => {
    if (axis > last) {
      visit(output++, a, b);
      return;
    }
    for (let i = 0; i < target[axis]; i++) walk(axis + 1, a + i * aStrides[axis], b + i * bStrides[axis]);
  };
  walk(0, 0, 0);
}
