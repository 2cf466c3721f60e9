import type { Graph } from '@mnnquant/graph';
import type { Config } from '../../config/schema.ts';
import { messageOf } from '../../errors.ts';
import { askedFor } from '../../samples/asked-for.ts';
import type { ArrayFacts } from './facts.ts';

/** Reads every array that a run would use, each once. */
export async function gatherArrays(
  graph: Graph,
  config: Config,
  onProgress?: (done: number, total: number) => void,
): Promise<{ readonly facts: ArrayFacts; readonly shapes?: ReadonlyMap<string, readonly number[]> }> {
  try {
    const { sequenceSource } = await import('../../samples/sequence.ts');
    const source = await sequenceSource(graph, config, askedFor(config));
    const { count, skipped, warnings } = await source.open({ cacheBytes: 0, onProgress });
    return { facts: { count, skipped, warnings }, shapes: source.shapes };
  } catch (error) {
    return { facts: { count: 0, skipped: [], warnings: [], problem: messageOf(error) } };
  }
}
