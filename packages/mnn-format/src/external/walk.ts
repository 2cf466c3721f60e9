import { tableDescriptors } from '../generated/descriptors.ts';

/** A table as the descriptors see it. */
export type AnyTable = Readonly<Record<string, unknown>>;

/** Where a table stands. */
export interface Location {
  readonly place: string;
  /** `externalPath` of the op that holds the table. */
  readonly externalPath: string | undefined;
}

/** Returns `table` itself to leave it alone, or what shall replace it. */
export type TableVisitor = (name: string, table: AnyTable, location: Location) => AnyTable;

/**
 * Replaces tables of a model. What does not change is shared with the old model. An op in which
 * something changed loses its `externalPath`.
 */
export function mapTables(name: string, table: AnyTable, location: Location, visit: TableVisitor): AnyTable {
  const inner =
    name === 'Op' ? { ...location, externalPath: table.externalPath as string | undefined } : location;
  const own = visit(name, table, inner);
  const changes: Record<string, unknown> = {};
  for (const field of tableDescriptors[name]!.fields) {
    const value = own[field.name];
    if (value === undefined) continue;
    const place = { ...inner, place: `${location.place}.${field.name}` };
    const mapped =
      field.kind === 'table'
        ? mapTables(field.table, value as AnyTable, place, visit)
        : field.kind === 'tables'
          ? mapVector(field.table, value as readonly AnyTable[], place, visit)
          : field.kind === 'union'
            ? mapUnion(value as UnionValue, place, visit)
            : value;
    if (mapped !== value) changes[field.name] = mapped;
  }
  if (Object.keys(changes).length === 0) return own;
  return name === 'Op' ? { ...own, ...changes, externalPath: undefined } : { ...own, ...changes };
}

function mapVector(name: string, tables: readonly AnyTable[], location: Location, visit: TableVisitor) {
  const mapped = tables.map((table, i) =>
    mapTables(name, table, { ...location, place: `${location.place}[${i}]` }, visit),
  );
  return mapped.some((table, i) => table !== tables[i]) ? mapped : tables;
}

interface UnionValue {
  readonly type: string;
  readonly value: AnyTable;
}

function mapUnion(union: UnionValue, location: Location, visit: TableVisitor): UnionValue {
  const place = { ...location, place: `${location.place}.${union.type}` };
  const value = mapTables(union.type, union.value, place, visit);
  return value === union.value ? union : { type: union.type, value };
}
