/** What gpu.js, browsers and Dawn say when a device goes away while a result is on its way. */
const LOST = /\blost\b|\bInstance reference\b|\bdestroyed\b/i;

/** @throws what `work` throws; where the device is gone, that, since what it says itself is about a buffer */
export async function tellingOfLoss<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { message } = cause as Error;
    if (message.startsWith('tensor-gpu: ') || !LOST.test(message)) throw cause;
    throw new Error(`tensor-gpu: the GPU was lost while it computed: ${message}`, { cause });
  }
}
