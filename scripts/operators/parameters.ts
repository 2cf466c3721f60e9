import { buildGraph } from '@mnnquant/graph';
import type { Net, Op } from '@mnnquant/mnn-format';

/** Fields that say how numbers are stored, not what an op computes. */
const STORAGE: ReadonlySet<string> = new Set(['external', 'quanParameter', 'symmetricQuan']);

/** The fields of their parameter table that ops of these types are read from, found by watching it done. */
export function parametersOf(types: readonly number[], nets: readonly Net[]): string[] {
  const read = new Set<string>();
  const watch = (op: Op): Op => (types.includes(op.type) ? watched(op, read) : op);
  for (const net of nets)
    buildGraph({
      ...net,
      oplists: net.oplists?.map(watch),
      subgraphs: net.subgraphs?.map((part) => ({ ...part, nodes: part.nodes?.map(watch) })),
    });
  return [...read].sort((a, b) => a.localeCompare(b, 'en'));
}

function watched(op: Op, read: Set<string>): Op {
  if (op.main === undefined) return op;
  return { ...op, main: { ...op.main, value: watchedTable(op.main.value, read) } as Op['main'] };
}

function watchedTable<T extends object>(table: T, read: Set<string>): T {
  return new Proxy(table, {
    get(target, field) {
      const value = Reflect.get(target, field);
      if (typeof field !== 'string' || STORAGE.has(field)) return value;
      const inner = Object.getPrototypeOf(value ?? 0) === Object.prototype;
      if (inner) return watchedTable(value as object, read);
      read.add(field);
      return value;
    },
  });
}
