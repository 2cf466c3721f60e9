import { Worker } from 'node:worker_threads';
import type { Channel } from './pool/channel.ts';
import type { BatchResult, WorkerStart } from './pool/protocol.ts';

/** In tests the sources run as they are, by flags that resolve imports to them; a worker needs the built files. */
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const WORKER = FROM_SOURCE ? '../dist/pool-worker.js' : './pool-worker.js';

/** A worker thread of Node with kernels and a memory of its own. */
export function startWorker(module: WebAssembly.Module, maxMemoryBytes: number): Channel {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const workerData: WorkerStart = { module, maxMemoryBytes, progress };
  const worker = new Worker(new URL(WORKER, import.meta.url), {
    workerData,
    ...(FROM_SOURCE && { execArgv: [] }),
  });
  let closing = false;
  return {
    post: (message) =>
      worker.postMessage(message, 'commands' in message ? [message.commands.buffer as ArrayBuffer] : []),
    listen(onResult, onFailure) {
      worker.on('message', (result: BatchResult) => onResult(result));
      worker.on('messageerror', onFailure);
      worker.on('error', onFailure);
      worker.on('exit', (code) => {
        if (!closing) onFailure(new Error(`it ended with code ${code}`));
      });
    },
    currentTicket: () => progress[0],
    async close() {
      closing = true;
      await worker.terminate();
    },
  };
}
