import { readdirSync, statSync } from 'node:fs';
import type { TensorBackend } from '@mnnquant/graph';
import { createThreadedBackend } from '@mnnquant/tensor-cpu/node';
import type { Config } from '../config/schema.ts';
import type { CheckedOptions } from '../options.ts';
import { threadsAhead } from '../threads.ts';

/** Threads that start while the model is read, where it is likely that they will be needed. */
export function startAhead({ source, threads, fastMath }: CheckedOptions, { path }: Config) {
  const files = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(path).length : 0;
  const expected = threadsAhead(threads, files, statSync(source, { throwIfNoEntry: false })?.size ?? 0);
  const create = (count: number) => createThreadedBackend({ threads: count, fastMath });
  let backend = expected > 1 ? create(expected) : undefined;
  // Whoever asks is told.
  backend?.catch(() => {});
  return {
    async get(count: number): Promise<TensorBackend> {
      const early = await backend;
      if (early !== undefined && (early.concurrency ?? 1) === count) return early;
      await early?.dispose();
      backend = create(count);
      return backend;
    },
    async dispose(): Promise<void> {
      const created = await backend?.catch(() => undefined);
      await created?.dispose();
    },
  };
}
