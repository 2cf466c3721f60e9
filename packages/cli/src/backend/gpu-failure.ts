import { messageOf, QuantizeError } from '../errors.ts';

/** What went wrong on a GPU says so first; whatever names the op and the sample stands before it. */
const FROM_GPU = /^tensor-gpu: /;

/** The error, with the way out where a GPU failed: it is lost or out of memory, which the CPU may not be. */
export function gpuFailure(error: unknown): unknown {
  for (let cause = error; cause !== undefined; cause = (cause as Error | undefined)?.cause)
    if (FROM_GPU.test(messageOf(cause)))
      return new QuantizeError(`${messageOf(error)}; --backend cpu works without the GPU`, { cause: error });
  return error;
}
