// A worker of the pool in Node: carries out what comes through its port, in order.
import { parentPort, workerData } from 'node:worker_threads';
import { CpuBackend } from './cpu-backend.ts';
import { createContext } from './create-context.ts';
import { CommandRunner } from './pool/command-runner.ts';
import type { Batch, Maximum, WorkerStart } from './pool/protocol.ts';

const { module, maxMemoryBytes, progress } = workerData as WorkerStart;
const port = parentPort!;
const runner = createContext(module, maxMemoryBytes).then(
  (context) => new CommandRunner(new CpuBackend(context), progress),
);

let last: Promise<void> = Promise.resolve();
port.on('message', (message: Batch | Maximum) => {
  if ('maximum' in message) {
    // Not in the queue: a batch may be waiting for it.
    runner.then((one) => one.learn(message));
    return;
  }
  last = last.then(async () => {
    const result = await (await runner).run(message);
    // All of it was made for this answer.
    const made = [result.numbers, ...result.contents.values(), ...result.tallies];
    const transfer = made.flatMap((one) => (ArrayBuffer.isView(one) ? [one.buffer as ArrayBuffer] : []));
    port.postMessage(result, transfer);
  });
});
