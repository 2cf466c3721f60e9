import type { GraphNode } from '@mnnquant/graph';
import { PoolType, ReductionType } from '@mnnquant/mnn-format';

/** Whether a node averages: AVEPOOL pooling in two or three dimensions, or a mean over axes. */
export function isAverage({ source: { main } }: GraphNode): boolean {
  if (main?.type === 'Pool' || main?.type === 'Pool3D') return main.value.type === PoolType.AVEPOOL;
  return main?.type === 'ReductionParam' && main.value.operation === ReductionType.MEAN;
}
