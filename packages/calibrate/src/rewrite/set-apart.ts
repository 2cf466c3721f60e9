import type { QuantParams } from '@mnnquant/graph';
import { type Op, OpType } from '@mnnquant/mnn-format';
import { HAIR } from '../hair.ts';

/**
 * Gives the outputs of the pools among `apart` (op indices) a scale that differs from the input's by
 * a hair. MNN from 3.1 on then pools in float; older ones pool in int8 whatever the scales, and are
 * off by no more than that hair.
 */
export function setPoolsApart(
  ops: readonly Op[],
  scales: ReadonlyMap<number, QuantParams>,
  apart: ReadonlyMap<number, unknown>,
): ReadonlyMap<number, QuantParams> {
  const result = new Map(scales);
  for (const [index, op] of ops.entries()) {
    if (!apart.has(index) || op.type !== OpType.Pooling) continue;
    const outputId = op.outputIndexes?.[0] ?? -1;
    const input = result.get(op.inputIndexes?.[0] ?? -1);
    const output = result.get(outputId);
    if (input === undefined || output === undefined) continue;
    if (Math.fround(input.scale) !== Math.fround(output.scale)) continue;
    result.set(outputId, { ...output, scale: Math.fround(Math.fround(output.scale) * (1 + HAIR)) });
  }
  return result;
}
