import { tableDescriptors } from './generated/descriptors.ts';
import type { Tables } from './generated/tables.ts';

/** A table with the given fields; the other scalars get the schema's defaults, the rest is absent. */
export function createTable<K extends keyof Tables>(name: K, fields: Partial<Tables[K]> = {}): Tables[K] {
  const table: Record<string, unknown> = {};
  for (const field of tableDescriptors[name]!.fields) {
    table[field.name] = field.kind === 'scalar' ? field.default : undefined;
  }
  return { ...table, ...fields } as Tables[K];
}
