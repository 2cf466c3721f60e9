import type { EltwiseAttributes } from '@mnnquant/graph';
import { BinaryOpOperation as B, EltwiseType } from '@mnnquant/mnn-format';
import type { GpuArray } from '../device/gpu-array.ts';
import { BINARY_NUMBERS } from './binary-functions.ts';
import { BINARY_PROGRAMS } from './binary-op.ts';
import { lineBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { runMap } from './map.ts';
import { allFloat } from './support.ts';

const OPERATIONS: ReadonlyMap<number, number> = new Map([
  [EltwiseType.SUM, B.ADD],
  [EltwiseType.PROD, B.MUL],
  [EltwiseType.SUB, B.SUB],
  [EltwiseType.MAXIMUM, B.MAXIMUM],
]);

/** y = a op b op c …, all of one shape, from the left. */
export const bindEltwise: KernelBinder = ({ device }, node, inputs) => {
  const { operation, copyFirst } = node.attributes as EltwiseAttributes;
  const programs = BINARY_PROGRAMS.get(OPERATIONS.get(operation) ?? Number.NaN);
  if (programs === undefined || !allFloat(inputs)) return undefined;
  return async ([first, ...others]) => {
    let joined: GpuArray = first!.retain();
    if (copyFirst) return [joined];
    const box = lineBox(joined.count, 2);
    for (const other of others) {
      const before = joined;
      try {
        joined = await runMap(device, programs, box, [before, other!], BINARY_NUMBERS);
      } finally {
        before.release();
      }
    }
    return [joined];
  };
};
