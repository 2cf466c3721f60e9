import type { FieldDescriptor, TableDescriptor } from '../descriptor.ts';
import { SCALAR_BYTES } from '../scalars.ts';

const OFFSET_BYTES = 4;

/** A part of a table that lies in the table itself: a scalar, an offset or a union's type byte. */
interface InlinePart {
  readonly slot: number;
  readonly bytes: number;
}

export interface TableLayout {
  /** Offset of each slot's part in the table; 0 for absent ones. Trailing absent slots are left out. */
  readonly offsets: readonly number[];
  /** Bytes of the table. */
  readonly bytes: number;
}

/** Scalars are always written, as by MNN's writers (`ForceDefaults`), so that defaults may change. */
function inlineParts(field: FieldDescriptor, value: unknown): InlinePart[] {
  const { slot } = field;
  if (field.kind === 'scalar') return [{ slot, bytes: SCALAR_BYTES[field.type] }];
  if (value === undefined) return [];
  if (field.kind !== 'union') return [{ slot, bytes: OFFSET_BYTES }];
  return [
    { slot, bytes: 1 },
    { slot: slot + 1, bytes: OFFSET_BYTES },
  ];
}

/** Places the parts by falling size, so that no padding is needed between them. */
export function layoutTable(
  descriptor: TableDescriptor,
  value: Readonly<Record<string, unknown>>,
): TableLayout {
  const parts = descriptor.fields.flatMap((field) => inlineParts(field, value[field.name]));
  const offsets = new Array<number>(parts.reduce((count, part) => Math.max(count, part.slot + 1), 0)).fill(0);
  let bytes = OFFSET_BYTES; // the way to the vtable comes first
  for (const part of parts.sort((a, b) => b.bytes - a.bytes)) {
    offsets[part.slot] = bytes;
    bytes += part.bytes;
  }
  return { offsets, bytes };
}
