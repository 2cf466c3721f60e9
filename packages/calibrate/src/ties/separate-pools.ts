import type { ExecutionPlan } from '@mnnquant/graph';
import { opTypeName } from '@mnnquant/mnn-format';
import { HAIR } from '../hair.ts';
import type { TensorScale } from '../scale-table.ts';
import type { TieGroup } from './tie-groups.ts';

export interface SolvedGroup {
  readonly group: TieGroup;
  readonly scale: TensorScale;
}

// MNN computes a Pooling3D by Pooling.
const POOLS: ReadonlySet<string> = new Set(['Pooling', 'Pooling3D']);

/**
 * Gives the output of an untied pool another scale than its input.
 *
 * Average pooling in int8 rounds down (CPUPoolInt8.cpp, MNN 3.6.1), so it is left in float. MNN takes
 * a pool for int8 when both sides have the same scale, which must not happen by chance.
 */
export function separateAveragePools(plan: ExecutionPlan, solved: readonly SolvedGroup[]): SolvedGroup[] {
  const result = [...solved];
  const position = new Map<number, number>();
  solved.forEach(({ group }, index) => {
    for (const member of group.members) position.set(member, index);
  });
  for (const { node } of plan.steps) {
    if (!POOLS.has(opTypeName(node.source.type))) continue;
    const input = position.get(node.inputs[0] as number);
    const output = position.get(node.outputs[0] as number);
    if (input === undefined || output === undefined || input === output) continue;
    const from = result[input] as SolvedGroup;
    const to = result[output] as SolvedGroup;
    if (from.scale.scale !== to.scale.scale) continue;
    result[output] = { ...to, scale: { ...to.scale, scale: Math.fround(to.scale.scale * (1 + HAIR)) } };
  }
  return result;
}
