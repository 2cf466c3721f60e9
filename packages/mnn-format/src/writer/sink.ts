import type { InlineType } from '../descriptor.ts';
import { type Scalar, setScalar, type TypedArray } from '../scalars.ts';

/**
 * Where a file is laid out, from its first byte to its last. Without a buffer it only counts: the
 * same code then tells how many bytes the file needs.
 */
export class ByteSink {
  /** Bytes so far. */
  position = 0;
  readonly #bytes: Uint8Array | undefined;
  readonly #view: DataView | undefined;

  constructor(bytes?: Uint8Array) {
    this.#bytes = bytes;
    this.#view = bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Pads with zeros until `ahead` bytes further on is a multiple of `alignment`. */
  align(alignment: number, ahead = 0): void {
    const excess = (this.position + ahead) % alignment;
    if (excess !== 0) this.position += alignment - excess;
  }

  /** Leaves room for `count` bytes. @returns where they begin */
  reserve(count: number): number {
    const at = this.position;
    this.position += count;
    return at;
  }

  set(at: number, type: InlineType, value: Scalar): void {
    if (this.#view) setScalar(this.#view, at, type, value);
  }

  /** Lets the offset at `at` point to `target`. */
  link(at: number, target: number): void {
    this.set(at, 'uint', target - at);
  }

  /** Appends the memory of `values`. */
  append(values: TypedArray): void {
    const at = this.reserve(values.byteLength);
    this.#bytes?.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
  }
}
