import { log, type TensorData } from '@mnnquant/graph';

/** Smaller probabilities are told apart by nobody. */
const LEAST = 1e-12;

/**
 * What a Softmax was given, up to a constant, which is taken away: log p minus its mean. Probabilities of a sure answer are equal to the last digits whatever
 * was lost before them, and say little of how the next sample will do.
 *
 * @param probabilities one row
 */
export function centredLogits(probabilities: TensorData): Float32Array {
  const logits = Float64Array.from(probabilities, (p) => log(Math.max(p, LEAST)));
  const mean = logits.reduce((sum, one) => sum + one, 0) / logits.length;
  return Float32Array.from(logits, (one) => one - mean);
}
