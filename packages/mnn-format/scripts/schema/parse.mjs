/**
 * Parser for the part of the FlatBuffers schema language that this package uses: enums, unions of
 * tables, tables with scalar, string, table, union and vector fields, `//` comments, and field
 * attributes in parentheses. `include`, `namespace` and `attribute` lines are read and ignored.
 */

const SCALAR_ALIASES = {
  bool: 'bool',
  byte: 'byte',
  int8: 'byte',
  ubyte: 'ubyte',
  uint8: 'ubyte',
  short: 'short',
  int16: 'short',
  ushort: 'ushort',
  uint16: 'ushort',
  int: 'int',
  int32: 'int',
  uint: 'uint',
  uint32: 'uint',
  long: 'long',
  int64: 'long',
  float: 'float',
  float32: 'float',
};

const TOKEN = /\/\/(.*)|"[^"]*"|[A-Za-z_][A-Za-z0-9_.]*|[-+]?[0-9][0-9A-Za-z_.+-]*|[{}()[\]:;,=]|\S/g;

/** @typedef {{ text: string, line: number }} Token */
/** @typedef {{ name: string, type: string, values: { name: string, value: number }[] }} EnumDef */
/** @typedef {{ name: string, members: string[] }} UnionDef */
/** @typedef {{ name: string, type: string, vector: boolean, default: string | undefined, required: boolean }} RawField */
/** @typedef {{ name: string, comment: string, fields: RawField[] }} TableDef */
/** @typedef {{ enums: EnumDef[], unions: UnionDef[], tables: TableDef[], root: string | undefined }} Schema */

/** @returns {Token[]} comments are tokens too, so that a declaration can keep the one above it */
function tokenize(text) {
  const tokens = [];
  text.split('\n').forEach((content, index) => {
    for (const match of content.matchAll(TOKEN)) {
      tokens.push({ text: match[0], line: index + 1 });
    }
  });
  return tokens;
}

class Cursor {
  constructor(tokens, fileName) {
    this.tokens = tokens;
    this.fileName = fileName;
    this.position = 0;
    this.comments = [];
  }

  get done() {
    this.skipComments();
    return this.position >= this.tokens.length;
  }

  skipComments() {
    while (this.tokens[this.position]?.text.startsWith('//')) {
      this.comments.push(this.tokens[this.position++].text.slice(2).trim());
    }
  }

  takeComment() {
    return this.comments.splice(0).join(' ').trim();
  }

  peek() {
    this.skipComments();
    return this.tokens[this.position]?.text;
  }

  next() {
    const text = this.peek();
    if (text === undefined) throw new Error(`${this.fileName}: unexpected end of file`);
    this.position++;
    return text;
  }

  fail(expected, got) {
    const line = this.tokens[this.position - 1]?.line ?? 0;
    throw new Error(`${this.fileName}:${line}: expected ${expected}, got '${got}'`);
  }

  expect(text) {
    const got = this.next();
    if (got !== text) this.fail(`'${text}'`, got);
  }

  accept(text) {
    if (this.peek() !== text) return false;
    this.position++;
    return true;
  }

  name() {
    const got = this.next();
    if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(got)) this.fail('a name', got);
    return got;
  }
}

function parseEnum(cursor) {
  const name = cursor.name();
  cursor.expect(':');
  const type = SCALAR_ALIASES[cursor.name()];
  cursor.expect('{');
  const values = [];
  let value = 0;
  while (!cursor.accept('}')) {
    const member = cursor.name();
    if (cursor.accept('=')) value = Number(cursor.next());
    values.push({ name: member, value: value++ });
    if (cursor.peek() !== '}') cursor.expect(',');
  }
  cursor.takeComment();
  return { name, type, values };
}

function parseUnion(cursor) {
  const name = cursor.name();
  cursor.expect('{');
  const members = [];
  while (!cursor.accept('}')) {
    members.push(cursor.name());
    if (cursor.peek() !== '}') cursor.expect(',');
  }
  cursor.takeComment();
  return { name, members };
}

function parseAttributes(cursor) {
  const attributes = [];
  if (!cursor.accept('(')) return attributes;
  while (!cursor.accept(')')) attributes.push(cursor.next());
  return attributes;
}

function parseField(cursor) {
  const name = cursor.name();
  cursor.expect(':');
  const vector = cursor.accept('[');
  const type = cursor.name();
  if (vector) cursor.expect(']');
  const fallback = cursor.accept('=') ? cursor.next() : undefined;
  const attributes = parseAttributes(cursor);
  cursor.expect(';');
  if (attributes.includes('id')) cursor.fail('fields in wire order without ids', 'id');
  // A string key is a required field in FlatBuffers: verifiers refuse a table without it.
  const required = attributes.includes('key') || attributes.includes('required');
  return { name, type: SCALAR_ALIASES[type] ?? type, vector, default: fallback, required };
}

function parseTable(cursor, comment) {
  const name = cursor.name();
  cursor.expect('{');
  const fields = [];
  while (!cursor.accept('}')) fields.push(parseField(cursor));
  cursor.takeComment();
  return { name, comment, fields };
}

function parseDeclaration(cursor, schema) {
  const keyword = cursor.next();
  const comment = cursor.takeComment();
  if (keyword === 'enum') schema.enums.push(parseEnum(cursor));
  else if (keyword === 'union') schema.unions.push(parseUnion(cursor));
  else if (keyword === 'table') schema.tables.push(parseTable(cursor, comment));
  else if (['include', 'namespace', 'attribute', 'root_type'].includes(keyword)) {
    const value = cursor.next();
    if (keyword === 'root_type') schema.root = value;
    cursor.expect(';');
  } else cursor.fail('a declaration', keyword);
}

/**
 * @param {{ name: string, text: string }[]} files
 * @returns {Schema} all declarations of all files
 */
export function parseSchema(files) {
  const schema = { enums: [], unions: [], tables: [], root: undefined };
  for (const file of files) {
    const cursor = new Cursor(tokenize(file.text), file.name);
    while (!cursor.done) parseDeclaration(cursor, schema);
  }
  return schema;
}
