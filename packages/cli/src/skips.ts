import type { Graph } from '@mnnquant/graph';
import { type MnnModel, opTypeName } from '@mnnquant/mnn-format';
import { UsageError } from './errors.ts';
import { idleSkips, type NamedOp, selectSkips } from './skip-names.ts';

/** What `skip_quant_op_names` means for a model. */
export interface Skips {
  /** The ops that stay float, by their names in the graph. */
  readonly names: readonly string[];
  /** Each pattern of the config with the number of ops that it matched. */
  readonly patterns: readonly SkipCount[];
  readonly warnings: readonly string[];
}

export interface SkipCount {
  readonly pattern: string;
  readonly ops: number;
}

/**
 * Finds the ops to skip, among those of the source and of the graph that is quantized.
 *
 * @param into where an op of the source went when it was folded into others, by name
 * @throws {UsageError} with every pattern that matches nothing
 */
export function skipsOf(
  { net }: MnnModel,
  graph: Graph,
  into: ReadonlyMap<string, readonly string[]>,
  patterns: readonly string[],
): Skips {
  const ops: NamedOp[] = (net.oplists ?? [])
    .filter(({ name }) => name)
    .map(({ name, type }) => ({ name: name!, type: opTypeName(type) }));
  const known = new Set(ops.map(({ name }) => name));
  for (const { name, source } of graph.nodes)
    if (!known.has(name)) ops.push({ name, type: opTypeName(source.type) });
  const { matches, problems } = selectSkips(ops, patterns);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return {
    // The name of a layer that was folded stands for the ops that it went into.
    names: [...new Set(matches.flatMap(({ names }) => names).flatMap((name) => into.get(name) ?? [name]))],
    patterns: matches.map(({ pattern, names }) => ({ pattern, ops: names.length })),
    warnings: idleSkips(matches).map((line) => `config: ${line}`),
  };
}
