import fc, { type GeneratorValue } from 'fast-check';
import type { FieldDescriptor } from '../src/descriptor.ts';
import { tableDescriptors, unionMembers } from '../src/generated/descriptors.ts';
import { createTable, type Net, type OpParameter } from '../src/index.ts';
import { ARRAY_TYPES, SCALAR_BYTES } from '../src/scalars.ts';

/** Tables below this depth get no tables of their own. */
const MAX_DEPTH = 5;

const RANGES = {
  byte: [-128, 127],
  ubyte: [0, 255],
  short: [-32768, 32767],
  ushort: [0, 65535],
  int: [-(2 ** 31), 2 ** 31 - 1],
  uint: [0, 2 ** 32 - 1],
} as const;

function randomScalar(generate: GeneratorValue, type: string): unknown {
  if (type === 'bool') return generate(fc.boolean);
  if (type === 'float') return generate(fc.float);
  const [min, max] = RANGES[type as keyof typeof RANGES];
  return generate(fc.integer, { min, max });
}

function randomVector(generate: GeneratorValue, type: keyof typeof ARRAY_TYPES): unknown {
  const size = SCALAR_BYTES[type];
  const bytes = generate(fc.uint8Array, { maxLength: 40 });
  const whole = bytes.slice(0, bytes.length - (bytes.length % size));
  return new ARRAY_TYPES[type](whole.buffer, 0, whole.length / size);
}

function randomString(generate: GeneratorValue): string {
  return generate(fc.string, { unit: 'binary', maxLength: 80 });
}

function randomField(generate: GeneratorValue, field: FieldDescriptor, depth: number): unknown {
  if (field.kind === 'scalar') return randomScalar(generate, field.type);
  const required = field.kind === 'string' && field.required;
  if (!required && generate(fc.integer, { min: 0, max: 3 }) === 0) return undefined;
  const count = () => generate(fc.integer, { min: 0, max: 2 });
  switch (field.kind) {
    case 'scalars':
      return randomVector(generate, field.type);
    case 'string':
      return randomString(generate);
    case 'strings':
      return Array.from({ length: count() }, () => randomString(generate));
    case 'table':
      return depth < MAX_DEPTH ? randomTable(generate, field.table, depth + 1) : undefined;
    case 'tables':
      return depth < MAX_DEPTH
        ? Array.from({ length: count() }, () => randomTable(generate, field.table, depth + 1))
        : undefined;
    case 'union': {
      if (depth >= MAX_DEPTH) return undefined;
      const type = generate(fc.constantFrom, ...(unionMembers[field.union]!.slice(1) as string[]));
      return { type, value: randomTable(generate, type, depth + 1) };
    }
  }
}

/** A table with random fields, all kinds of presence. */
export function randomTable(generate: GeneratorValue, name: string, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    tableDescriptors[name]!.fields.map((field) => [field.name, randomField(generate, field, depth)]),
  );
}

/** A random model; with `member`, its first op has parameters of that kind. */
export function randomNet(generate: GeneratorValue, member?: string): Net {
  const net = randomTable(generate, 'Net') as unknown as Net;
  const value = member && (randomTable(generate, member, 1) as unknown);
  const main = member ? ({ type: member, value } as OpParameter) : undefined;
  const first = createTable('Op', { name: 'first', main });
  return { ...net, oplists: [first, ...(net.oplists ?? [])], tensorName: net.tensorName ?? [] };
}

/** A net around one op. */
export function netOf(main: OpParameter, externalPath?: string): Net {
  const op = createTable('Op', { name: 'op', main, externalPath });
  return createTable('Net', { oplists: [op], tensorName: ['x', 'y'] });
}
