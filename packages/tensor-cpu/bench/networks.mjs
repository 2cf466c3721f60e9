// Time per image of whole models, and which ops take it. After the build:
// node packages/tensor-cpu/bench/networks.mjs MODEL.mnn ...
import { readFile } from 'node:fs/promises';
import { buildGraph, createPlan, elementCount, Program } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';

const ROUNDS = 10;

/** Adds up the milliseconds of every op, by name. */
function timed(backend, times) {
  const note = (name, start) => times.set(name, (times.get(name) ?? 0) + performance.now() - start);
  return new Proxy(backend, {
    get(target, key) {
      if (key === 'bind') {
        return (node, inputs, outputs) => {
          const kernel = target.bind(node, inputs, outputs);
          return (
            kernel &&
            ((x, y) => {
              const start = performance.now();
              kernel(x, y);
              note(node.definition.name, start);
            })
          );
        };
      }
      const value = target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function measure(file) {
  const plan = createPlan(buildGraph(readModel(await readFile(file), { fileName: file })));
  const times = new Map();
  const backend = await createCpuBackend();
  const program = new Program(plan, timed(backend, times));
  const wave = (count) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898));
  const sample = new Map(plan.inputs.map(({ name, desc }) => [name, wave(elementCount(desc.shape))]));
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    times.clear();
    const start = performance.now();
    await program.run([sample]);
    rounds.push(performance.now() - start);
  }
  const inKernels = [...times.values()].reduce((a, b) => a + b, 0);
  times.set('on the host', rounds.at(-1) - inKernels);
  const shares = [...times].sort((a, b) => b[1] - a[1]).slice(0, 6);
  console.log(`${file}: first ${rounds[0].toFixed(1)} ms, best ${Math.min(...rounds).toFixed(1)} ms`);
  console.log(`  ${shares.map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`).join(', ')}`);
  console.log(`  without a kernel: ${[...program.report.fallbacks.keys()].join(', ') || 'none'}`);
  await backend.dispose();
}

for (const file of process.argv.slice(2)) await measure(file);
