import { MnnFormatError } from '../error.ts';

/** Checked sequential access to the bytes of a compressed weight buffer. */
export class BufferReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;
  #at = 0;

  /** @param where what the buffer belongs to, for errors */
  constructor(buffer: Int8Array, where: string) {
    this.#bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.#where = where;
  }

  fail(reason: string): never {
    throw new MnnFormatError(reason, this.#where);
  }

  /** The next `count` bytes, as a view. */
  take(count: number, what: string): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (count > left) this.fail(`weight buffer too short: ${what} need ${count} bytes, ${left} are left`);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  u8(what: string): number {
    return this.take(1, what)[0]!;
  }

  u32(what: string): number {
    this.take(4, what);
    return this.#view.getUint32(this.#at - 4, true);
  }

  /** Extents, which every coded buffer begins with: 16-bit, or 32-bit with `shapeInt32`. */
  shape(shapeInt32: boolean): number[] {
    const rank = this.u8('extents');
    // As MNN, ReadBlobDim: it refuses more than 4.
    if (rank < 1 || rank > 4) this.fail(`expected 1 to 4 extents in the weight buffer, got ${rank}`);
    const size = shapeInt32 ? 4 : 2;
    const bytes = this.take(rank * size, 'extents');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: rank }, (_, i) =>
      shapeInt32 ? view.getUint32(4 * i, true) : view.getUint16(2 * i, true),
    );
  }

  /** The table of values that indices refer to; a count of 0 stands for 256. */
  table(): Int8Array {
    const count = this.u8('table size') || 256;
    const bytes = this.take(count, 'table');
    return new Int8Array(bytes.slice().buffer).sort();
  }
}

/** Bits that an index into a table of `count` entries takes. */
export function indexBits(count: number): number {
  return Math.max(1, 32 - Math.clz32(count - 1));
}
