import type { TensorBackend } from '@mnnquant/graph';

/** Threads that compute; a GPU's samples at a time are none. */
export function threadsOf({ name, concurrency = 1 }: TensorBackend): number {
  return name === 'cpu' ? concurrency : 1;
}
