import type { FieldDescriptor, TableDescriptor, UnionField } from '../descriptor.ts';
import { tableDescriptors, unionMembers } from '../generated/descriptors.ts';
import { type Scalar, scalarProblem } from '../scalars.ts';
import type { Encoder } from './encoder.ts';
import { layoutTable } from './layout.ts';

/** Appends `value` with everything it refers to. @returns where the table begins */
export function encodeTable(encoder: Encoder, descriptor: TableDescriptor, value: unknown): number {
  return encoder.nest(() => {
    encoder.checkObject(descriptor, value);
    const layout = layoutTable(descriptor, value);
    const at = encoder.table(layout);
    for (const field of descriptor.fields) {
      const offset = layout.offsets[field.slot] ?? 0;
      encoder.path.enter(field.name, () => {
        if (offset !== 0) encodeField(encoder, field, value[field.name], at + offset, at, layout.offsets);
        else checkAbsent(encoder, field);
      });
    }
    return at;
  });
}

function checkAbsent(encoder: Encoder, field: FieldDescriptor): void {
  if (field.kind === 'string' && field.required)
    encoder.fail('expected a string: MNN refuses a file without it');
}

/** Fills the part of a field that lies in the table, at byte `at`, and appends what it refers to. */
function encodeField(
  encoder: Encoder,
  field: FieldDescriptor,
  value: unknown,
  at: number,
  table: number,
  offsets: readonly number[],
): void {
  if (field.kind === 'scalar') {
    const scalar = value === undefined ? field.default : value;
    const problem = scalarProblem(scalar, field.type);
    if (problem) encoder.fail(problem);
    encoder.sink.set(at, field.type, scalar as Scalar);
  } else if (field.kind === 'union') {
    encodeUnion(encoder, field, value, at, table + offsets[field.slot + 1]!);
  } else {
    encoder.sink.link(at, encodeReference(encoder, field, value));
  }
}

function encodeReference(
  encoder: Encoder,
  field: Exclude<FieldDescriptor, { kind: 'scalar' | 'union' }>,
  value: unknown,
): number {
  switch (field.kind) {
    case 'scalars':
      return encoder.scalars(value, field.type);
    case 'string':
      return encoder.string(value);
    case 'strings':
      return encoder.offsets(value, (element) => encoder.string(element));
    case 'table':
      return encodeTable(encoder, tableDescriptors[field.table]!, value);
    case 'tables':
      return encoder.offsets(value, (element) =>
        encodeTable(encoder, tableDescriptors[field.table]!, element),
      );
  }
}

function encodeUnion(
  encoder: Encoder,
  field: UnionField,
  value: unknown,
  typeAt: number,
  valueAt: number,
): void {
  const { type, value: member } = value as { readonly type?: string; readonly value?: unknown };
  const number = type === undefined ? -1 : unionMembers[field.union]!.indexOf(type);
  if (type === undefined || number < 0) encoder.fail(`expected a member of ${field.union}, got '${type}'`);
  encoder.sink.set(typeAt, 'ubyte', number);
  encoder.path.enter(type, () => {
    encoder.sink.link(valueAt, encodeTable(encoder, tableDescriptors[type]!, member));
  });
}
