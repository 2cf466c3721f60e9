import { GraphError } from './op.ts';

/** The error with the place in front; what it was is its `cause`. */
export function failure(error: unknown, where: string): GraphError {
  const message = error instanceof Error ? error.message : String(error);
  return new GraphError(`${where}: ${message}`, { cause: error });
}

/** Says where a promise failed. */
export async function named<T>(promise: T | Promise<T>, where: string): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw failure(error, where);
  }
}

/** A promise that is awaited later, if nothing else fails before that. */
export function quiet<T>(promise: T): T {
  if (promise instanceof Promise) promise.catch(() => {});
  return promise;
}
