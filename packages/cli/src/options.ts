import type { AutoRequest } from './auto/request.ts';
import { BACKENDS, type BackendName, isGpu } from './backend/names.ts';
import { UsageError } from './errors.ts';
import type { OnProgress } from './job/run.ts';
import { MOST_THREADS } from './most-threads.ts';
import { checkReportPath } from './report/report-file.ts';

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
  /**
   * What computes. `auto`, the default: a real GPU where the package @mnnquant/tensor-gpu is installed, there is work enough
   * and a self-check agrees with the reference; else the CPU. With a GPU the last bits of the result may differ.
   */
  readonly backend?: BackendName;
  /** Ops without a kernel in the backend are an error that names them, instead of `fallbacks`. */
  readonly strictBackend?: boolean;
  /** Kernels that are faster and whose last bits depend on the machine; the outcome's `device` says so. */
  readonly fastMath?: boolean;
  /** Where to write the statistics of the samples, which later runs can take instead of running the network. */
  readonly saveStats?: string;
  /** A file that `saveStats` wrote for the same model and samples, and what decides how they become inputs. */
  readonly loadStats?: string;
  /**
   * Where a report goes: a page where the name ends in `.html`, its data where it ends in `.json`. Measuring takes about
   * as long as running the network three more times.
   */
  readonly report?: string;
  /** What `AUTO` is to reach and how; the config need not say AUTO then. */
  readonly auto?: AutoRequest;
  readonly onProgress?: OnProgress;
  /** Called with each warning as soon as it is known; the outcome has all of them. */
  readonly onWarning?: (message: string) => void;
  /** Called as soon as all files are in their place. */
  readonly onWritten?: () => void;
}

export const DEFAULT_MEMORY_BYTES = 2 ** 30;

/** Options in which nothing is left open. */
export type CheckedOptions = QuantizeOptions & {
  readonly memoryBytes: number;
  readonly backend: BackendName;
};

/** @throws {UsageError} where an option makes no sense */
export function checkedOptions(given: QuantizeOptions): CheckedOptions {
  const { memoryBytes = DEFAULT_MEMORY_BYTES, threads = 'auto', backend = 'auto' } = given;
  if (!(Number.isFinite(memoryBytes) && memoryBytes > 0))
    throw new UsageError(`memoryBytes: expected a finite number above 0, got ${memoryBytes}`);
  for (const [name, what] of [
    ['source', 'a model'],
    ['target', 'the model to write'],
    ['config', 'a config file'],
  ] as const)
    if (typeof given[name] !== 'string')
      throw new UsageError(`${name}: expected the path of ${what} as a string, got ${kindOf(given[name])}`);
  const isCount =
    Number.isInteger(threads) && (threads as number) >= 1 && (threads as number) <= MOST_THREADS;
  if (threads !== 'auto' && !isCount)
    throw new UsageError(
      `threads: expected auto or a whole number from 1 to ${MOST_THREADS}, got ${threads}`,
    );
  checkBackend(backend, given);
  if (given.saveStats !== undefined && given.loadStats !== undefined)
    throw new UsageError(
      '--save-stats and --load-stats: statistics are taken anew or reused; give one of both',
    );
  if (given.report !== undefined) checkReportPath(given.report);
  return { ...given, memoryBytes, threads, backend };
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof URL) return 'a URL (fileURLToPath makes a path of it)';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function checkBackend(backend: BackendName, { threads = 'auto', fastMath }: QuantizeOptions): void {
  if (!BACKENDS.includes(backend))
    throw new UsageError(`backend: expected one of ${BACKENDS.join(', ')}, got ${backend}`);
  if (backend === 'gpu:webgl2')
    throw new UsageError(
      'backend: gpu:webgl2 is there in browsers only; in Node take gpu:webgpu, or gpu:headlessgl with the package gl',
    );
  if (!isGpu(backend)) return;
  if (threads !== 'auto')
    throw new UsageError(`threads: they are the CPU's, but ${backend} was asked for; leave one of both out`);
  if (fastMath)
    throw new UsageError(
      `fast math: it is the CPU's, but ${backend} was asked for, which rounds in its own way; leave one of both out`,
    );
}
