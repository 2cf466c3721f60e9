/** A caller that waits for so long does not notice. */
const LONGEST_MS = 50;

/**
 * Lets what waits have its turn now and then: signals, timers and messages. Awaiting what is done already does not, and
 * a backend without threads of its own has everything done when it returns.
 */
export class Breath {
  #last = performance.now();

  /** A pause where the last one is a while ago. */
  take(): Promise<void> | undefined {
    if (performance.now() - this.#last < LONGEST_MS) return undefined;
    return turn().then(() => {
      this.#last = performance.now();
    });
  }
}

/** Resolves in a turn of its own; timers of pages wait at least 4 ms, messages do not. */
function turn(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
