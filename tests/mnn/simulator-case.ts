import type { INT8_OPS, QuantParams } from '@mnnquant/graph';
import type { MNN_DATA_FORMAT, OpParameter, OpType } from '@mnnquant/mnn-format';

export interface Operand {
  readonly shape: readonly number[];
  readonly params: QuantParams;
  /** A Const op instead of an input of the network. */
  readonly constant?: boolean;
}

/** A network of one op between float tensors that have scales: MNN casts, runs the op in int8 and casts back. */
export interface SimulatorCase {
  readonly title: string;
  readonly op: keyof typeof INT8_OPS & keyof typeof OpType;
  readonly main: OpParameter | undefined;
  readonly format: MNN_DATA_FORMAT;
  readonly operands: readonly Operand[];
  /** `undefined`: MNN is to hand on the input's. */
  readonly output: QuantParams | undefined;
}

export const params = (scale: number, zeroPoint = 0, min = -127, max = 127): QuantParams => ({
  scale,
  zeroPoint,
  min,
  max,
});

/** Channels and sizes that fill no vector, and such that do. */
export const SHAPES = [
  [1, 3, 5, 7],
  [2, 20, 6, 9],
  [1, 16, 8, 8],
] as const;

/** Same scales; other scales with zero points; a narrow output that saturates; ranges that are not symmetric. */
export const GRIDS: readonly (readonly [title: string, from: QuantParams, to: QuantParams])[] = [
  ['one scale', params(0.05), params(0.05)],
  ['zero points', params(0.031, 7), params(0.0173, -11)],
  ['saturating', params(0.05, -3), params(0.008, 4)],
  ['asymmetric', params(0.02, -127, -127, 100), params(0.035, -100, -90, 127)],
];

export type Of = Pick<SimulatorCase, 'op' | 'main' | 'format'>;

/** One operand, in all shapes and grids. */
export function unaries(
  title: string,
  of: Of,
  shapes: readonly (readonly number[])[] = SHAPES,
): SimulatorCase[] {
  return shapes.flatMap((shape) =>
    GRIDS.map(([grid, from, output]) => ({
      ...of,
      title: `${title}, ${shape.join('x')}, ${grid}`,
      operands: [{ shape, params: from }],
      output,
    })),
  );
}

/** Likewise with one scale for both. */
export function sameScale(
  title: string,
  of: Of,
  shapes: readonly (readonly number[])[] = SHAPES,
  output = true,
): SimulatorCase[] {
  return shapes.flatMap((shape) =>
    GRIDS.map(([grid, from]) => ({
      ...of,
      title: `${title}, ${shape.join('x')}, ${grid}`,
      operands: [{ shape, params: from }],
      output: output ? from : undefined,
    })),
  );
}
