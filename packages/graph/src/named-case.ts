import type { OpCase } from './op.ts';

/** A case of the op of that name, kept apart from its definition. */
export interface NamedCase extends OpCase {
  readonly op: string;
  /** Inputs of one shape that are wired to another one's tensor, by their positions. */
  readonly sameAs?: Readonly<Record<number, number>>;
}
