import { type BinaryAttributes, type Int8Attributes, int8Binary } from '@mnnquant/graph';
import { BinaryOpOperation as B } from '@mnnquant/mnn-format';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { broadcastBox } from './combine.ts';
import { allFloat } from './support.ts';

/** As `assembly/int8-combine.ts` numbers them. */
const OPERATIONS: ReadonlyMap<number, number> = new Map([
  [B.ADD, 0],
  [B.SUB, 1],
  [B.MUL, 2],
  [B.REALDIV, 3],
  [B.SquaredDifference, 4],
]);

/** Sums, products, differences and quotients of int8 with broadcasting. Rare operations are left to the reference. */
export const bindInt8BinaryOp: KernelBinder = (context, node, inputs, [output]) => {
  const attributes = node.attributes as Int8Attributes<BinaryAttributes>;
  const operation = OPERATIONS.get(attributes.op.operation);
  if (operation === undefined || !allFloat(inputs)) return undefined;
  const box = broadcastBox(context, inputs[0].shape, inputs[1].shape, output.shape);
  if (box === undefined) return undefined;
  const { a, b, y, inverse } = int8Binary(attributes);
  const grids = context.constants.floats(node, 'grids', () =>
    Float32Array.of(a.zeroPoint, a.scale, b.zeroPoint, b.scale, inverse, y.zeroPoint, y.min, y.max),
  );
  const { wasm } = context;
  return ([left, right], [result]) =>
    wasm.combineInt8(operation, live(left).address, live(right).address, live(result).address, box, grids);
};
