import type { OpCase } from './op.ts';
import type { TensorDesc } from './tensor.ts';

/** A case of the op of that name, kept apart from its definition. */
export interface NamedCase extends OpCase {
  readonly op: string;
  readonly setting?: CaseSetting;
}

/** How a case is put to a backend. */
export interface CaseSetting {
  /**
   * Whether the content of an input is known when the op is bound. As in most models, what comes beside the first input
   * (sizes, bounds, indices) is, if absent, and so are masks and indices that come first.
   */
  readonly isKnown?: (input: TensorDesc, position: number, count: number) => boolean;
  /** Inputs of one shape that are wired to another one's tensor, by their positions. */
  readonly sameAs?: Readonly<Record<number, number>>;
  /** How often the bound kernel runs, 1 if absent; every run has to be right. */
  readonly times?: number;
}
