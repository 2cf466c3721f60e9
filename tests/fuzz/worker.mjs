// A range of inputs; `at[0]` is the one that is being worked on.
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const { file, job, at, examples } = workerData;
const { createFuzzer } = await import(pathToFileURL(file).href);
const fuzzer = createFuzzer(examples);
const notes = [];
for (let index = job.from; index < job.to; index++) {
  at[0] = index;
  const started = performance.now();
  const result = await fuzzer.run(job.target, index);
  notes.push({ target: job.target, index, ...result, ms: performance.now() - started });
}
at[0] = job.to;
parentPort.postMessage(notes);
