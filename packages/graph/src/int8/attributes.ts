import type { QuantParams } from '../backend.ts';

/**
 * Attributes of an op that MNN's runtime runs in int8. Its tensors are float32 tensors that hold the whole numbers q;
 * `inputs` and `outputs` say what they stand for: x ≈ (q - zeroPoint) * scale.
 */
export interface Int8Attributes<A> {
  /** Of the float op. */
  readonly op: A;
  /** `undefined` for an input that is not int8: a missing one, or numbers that say how. */
  readonly inputs: readonly (QuantParams | undefined)[];
  readonly outputs: readonly QuantParams[];
}
