import { type Op, OpType } from '@mnnquant/mnn-format';

/** The constants of a network, by the tensor that they make. */
export function constantOps(ops: readonly Op[]): ReadonlyMap<number, Op> {
  const constants = ops.filter(({ type }) => type === OpType.Const);
  return new Map(constants.map((op) => [op.outputIndexes?.[0] ?? -1, op]));
}
