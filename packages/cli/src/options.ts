import { UsageError } from './errors.ts';
import { MOST_THREADS } from './most-threads.ts';

export interface QuantizeOptions {
  readonly source: string;
  readonly target: string;
  readonly config: string;
  /** Bytes that samples and activations may take while calibrating; 1 GiB if absent. */
  readonly memoryBytes?: number;
  /**
   * Threads that compute; the result has the same bytes for any number. `auto`, the default: one per core, or the
   * calling thread alone where it would be done before others have started.
   */
  readonly threads?: number | 'auto';
  /** Kernels that are faster and whose last bits depend on the machine; the outcome's `device` says so. */
  readonly fastMath?: boolean;
  readonly onProgress?: (phase: 'images' | 'calibrate' | 'debug', done: number, total: number) => void;
  /** Called with each warning as soon as it is known; the outcome has all of them. */
  readonly onWarning?: (message: string) => void;
}

const DEFAULT_MEMORY_BYTES = 2 ** 30;

/** Options in which nothing is left open. */
export type CheckedOptions = QuantizeOptions & { readonly memoryBytes: number };

/** @throws {UsageError} where a number makes no sense */
export function checkedOptions(given: QuantizeOptions): CheckedOptions {
  const { memoryBytes = DEFAULT_MEMORY_BYTES, threads = 'auto' } = given;
  if (!(Number.isFinite(memoryBytes) && memoryBytes > 0))
    throw new UsageError(`memoryBytes: expected a finite number above 0, got ${memoryBytes}`);
  const isCount =
    Number.isInteger(threads) && (threads as number) >= 1 && (threads as number) <= MOST_THREADS;
  if (threads !== 'auto' && !isCount)
    throw new UsageError(
      `threads: expected auto or a whole number from 1 to ${MOST_THREADS}, got ${threads}`,
    );
  return { ...given, memoryBytes, threads };
}
