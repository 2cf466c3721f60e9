import { onTestFinished, vi } from 'vitest';
import { main } from '../src/main.ts';

/** Runs the command in this process, with its output caught. */
export async function runCommand(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const listeners = [process.stdout, process.stderr].map((stream) => stream.listeners('error'));
  for (const name of ['stdout', 'stderr'] as const) {
    const spy = vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name] += chunk.toString();
      return true;
    });
    onTestFinished(() => spy.mockRestore());
  }
  onTestFinished(() => {
    for (const [i, stream] of [process.stdout, process.stderr].entries())
      for (const listener of stream.listeners('error'))
        if (!listeners[i]!.includes(listener)) stream.off('error', listener as () => void);
  });
  const code = await main(args);
  vi.restoreAllMocks();
  return { code, ...written };
}
