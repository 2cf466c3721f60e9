import type { Report, ReportLayer } from '../schema.ts';

type Config = Report['reproduce']['config'];

/** Whether it changes something to leave the op in float: inputs compute nothing, and a pattern cannot be empty. */
export function canStayFloat({ int8, type, op }: ReportLayer): boolean {
  return int8 && type !== 'Input' && op !== '';
}

/**
 * The config with the ops added to those that stay float; entries that are there stay, in their order.
 *
 * @param given the keys that the config file had: others are defaults, which a file need not repeat
 */
export function changedConfig(config: Config, ops: Iterable<string>, given = Object.keys(config)): Config {
  const { skip_quant_op_names: skipped } = config;
  const entries = Array.isArray(skipped) ? skipped : [];
  const kept = Object.entries(config).filter(([key]) => given.includes(key));
  return { ...Object.fromEntries(kept), skip_quant_op_names: [...new Set([...entries, ...ops])] };
}

/** Multiply-adds that run in float now, and those that would. An op with several tensors counts once. */
export function floatMultiplyAdds(
  layers: readonly ReportLayer[],
  { int8, total }: Report['summary']['multiplyAdds'],
  ops: ReadonlySet<string>,
): { readonly before: number; readonly after: number; readonly total: number } {
  const byOp = new Map<string, number>();
  for (const layer of layers)
    if (ops.has(layer.op)) byOp.set(layer.op, Math.max(byOp.get(layer.op) ?? 0, layer.multiplyAdds));
  const chosen = [...byOp.values()].reduce((sum, count) => sum + count, 0);
  return { before: total - int8, after: Math.min(total, total - int8 + chosen), total };
}
