import type { Net } from './generated/tables.ts';

/**
 * Something in the file that this package's schema does not know. It is not in the decoded model and
 * will not be in a file written from it.
 */
export interface UnknownField {
  /** The table that holds it, such as `net.oplists[3]`, or the union field. */
  readonly place: string;
  /** Number of the vtable slot. */
  readonly slot: number;
  /**
   * `field`: a slot past the schema's last one. `union-member`: a union of a type past the last one.
   * `union-incomplete`: a union's type without its value, or the reverse.
   */
  readonly kind: 'field' | 'union-member' | 'union-incomplete';
}

/** A decoded model file. Vectors of scalars are views into the bytes that were read. */
export interface MnnModel {
  readonly net: Net;
  readonly unknownFields: readonly UnknownField[];
}

/** Bounds on what a file may ask for; see the defaults for the reasons. */
export interface ReadLimits {
  /** Tables within tables. */
  readonly maxDepth: number;
  /** Bytes of decoded objects, strings and copied vectors (an estimate; views cost nothing). */
  readonly maxDecodedBytes: number;
}
