/** Writes TypeScript from resolved descriptors: enums, table interfaces, runtime descriptors. */

const HEADER = '// Generated from schema/*.fbs by scripts/generate-schema.mjs. Do not edit.\n';

const VECTOR_TYPES = {
  bool: 'Uint8Array',
  byte: 'Int8Array',
  ubyte: 'Uint8Array',
  short: 'Int16Array',
  ushort: 'Uint16Array',
  int: 'Int32Array',
  uint: 'Uint32Array',
  long: 'BigInt64Array',
  float: 'Float32Array',
};

function scalarType(field) {
  if (field.enum) return field.enum;
  if (field.type === 'bool') return 'boolean';
  return 'number';
}

function emitEnum(definition) {
  const values = definition.values.map((entry) => `  ${entry.name}: ${entry.value},\n`).join('');
  const names = definition.values.map((entry) => `  ${entry.value}: '${entry.name}',\n`).join('');
  return [
    `export const ${definition.name} = {\n${values}} as const;`,
    `/** A value of {@link ${definition.name}}, or a number that a newer schema added. */`,
    `export type ${definition.name} = number;`,
    `export const ${definition.name}Names: Readonly<Record<number, string>> = {\n${names}};\n`,
  ].join('\n');
}

/** @returns {string} `enums.ts` */
export function emitEnums(schema) {
  return `${HEADER}\n${schema.enums.map(emitEnum).join('\n')}`;
}

function fieldType(field) {
  switch (field.kind) {
    case 'scalar':
      return `: ${scalarType(field)}`;
    case 'scalars':
      return `?: ${VECTOR_TYPES[field.type]} | undefined`;
    case 'string':
      return '?: string | undefined';
    case 'strings':
      return '?: readonly string[] | undefined';
    case 'table':
      return `?: ${field.table} | undefined`;
    case 'tables':
      return `?: readonly ${field.table}[] | undefined`;
    default:
      return `?: ${field.union} | undefined`;
  }
}

function emitInterface(table) {
  const comment = table.comment ? `/** ${table.comment} */\n` : '';
  if (table.fields.length === 0)
    return `${comment}export type ${table.name} = Readonly<Record<string, never>>;\n`;
  const fields = table.fields.map((field) => `  readonly ${field.name}${fieldType(field)};\n`).join('');
  return `${comment}export interface ${table.name} {\n${fields}}\n`;
}

function emitUnion(union) {
  const members = union.members.map(
    (member) => `  | { readonly type: '${member}'; readonly value: ${member} }`,
  );
  return `export type ${union.name} =\n${members.join('\n')};\n`;
}

/** @returns {string} `tables.ts` */
export function emitTables(schema) {
  const used = schema.enums
    .map((entry) => entry.name)
    .filter((name) =>
      schema.tables.some((table) =>
        table.fields.some((field) => field.kind === 'scalar' && field.enum === name),
      ),
    );
  const map = schema.tables.map((table) => `  ${table.name}: ${table.name};\n`).join('');
  return [
    HEADER,
    `import type {\n${used
      .sort()
      .map((name) => `  ${name},\n`)
      .join('')}} from './enums.ts';\n`,
    ...schema.tables.map(emitInterface),
    ...schema.unions.map(emitUnion),
    `/** Every table by its name in the schema. */\nexport interface Tables {\n${map}}\n`,
  ].join('\n');
}

function literal(value) {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function emitDescriptor(table) {
  const fields = table.fields.map((field) => {
    const entries = Object.entries(field).map(([key, value]) => `${key}: ${literal(value)}`);
    return `      { ${entries.join(', ')} },\n`;
  });
  const list = fields.length === 0 ? '[]' : `[\n${fields.join('')}    ]`;
  return `  ${table.name}: {\n    name: '${table.name}',\n    slots: ${table.slots},\n    fields: ${list},\n  },\n`;
}

/** @returns {string} `descriptors.ts` */
export function emitDescriptors(schema) {
  const unions = schema.unions.map(
    (union) =>
      `  ${union.name}: [\n    undefined,\n${union.members.map((member) => `    '${member}',\n`).join('')}  ],\n`,
  );
  return [
    HEADER,
    "import type { TableDescriptor } from '../descriptor.ts';\n",
    `export const ROOT_TABLE = '${schema.root}';\n`,
    '/** Member tables by their number in the file; 0 is none. */',
    `export const unionMembers: Readonly<Record<string, readonly (string | undefined)[]>> = {\n${unions.join('')}};\n`,
    `export const tableDescriptors: Readonly<Record<string, TableDescriptor>> = {\n${schema.tables.map(emitDescriptor).join('')}};\n`,
  ].join('\n');
}
