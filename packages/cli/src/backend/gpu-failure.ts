import { messageOf, QuantizeError } from '../errors.ts';
import type { BackendOutcome } from './outcome.ts';

/** What went wrong on a GPU, as this package or WebGPU says it. */
const FROM_GPU = /^tensor-gpu: |\bdevice\b.*\blost\b|\blost\b.*\bdevice\b|out of memory/i;

/**
 * Runs `work` on the backend.
 *
 * @throws what `work` throws; where it is the GPU that failed, with the way out: the CPU is not lost and has other memory
 */
export async function withWayOut<T>({ name }: BackendOutcome, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (name === 'cpu' || !isFromGpu(error)) throw error;
    throw new QuantizeError(`${messageOf(error)}; --backend cpu works without the GPU`, { cause: error });
  }
}

/** Whatever names the op and the sample has the failure as its cause. */
function isFromGpu(error: unknown): boolean {
  if (error === undefined) return false;
  return FROM_GPU.test(messageOf(error)) || isFromGpu((error as Error).cause);
}
