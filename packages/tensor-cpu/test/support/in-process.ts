import { CpuBackend } from '../../src/cpu-backend.ts';
import { createContext } from '../../src/create-context.ts';
import { loadKernels } from '../../src/node.ts';
import type { Channel } from '../../src/pool/channel.ts';
import { CommandRunner } from '../../src/pool/command-runner.ts';
import { PooledBackend } from '../../src/pool/pooled-backend.ts';
import type { Batch, Maximum } from '../../src/pool/protocol.ts';

/** Of each worker. */
export const MEMORY = 2 ** 28;

/** What a worker runs on. */
export async function workerBackend(): Promise<CpuBackend> {
  return new CpuBackend(await createContext(await loadKernels(), MEMORY));
}

/** A worker without a thread. `failAt`: the batch with which it dies, after `ticket` of it. */
export async function inProcess(
  failAt = Number.POSITIVE_INFINITY,
  ticket = 0,
  backend?: CpuBackend,
): Promise<Channel> {
  const runner = new CommandRunner(backend ?? (await workerBackend()));
  const listeners: Parameters<Channel['listen']>[] = [];
  let last: Promise<void> = Promise.resolve();
  let batches = 0;
  return {
    post(message: Batch | Maximum) {
      const [onResult, onFailure] = listeners[0];
      if ('maximum' in message) return runner.learn(message);
      if (batches++ >= failAt) return void setTimeout(() => onFailure(new Error('the lights went out')), 1);
      last = last.then(async () => onResult(await runner.run(structuredClone(message))));
    },
    listen: (...given) => void listeners.push(given),
    currentTicket: () => ticket,
    close: async () => {},
  };
}

export function poolOf(channels: readonly Channel[]): PooledBackend {
  return new PooledBackend({ channels, maxMemoryBytes: MEMORY, instructions: 'a test' });
}
