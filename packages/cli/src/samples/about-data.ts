import { messageOf, QuantizeError } from '../errors.ts';

/** What is wrong with samples is said of `path`; who gave `--data` has no `path` to look for. */
export async function aboutData<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!messageOf(error).startsWith('path: ')) throw error;
    throw new QuantizeError(messageOf(error).replace(/^path/, '--data'), { cause: error });
  }
}
