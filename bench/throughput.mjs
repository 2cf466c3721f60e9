// Images per second of one backend, for inference with a range of every tensor:
//
//   node bench/throughput.mjs MODEL.mnn BACKEND [--images 32] [--rounds 3]
//
// Prints JSON: { name, device, isSoftware, images, seconds: [per round], fallbacks }.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { buildGraph, createPlan, elementCount, Program } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { UsageError, wholeNumber } from './arguments.mjs';
import { uniformGenerator } from './random.mjs';

/** A backend by the name that `--backend` has for it. */
async function createBackend(name) {
  if (name === 'cpu') {
    const { createThreadedBackend } = await import('@mnnquant/tensor-cpu/node');
    return createThreadedBackend({ threads: availableParallelism() });
  }
  const { createGpuBackend } = await import('@mnnquant/tensor-gpu/node');
  return createGpuBackend({ mode: name === 'gpu' ? 'webgpu' : name.replace(/^gpu:/, '') });
}

function makeSamples({ inputs }, count) {
  const next = uniformGenerator(1);
  return Array.from(
    { length: count },
    () =>
      new Map(
        inputs.map(({ name, desc }) => [
          name,
          Float32Array.from({ length: elementCount(desc.shape) }, () => next() * 2 - 1),
        ]),
      ),
  );
}

/** Seconds for one run over the samples. */
async function measure(program, backend, samples) {
  const started = performance.now();
  const onSample = ({ desc, value }) => (desc.dtype === 'float32' ? backend.range(value) : undefined);
  await program.visit(samples, { onSample }, (sample) => `sample ${sample}`, 0);
  return (performance.now() - started) / 1000;
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { images: { type: 'string', default: '32' }, rounds: { type: 'string', default: '3' } },
    allowPositionals: true,
  });
  const [model, name] = positionals;
  if (positionals.length !== 2) throw new UsageError('expected MODEL.mnn BACKEND');
  const images = wholeNumber('--images', values.images);
  const plan = createPlan(buildGraph(readModel(readFileSync(model))));
  const rounds = wholeNumber('--rounds', values.rounds);
  const backend = await createBackend(name);
  try {
    const program = new Program(plan, backend);
    const samples = makeSamples(plan, images);
    // Kernels are compiled and weights packed by the first image.
    await measure(program, backend, samples.slice(0, 1));
    const seconds = [];
    for (let round = 0; round < rounds; round++) seconds.push(await measure(program, backend, samples));
    const fallbacks = Object.fromEntries(program.report.fallbacks);
    const { device, isSoftware = false } = backend;
    console.log(JSON.stringify({ name: backend.name, device, isSoftware, images, seconds, fallbacks }));
    program.dispose();
  } finally {
    await backend.dispose();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
