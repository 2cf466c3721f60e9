import { createTable, type Net, OpTypeNames } from '@mnnquant/mnn-format';
import type { FieldDescriptor, TableDescriptor } from '../../packages/mnn-format/src/descriptor.ts';
import { tableDescriptors, unionMembers } from '../../packages/mnn-format/src/generated/descriptors.ts';
import { ARRAY_TYPES, type TypedArray } from '../../packages/mnn-format/src/scalars.ts';
import type { Random } from './random.ts';

type Table = Record<string, unknown>;
type Field = FieldDescriptor;

interface Place {
  readonly table: Table;
  readonly field: Field;
}

/** Numbers that dimensions, counts and indexes should not be. */
const NUMBERS = [
  -2147483648,
  -65536,
  -2,
  -1,
  0,
  1,
  2,
  3,
  5,
  7,
  16,
  127,
  255,
  1000,
  4097,
  65535,
  65536,
  1 << 20,
  1 << 24,
  1 << 30,
  2147483647,
];
const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  1e-38,
  1e-45,
  3.4e38,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const TEXTS = [
  '',
  'conv1',
  'image',
  '__proto__',
  'constructor',
  'a/../../b',
  '\u0000',
  '\u001b[2J',
  '\udcff',
  '\u{1f600}',
  'x'.repeat(3000),
  '*'.repeat(40),
];
const ENDS: Readonly<Record<string, readonly [number, number]>> = {
  byte: [-128, 127],
  ubyte: [0, 255],
  short: [-32768, 32767],
  ushort: [0, 65535],
  int: [-2147483648, 2147483647],
  uint: [0, 4294967295],
};

/** Changes a decoded model in one to four places; what is written of it is well formed and makes no sense. */
export function changeModel(net: Net, random: Random): void {
  const places: Place[] = [];
  collect(net as unknown as Table, tableDescriptors.Net!, places);
  // Absent fields are most of them: what is there is changed more often.
  const present = places.filter(({ table, field }) => table[field.name] !== undefined);
  for (let i = random.below(4); i >= 0; i--)
    change(random.pick(random.once(6) ? places : present), places, random);
}

function collect(table: Table, descriptor: TableDescriptor, places: Place[]): void {
  for (const field of descriptor.fields) {
    places.push({ table, field });
    const value = table[field.name];
    if (value === undefined) continue;
    if (field.kind === 'table') collect(value as Table, tableDescriptors[field.table]!, places);
    else if (field.kind === 'tables')
      for (const one of value as Table[]) collect(one, tableDescriptors[field.table]!, places);
    else if (field.kind === 'union') {
      const { type, value: member } = value as { type: string; value: Table };
      collect(member, tableDescriptors[type]!, places);
    }
  }
}

function change({ table, field }: Place, places: readonly Place[], random: Random): void {
  if (random.once(12)) table[field.name] = valueElsewhere(field, places, random);
  else table[field.name] = changedValue(table[field.name], field, places, random);
}

/** What another field of the kind has, the same object even; `undefined` where there is none. */
function valueElsewhere(field: Field, places: readonly Place[], random: Random): unknown {
  const like = places.filter(({ field: other }) => sameKind(field, other));
  const { table, field: other } = random.pick(like);
  return table[other.name];
}

function sameKind(a: Field, b: Field): boolean {
  if (a.kind !== b.kind) return false;
  if ('type' in a && 'type' in b) return a.type === b.type;
  if ('table' in a && 'table' in b) return a.table === b.table;
  return true;
}

function changedValue(old: unknown, field: Field, places: readonly Place[], random: Random): unknown {
  switch (field.kind) {
    case 'scalar':
      return changedScalar(old as number | boolean, field, random);
    case 'scalars':
      return changedVector(old as TypedArray | undefined, field.type, random);
    case 'string':
      return random.once(3) && !field.required ? undefined : random.pick(TEXTS);
    case 'strings':
      return changedList((old as string[] | undefined) ?? [], random, () => random.pick(TEXTS));
    case 'table':
      return random.once(2) ? undefined : tableOf(field.table);
    case 'tables':
      return changedList((old as Table[] | undefined) ?? [], random, () => tableOf(field.table));
    case 'union': {
      const type = random.pick(unionMembers[field.union]!.slice(1)) as string;
      if (random.once(3)) return undefined;
      return random.once(2) ? { type, value: tableOf(type) } : valueElsewhere(field, places, random);
    }
  }
}

/** With the schema's defaults. */
function tableOf(name: string): Table {
  return { ...createTable(name as 'Net') };
}

type Scalar = Extract<Field, { kind: 'scalar' }>;

function changedScalar(old: number | boolean, { type, name, enum: names }: Scalar, random: Random): unknown {
  if (type === 'bool') return !old;
  if (type === 'float') return Math.fround(random.pick(FLOATS));
  // An op of another type with the attributes of this one.
  if (name === 'type' && random.once(2)) return Number(random.pick(Object.keys(OpTypeNames)));
  if (names !== undefined && random.once(2)) return random.below(24);
  const [low, high] = ENDS[type]!;
  const value = random.once(3) ? Number(old) + random.below(5) - 2 : random.pick(NUMBERS);
  return Math.min(high, Math.max(low, value));
}

function changedVector(old: TypedArray | undefined, type: keyof typeof ARRAY_TYPES, random: Random): unknown {
  const ArrayType = ARRAY_TYPES[type];
  const length = old?.length ?? 0;
  const number = () => (type === 'float' ? random.pick(FLOATS) : random.pick(NUMBERS));
  const of = (count: number): TypedArray => {
    const bytes = new ArrayBuffer(count * (new ArrayType(new ArrayBuffer(0), 0, 0).BYTES_PER_ELEMENT || 1));
    const vector = new ArrayType(bytes, 0, count);
    for (let i = 0; i < count; i++) setElement(vector, i, i < length ? old![i]! : number());
    return vector;
  };
  switch (random.below(8)) {
    case 0:
      return undefined;
    case 1:
      return of(0);
    case 2:
      return of(Math.max(0, length - 1));
    case 3:
      return of(length + 1);
    case 4:
      return of(random.pick([1, 2, 4, 5, 8, 9, 100, 5000]));
    default: {
      const vector = of(length);
      if (length > 0) setElement(vector, random.below(length), number());
      return vector;
    }
  }
}

function setElement(vector: TypedArray, i: number, value: number | bigint): void {
  if (vector instanceof BigInt64Array)
    vector[i] = typeof value === 'bigint' ? value : BigInt(Number.isFinite(value) ? Math.trunc(value) : 0);
  else vector[i] = Number(value);
}

function changedList<T>(old: readonly T[], random: Random, make: () => T): T[] | undefined {
  const list = [...old];
  const at = random.below(list.length);
  switch (random.below(7)) {
    case 0:
      return undefined;
    case 1:
      return list.reverse();
    case 2:
      list.splice(at, 1);
      return list;
    case 3:
      if (list.length > 0) list.splice(at, 0, list[random.below(list.length)]!);
      return list;
    case 4:
      list.splice(at, 0, make());
      return list;
    case 5:
      if (list.length > 1) [list[0], list[at]] = [list[at]!, list[0]!];
      return list;
    default:
      if (list.length > 0) list[at] = make();
      return list;
  }
}
