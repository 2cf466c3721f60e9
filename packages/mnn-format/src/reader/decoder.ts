import type { ScalarType } from '../descriptor.ts';
import { MnnFormatError } from '../error.ts';
import type { ReadLimits, UnknownField } from '../model.ts';
import { PlacePath } from '../place.ts';
import { ARRAY_TYPES, SCALAR_BYTES, type TypedArray } from '../scalars.ts';
import { decodeUtf8 } from '../utf8.ts';
import { OBJECT_COST, PROPERTY_COST } from './limits.ts';

/** Bytes of an offset, and of the length before a vector or string. */
export const OFFSET_BYTES = 4;

/** A table whose header has been checked. */
export interface TableHeader {
  /** Where the table begins. */
  readonly at: number;
  /** Bytes of the table's own fields. */
  readonly bytes: number;
  readonly vtable: number;
  readonly slots: number;
}

/** Checked access to a file: every method fails with the place instead of reading past an end. */
export class Decoder {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly unknownFields: UnknownField[] = [];
  /** What is being decoded. */
  readonly path = new PlacePath();
  readonly #limits: ReadLimits;
  readonly #fileName: string | undefined;
  #depth = 0;
  #decodedBytes = 0;

  /** `bytes.byteOffset` must be a multiple of 8. */
  constructor(bytes: Uint8Array, limits: ReadLimits, fileName: string | undefined) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limits = limits;
    this.#fileName = fileName;
  }

  fail(reason: string): never {
    throw new MnnFormatError(reason, this.path.toString(), this.#fileName);
  }

  /** Runs `decode` one table deeper. */
  nest<T>(decode: () => T): T {
    if (++this.#depth > this.#limits.maxDepth) {
      this.fail(`tables nested deeper than ${this.#limits.maxDepth}`);
    }
    const result = decode();
    this.#depth--;
    return result;
  }

  charge(bytes: number): void {
    this.#decodedBytes += bytes;
    if (this.#decodedBytes > this.#limits.maxDecodedBytes) {
      this.fail(
        `the model decodes to more than ${this.#limits.maxDecodedBytes} bytes from a file of ` +
          `${this.bytes.length}; it is damaged, or points to the same data too often`,
      );
    }
  }

  unknown(slot: number, kind: UnknownField['kind']): void {
    this.charge(OBJECT_COST);
    this.unknownFields.push({ place: this.path.toString(), slot, kind });
  }

  /** Target of the offset stored at `at`, which is inside the file. */
  follow(at: number): number {
    const offset = this.view.getUint32(at, true);
    const target = at + offset;
    if (offset === 0 || target > this.bytes.length - OFFSET_BYTES) {
      this.fail(`offset ${offset} at byte ${at} points outside the file of ${this.bytes.length} bytes`);
    }
    return target;
  }

  /** Checks the table at `at` and its vtable. */
  table(at: number): TableHeader {
    const vtable = at - this.view.getInt32(at, true);
    if (vtable < 0 || vtable > this.bytes.length - 4) {
      this.fail(`the table at byte ${at} has its vtable outside the file, at ${vtable}`);
    }
    const vtableBytes = this.view.getUint16(vtable, true);
    const bytes = this.view.getUint16(vtable + 2, true);
    if (vtableBytes < 4 || vtableBytes % 2 !== 0 || vtable + vtableBytes > this.bytes.length) {
      this.fail(`the vtable at byte ${vtable} has an impossible size of ${vtableBytes} bytes`);
    }
    if (bytes < OFFSET_BYTES || at + bytes > this.bytes.length) {
      this.fail(`the table at byte ${at} has an impossible size of ${bytes} bytes`);
    }
    return { at, bytes, vtable, slots: (vtableBytes - 4) / 2 };
  }

  /** Where the field of `slot` lies, 0 when the table does not have it. `size` bytes are inside. */
  field(table: TableHeader, slot: number, size: number): number {
    if (slot >= table.slots) return 0;
    const offset = this.view.getUint16(table.vtable + 4 + 2 * slot, true);
    if (offset === 0) return 0;
    if (offset < OFFSET_BYTES || offset + size > table.bytes) {
      this.fail(`field of ${size} bytes at ${offset} is outside its table of ${table.bytes} bytes`);
    }
    return table.at + offset;
  }

  /** Elements of the vector at `at`; they are inside the file. */
  vectorLength(at: number, elementBytes: number): number {
    const length = this.view.getUint32(at, true);
    const room = this.bytes.length - at - OFFSET_BYTES;
    if (length * elementBytes > room) {
      this.fail(`vector of ${length} elements of ${elementBytes} bytes, but only ${room} bytes are left`);
    }
    return length;
  }

  /** The vector at `at` as a view; a copy when the file has it misaligned. */
  scalars(at: number, type: ScalarType): TypedArray {
    const size = SCALAR_BYTES[type];
    const length = this.vectorLength(at, size);
    this.charge(OBJECT_COST);
    const start = this.bytes.byteOffset + at + OFFSET_BYTES;
    const ArrayType = ARRAY_TYPES[type];
    if (start % size === 0) return new ArrayType(this.bytes.buffer, start, length);
    this.charge(length * size);
    const copy = this.bytes.slice(at + OFFSET_BYTES, at + OFFSET_BYTES + length * size);
    return new ArrayType(copy.buffer, 0, length);
  }

  string(at: number): string {
    const length = this.vectorLength(at, 1);
    const start = at + OFFSET_BYTES;
    if (this.bytes[start + length] !== 0) this.fail(`string of ${length} bytes does not end in a zero byte`);
    this.charge(OBJECT_COST + length);
    return decodeUtf8(this.bytes.subarray(start, start + length));
  }

  /** `decode` for each target of the vector of offsets at `at`. */
  offsets<T>(at: number, decode: (target: number) => T): T[] {
    const length = this.vectorLength(at, OFFSET_BYTES);
    this.charge(OBJECT_COST + PROPERTY_COST * length);
    const values: T[] = [];
    for (let i = 0; i < length; i++) {
      values.push(this.path.enter(i, () => decode(this.follow(at + OFFSET_BYTES * (i + 1)))));
    }
    return values;
  }
}
