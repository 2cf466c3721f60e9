import type { ScalarType, TableDescriptor } from '../descriptor.ts';
import { MnnFormatError } from '../error.ts';
import { PlacePath } from '../place.ts';
import { MAX_DEPTH } from '../reader/limits.ts';
import { ARRAY_TYPES, SCALAR_BYTES, type TypedArray } from '../scalars.ts';
import { encodeUtf8 } from '../utf8.ts';
import type { TableLayout } from './layout.ts';
import type { ByteSink } from './sink.ts';

const OFFSET_BYTES = 4;

/** Appends the building blocks of a FlatBuffers file; parents first, children behind them. */
export class Encoder {
  readonly sink: ByteSink;
  readonly path = new PlacePath();
  /** Where the vtable of a layout lies: equal ones are written once. */
  readonly #vtables = new Map<string, number>();
  #depth = 0;

  constructor(sink: ByteSink) {
    this.sink = sink;
  }

  fail(reason: string): never {
    throw new MnnFormatError(reason, this.path.toString());
  }

  /** Runs `encode` one table deeper; a limit, since objects may contain themselves. */
  nest<T>(encode: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.fail(`tables nested deeper than ${MAX_DEPTH}, which MNN refuses`);
    const result = encode();
    this.#depth--;
    return result;
  }

  /** Appends an empty table of this layout. @returns where it begins */
  table(layout: TableLayout): number {
    const vtable = this.#vtable(layout);
    this.sink.align(OFFSET_BYTES);
    const at = this.sink.reserve(layout.bytes);
    this.sink.set(at, 'int', at - vtable);
    return at;
  }

  #vtable(layout: TableLayout): number {
    const words = [4 + 2 * layout.offsets.length, layout.bytes, ...layout.offsets];
    const key = words.join();
    const known = this.#vtables.get(key);
    if (known !== undefined) return known;
    this.sink.align(2);
    const at = this.sink.reserve(2 * words.length);
    words.forEach((word, i) => {
      this.sink.set(at + 2 * i, 'ushort', word);
    });
    this.#vtables.set(key, at);
    return at;
  }

  scalars(values: unknown, type: ScalarType): number {
    const { name } = ARRAY_TYPES[type];
    // The tag, not instanceof: arrays may come from another realm.
    const got = Object.prototype.toString.call(values).slice('[object '.length, -1);
    if (got !== name) this.fail(`expected ${name}, got ${got}`);
    const array = values as TypedArray;
    const at = this.#length(array.length, SCALAR_BYTES[type]);
    this.sink.append(array);
    return at;
  }

  string(text: unknown): number {
    if (typeof text !== 'string') this.fail(`expected a string, got ${typeof text}`);
    const bytes = encodeUtf8(text);
    if (bytes === undefined) this.fail('expected text, got a lone surrogate');
    const at = this.#length(bytes.length, 1);
    this.sink.append(bytes);
    this.sink.reserve(1); // the zero byte that ends every string
    return at;
  }

  /** A vector of offsets to what `encode` appends for each of `values`. */
  offsets(values: unknown, encode: (value: unknown) => number): number {
    if (!Array.isArray(values)) this.fail(`expected an array, got ${typeof values}`);
    const at = this.#length(values.length, OFFSET_BYTES);
    const first = this.sink.reserve(OFFSET_BYTES * values.length);
    values.forEach((value, i) => {
      this.path.enter(i, () => this.sink.link(first + OFFSET_BYTES * i, encode(value)));
    });
    return at;
  }

  /** Appends a vector's length, so that the elements behind it are aligned. @returns where it lies */
  #length(count: number, elementBytes: number): number {
    this.sink.align(Math.max(OFFSET_BYTES, elementBytes), OFFSET_BYTES);
    const at = this.sink.reserve(OFFSET_BYTES);
    this.sink.set(at, 'uint', count);
    return at;
  }

  /** Checks that `value` is an object with no property that `descriptor` does not know. */
  checkObject(descriptor: TableDescriptor, value: unknown): asserts value is Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fail(`expected an object (${descriptor.name}), got ${value === null ? 'null' : typeof value}`);
    }
    for (const key of Object.keys(value)) {
      if (!descriptor.fields.some((field) => field.name === key))
        this.fail(`${descriptor.name} has no field '${key}'`);
    }
  }
}
