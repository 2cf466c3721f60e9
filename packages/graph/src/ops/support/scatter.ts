import { BinaryOpOperation, type Op } from '@mnnquant/mnn-format';
import { GraphError, type ParseContext } from '../../op.ts';
import type { HostTensor, TensorData } from '../../tensor.ts';
import { binaryFunction } from '../binary-op.ts';
import { optionalParameter } from './parameter.ts';

export interface ScatterAttributes {
  /** What joins an update with what is there (`BinaryOpOperation`); -1 puts it in its place. */
  readonly reduction: number;
}

const REDUCTIONS: ReadonlySet<number> = new Set([
  -1,
  BinaryOpOperation.ADD,
  BinaryOpOperation.MUL,
  BinaryOpOperation.SUB,
  BinaryOpOperation.MAXIMUM,
  BinaryOpOperation.MINIMUM,
]);

/** The reduction stands in a BinaryOp parameter; without one, updates replace. */
export function parseScatter(op: Op, { where }: ParseContext): ScatterAttributes {
  const reduction = optionalParameter(op, 'BinaryOp')?.opType ?? -1;
  if (!REDUCTIONS.has(reduction))
    throw new GraphError(
      `${where}: expected a reduction of -1, ADD, SUB, MUL, MAXIMUM or MINIMUM, got ${reduction}`,
    );
  return { reduction };
}

/** Writes rows of `width` numbers to positions of y, in order; positions outside of y are passed over. */
export function scatterRows(
  y: HostTensor,
  positions: Int32Array,
  updates: TensorData,
  width: number,
  { reduction }: ScatterAttributes,
): void {
  const join =
    reduction < 0 ? undefined : binaryFunction(reduction, y.dtype === 'int32' ? 'int32' : 'float32');
  for (const [row, start] of positions.entries()) {
    if (start < 0 || start >= y.data.length) continue;
    for (let k = 0; k < width; k++) {
      const update = updates[row * width + k];
      y.data[start + k] = join ? join(y.data[start + k], update) : update;
    }
  }
}
