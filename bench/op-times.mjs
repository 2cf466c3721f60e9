// Which ops a network's time goes to, and which of them run the plain definition for want of a kernel. After the build:
//
//   node bench/op-times.mjs [--samples 4] [--size 96] [--share 2] model.mnn …
//
// Seeded random inputs; `--size` is for extents that a model leaves open (the batch is 1), `--share` the percentage from
// which an op is shown. Ops inside of branches and loops are counted under their own names.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { inlineConstantWeights } from '@mnnquant/calibrate';
import { buildGraph, createPlan, OPS, Program } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';

const { values: options, positionals: models } = parseArgs({
  options: {
    samples: { type: 'string', default: '4' },
    size: { type: 'string', default: '96' },
    share: { type: 'string', default: '2' },
  },
  allowPositionals: true,
});

/** Milliseconds by `op, kernel` and `op, plain`. */
const times = new Map();

function timed(key, run) {
  return (...args) => {
    const start = performance.now();
    const result = run(...args);
    times.set(key, (times.get(key) ?? 0) + performance.now() - start);
    return result;
  };
}

function timedBackend(backend) {
  return new Proxy(backend, {
    get(target, property) {
      const value = target[property];
      if (property !== 'bind') return typeof value === 'function' ? value.bind(target) : value;
      return (node, ...rest) => {
        const kernel = target.bind(node, ...rest);
        return kernel && timed(`${node.definition.name}, kernel`, kernel);
      };
    },
  });
}

/** Seeded numbers, about normal; small whole ones for inputs of whole numbers. */
function drawn(count, dtype) {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  if (dtype !== 'float32') return Int32Array.from({ length: count }, () => Math.floor(uniform() * 4));
  return Float32Array.from({ length: count }, () => (uniform() + uniform() + uniform() - 1.5) * 2);
}

async function measure(path) {
  const { model } = inlineConstantWeights(readModel(readFileSync(path)));
  const graph = buildGraph(model, { leaveOutTail: true });
  const shapeOf = ({ desc }) => {
    const shape = desc.shape.length > 0 ? desc.shape : [1, Number(options.size), Number(options.size), 1];
    return shape.map((extent, axis) => (extent >= 0 ? extent : axis === 0 ? 1 : Number(options.size)));
  };
  const known = graph.inputs.filter(({ desc }) => desc.shape.length > 0 || graph.inputs.length === 1);
  const shapes = new Map(known.map((input) => [input.name, shapeOf(input)]));
  const sample = new Map(
    graph.inputs.map(({ name, desc }) => {
      const count = (shapes.get(name) ?? []).reduce((product, extent) => product * extent, 1);
      return [name, drawn(count, desc.dtype)];
    }),
  );
  const backend = await createCpuBackend();
  const program = new Program(createPlan(graph, shapes), timedBackend(backend));
  const samples = new Array(Number(options.samples)).fill(sample);
  // The first run compiles and takes fresh memory.
  await program.run(samples);
  times.clear();
  await program.run(samples);
  program.dispose();
  await backend.dispose();
}

for (const op of OPS) if (op.reference) op.reference = timed(`${op.name}, plain`, op.reference);
for (const path of models) {
  try {
    await measure(path);
    const total = [...times.values()].reduce((sum, ms) => sum + ms, 0);
    const rows = [...times]
      .sort(([, a], [, b]) => b - a)
      .filter(([, ms]) => ms >= (total * options.share) / 100);
    console.log(`${basename(path)}: ${(total / options.samples).toFixed(1)} ms a sample`);
    for (const [key, ms] of rows) console.log(`  ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${key}`);
  } catch (error) {
    console.log(`${basename(path)}: ${error.message}`);
    process.exitCode = 1;
  }
}
