const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Until the result is called, a signal that ends the process calls `say` before. It still ends it as a signal does, so
 * that a shell or another caller learns of it. It is seen between two steps of the work.
 */
export function beforeStopping(say: (signal: NodeJS.Signals) => void): () => void {
  const stop = (signal: NodeJS.Signals): void => {
    release();
    say(signal);
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, stop);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return release;
}
