import type { QuantParams } from '@mnnquant/graph';
import { type Op, OpType } from '@mnnquant/mnn-format';

/** Whether an op is `max(x, 0)`: a ReLU without slope. */
export function isRectifier(op: Op): boolean {
  return op.type === OpType.ReLU && (op.main?.type !== 'Relu' || op.main.value.slope === 0);
}

/**
 * Outputs of ReLUs that are to inherit their input's scale: input and output have a scale, the same,
 * and the op is not to run in float all the same (`apart`, by op index).
 */
export function rectifierOutputs(
  ops: readonly Op[],
  scales: ReadonlyMap<number, QuantParams>,
  apart: ReadonlyMap<number, unknown>,
): ReadonlySet<number> {
  const outputs = new Set<number>();
  for (const [index, op] of ops.entries()) {
    if (!isRectifier(op) || apart.has(index)) continue;
    const input = scales.get(op.inputIndexes?.[0] ?? -1);
    const outputId = op.outputIndexes?.[0] ?? -1;
    const output = scales.get(outputId);
    if (input === undefined || output === undefined) continue;
    if (input.scale === output.scale && input.zeroPoint === output.zeroPoint) outputs.add(outputId);
  }
  return outputs;
}
