/**
 * Turns parsed declarations into descriptors: every field gets its slot in the vtable, its kind and
 * its default, and every name is checked to exist.
 */

const SCALARS = new Set(['bool', 'byte', 'ubyte', 'short', 'ushort', 'int', 'uint', 'long', 'float']);

function resolveDefault(table, field, enumDef) {
  const text = field.default;
  if (text === undefined) return field.type === 'bool' ? false : 0;
  if (text === 'true' || text === 'false') return text === 'true';
  const named = enumDef?.values.find((entry) => entry.name === text);
  const value = named ? named.value : Number(text);
  if (Number.isNaN(value)) throw new Error(`${table.name}.${field.name}: bad default '${text}'`);
  return value;
}

function resolveField(table, field, slot, index) {
  const base = { name: field.name, slot };
  const enumDef = index.enums.get(field.type);
  const scalar = enumDef ? enumDef.type : SCALARS.has(field.type) ? field.type : undefined;
  if (scalar === 'long' && !field.vector) throw new Error(`${table.name}.${field.name}: 64-bit field`);
  if (scalar) {
    const typed = { ...base, kind: field.vector ? 'scalars' : 'scalar', type: scalar };
    if (!field.vector) typed.default = resolveDefault(table, field, enumDef);
    if (enumDef) typed.enum = enumDef.name;
    return typed;
  }
  if (field.type === 'string') {
    const typed = { ...base, kind: field.vector ? 'strings' : 'string' };
    return field.required ? { ...typed, required: true } : typed;
  }
  if (index.tables.has(field.type)) {
    return { ...base, kind: field.vector ? 'tables' : 'table', table: field.type };
  }
  if (index.unions.has(field.type) && !field.vector) return { ...base, kind: 'union', union: field.type };
  throw new Error(`${table.name}.${field.name}: unknown type '${field.type}'`);
}

function resolveTable(table, index) {
  let slot = 0;
  const fields = table.fields.map((field) => {
    const resolved = resolveField(table, field, slot, index);
    slot += resolved.kind === 'union' ? 2 : 1; // a union is a type byte and an offset
    return resolved;
  });
  return { name: table.name, comment: table.comment, slots: slot, fields };
}

function byName(entries) {
  const map = new Map(entries.map((entry) => [entry.name, entry]));
  if (map.size !== entries.length) throw new Error('a name is declared twice');
  return map;
}

/** @param {import('./parse.mjs').Schema} schema */
export function resolveSchema(schema) {
  const index = { enums: byName(schema.enums), unions: byName(schema.unions), tables: byName(schema.tables) };
  for (const union of schema.unions) {
    const missing = union.members.find((member) => !index.tables.has(member));
    if (missing) throw new Error(`${union.name}: unknown member '${missing}'`);
  }
  const tables = schema.tables.map((table) => resolveTable(table, index));
  return { enums: schema.enums, unions: schema.unions, tables, root: schema.root };
}
