import type { Window } from './window.ts';

/** A convolution with all shapes known, as the kernels want it. */
export interface ConvolutionJob {
  /** Whom the packed weights belong to. */
  readonly owner: object;
  /** Tells weights of one owner apart; none where it has only one set. */
  readonly role?: string;
  /** The window of one group. */
  readonly window: Window;
  readonly batch: number;
  readonly group: number;
  readonly outputChannels: number;
  /** Weights [O, C/g, kH, kW]; only called when they are packed. */
  readonly weight: () => ArrayLike<number>;
  readonly bias: ArrayLike<number> | undefined;
  /** Bounds of the fused activation; -Infinity and Infinity for none. */
  readonly lo: number;
  readonly hi: number;
}
