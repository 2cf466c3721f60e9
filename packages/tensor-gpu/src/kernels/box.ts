import { broadcastStrides } from '@mnnquant/graph';
import type { Extents } from '../device/gpu-array.ts';
import { MOST_PLANES, partsOf } from './threads.ts';

/** Where an operand is read: `steps` go with the programs of `map.ts`. */
export interface BoxOperand {
  readonly extents: Extents;
  /** Along a line: 1, or 0 for one value. In a box: 0 or 1 along x and y, then planes per step of each outer axis. */
  readonly steps: readonly number[];
}

/** How operands meet in a result: along one line, or in a box whose planes are counted by several axes. */
export type Box =
  | { readonly kind: 'line'; readonly count: number; readonly operands: readonly BoxOperand[] }
  | {
      readonly kind: 'box';
      readonly extents: readonly [number, number, number];
      /** Extents of the outer axes but the first. */
      readonly outer: readonly number[];
      readonly operands: readonly BoxOperand[];
    };

/** Axes that the planes of a box are counted by. */
export const OUTER_AXES = [0, 1, 2, 3] as const;

/** Parameters for their extents. */
export const BOX_NUMBERS = ['outer1', 'outer2', 'outer3'] as const;

interface Axis {
  readonly extent: number;
  /** Per operand, in values; 0 where it is repeated. */
  readonly steps: readonly number[];
}

/** The box of operands that are broadcast to `shape`, by NumPy's rule; `undefined` where it has too many axes or planes. */
export function broadcastBox(
  shape: readonly number[],
  operands: readonly (readonly number[])[],
): Box | undefined {
  return boxOf(
    shape,
    operands.map((operand) => broadcastStrides(operand, shape)),
  );
}

/** The box of `operands` arrays of `count` values each, for a function that maps them value by value. */
export function lineBox(count: number, operands = 1): Box {
  return {
    kind: 'line',
    count,
    operands: Array.from({ length: operands }, () => ({ extents: [count], steps: [1] })),
  };
}

/**
 * @param strides per operand, in values along the axes of `shape`; 0 along what is repeated. Each operand is dense.
 */
export function boxOf(shape: readonly number[], strides: readonly (readonly number[])[]): Box | undefined {
  const axes = joinedAxes(shape, strides);
  if (axes.length === 1) {
    const [{ extent, steps }] = axes;
    return {
      kind: 'line',
      count: extent,
      operands: steps.map((step) => ({ extents: [step === 0 ? 1 : extent], steps: [step] })),
    };
  }
  const split = splitLong(axes);
  if (split === undefined || split.length > OUTER_AXES.length + 2) return undefined;
  const outer = split.slice(0, -2);
  while (outer.length < OUTER_AXES.length) outer.unshift({ extent: 1, steps: strides.map(() => 0) });
  const [y, x] = split.slice(-2);
  const planes = outer.reduce((product, { extent }) => product * extent, 1);
  if (planes > MOST_PLANES) return undefined;
  return {
    kind: 'box',
    extents: [x.extent, y.extent, planes],
    outer: outer.slice(1).map(({ extent }) => extent),
    operands: strides.map((_, k) => operandIn(x, y, outer, k)),
  };
}

function operandIn(x: Axis, y: Axis, outer: readonly Axis[], k: number): BoxOperand {
  const width = x.steps[k] === 0 ? 1 : x.extent;
  const height = y.steps[k] === 0 ? 1 : y.extent;
  const planes = outer.reduce((product, { extent, steps }) => product * (steps[k] === 0 ? 1 : extent), 1);
  return {
    extents: [width, height, planes],
    steps: [
      Math.sign(x.steps[k]),
      Math.sign(y.steps[k]),
      ...outer.map(({ steps }) => steps[k] / (width * height)),
    ],
  };
}

/** Without axes of one element; axes that lie side by side in all operands joined. At least one. */
function joinedAxes(shape: readonly number[], strides: readonly (readonly number[])[]): Axis[] {
  const axes: Axis[] = [];
  for (const [i, extent] of shape.entries()) {
    if (extent === 1) continue;
    const steps = strides.map((own) => own[i]);
    const last = axes.at(-1);
    if (last?.steps.every((step, k) => step === steps[k] * extent))
      axes[axes.length - 1] = { extent: last.extent * extent, steps };
    else axes.push({ extent, steps });
  }
  return axes.length > 0 ? axes : [{ extent: 1, steps: strides.map(() => 0) }];
}

/** More values along an axis than a program can have threads are counted by two axes, where their number has a divisor. */
function splitLong(axes: readonly Axis[]): readonly Axis[] | undefined {
  const result: Axis[] = [];
  for (const axis of axes) {
    const parts = partsOf(axis.extent);
    if (parts === undefined) return undefined;
    const extent = axis.extent / parts;
    if (parts > 1) result.push({ extent: parts, steps: axis.steps.map((step) => step * extent) });
    result.push({ extent, steps: axis.steps });
  }
  return result;
}
