import type { FieldDescriptor, TableDescriptor, UnionField } from '../descriptor.ts';
import { tableDescriptors, unionMembers } from '../generated/descriptors.ts';
import { getScalar, SCALAR_BYTES } from '../scalars.ts';
import { type Decoder, OFFSET_BYTES, type TableHeader } from './decoder.ts';
import { OBJECT_COST, PROPERTY_COST } from './limits.ts';

/** The table at `at` as a plain object with a property for every field of its descriptor. */
export function decodeTable(decoder: Decoder, descriptor: TableDescriptor, at: number): object {
  return decoder.nest(() => {
    const header = decoder.table(at);
    decoder.charge(OBJECT_COST + PROPERTY_COST * descriptor.fields.length);
    const result: Record<string, unknown> = {};
    for (const field of descriptor.fields) {
      result[field.name] = decoder.path.enter(field.name, () => decodeField(decoder, header, field));
    }
    reportNewerFields(decoder, header, descriptor);
    return result;
  });
}

function decodeField(decoder: Decoder, header: TableHeader, field: FieldDescriptor): unknown {
  if (field.kind === 'scalar') {
    const at = decoder.field(header, field.slot, SCALAR_BYTES[field.type]);
    return at === 0 ? field.default : getScalar(decoder.view, at, field.type);
  }
  if (field.kind === 'union') return decodeUnion(decoder, header, field);
  const at = decoder.field(header, field.slot, OFFSET_BYTES);
  if (at === 0) return undefined;
  const target = decoder.follow(at);
  switch (field.kind) {
    case 'scalars':
      return decoder.scalars(target, field.type);
    case 'string':
      return decoder.string(target);
    case 'strings':
      return decoder.offsets(target, (element) => decoder.string(element));
    case 'table':
      return decodeTable(decoder, tableDescriptors[field.table]!, target);
    case 'tables':
      return decoder.offsets(target, (element) =>
        decodeTable(decoder, tableDescriptors[field.table]!, element),
      );
  }
}

function decodeUnion(decoder: Decoder, header: TableHeader, field: UnionField): unknown {
  const typeAt = decoder.field(header, field.slot, 1);
  const valueAt = decoder.field(header, field.slot + 1, OFFSET_BYTES);
  const type = typeAt === 0 ? 0 : decoder.view.getUint8(typeAt);
  if (type === 0 && valueAt === 0) return undefined;
  const member = unionMembers[field.union]![type];
  if (type === 0 || valueAt === 0) {
    decoder.unknown(field.slot, 'union-incomplete');
    return undefined;
  }
  if (member === undefined) {
    decoder.unknown(field.slot, 'union-member');
    return undefined;
  }
  return decoder.path.enter(member, () => {
    const target = decoder.follow(valueAt);
    return { type: member, value: decodeTable(decoder, tableDescriptors[member]!, target) };
  });
}

function reportNewerFields(decoder: Decoder, header: TableHeader, descriptor: TableDescriptor): void {
  for (let slot = descriptor.slots; slot < header.slots; slot++) {
    if (decoder.field(header, slot, 1) !== 0) decoder.unknown(slot, 'field');
  }
}
