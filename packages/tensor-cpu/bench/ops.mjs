// Share of the time that each op takes in whole models, by kernel and by reference. Dynamic extents become 64, or
// what is given. After the build: node packages/tensor-cpu/bench/ops.mjs [--dim=96] MODEL.mnn ...
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { buildGraph, createPlan, elementCount, Program } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';

const ROUNDS = 5;
/** Percent of a model's time from which an op deserves a kernel. */
const WORTH_A_KERNEL = 2;

/** Notes which nodes got a kernel. */
function watched(backend, kernels) {
  return new Proxy(backend, {
    get(target, key) {
      const value = target[key];
      if (key === 'bind') {
        return (node, ...descs) => {
          const kernel = target.bind(node, ...descs);
          if (kernel !== undefined) kernels.add(node);
          return kernel;
        };
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The shapes to plan for: an extent that the model leaves open is `dim`, one sample, three channels. */
function inputShapes(graph, dim) {
  const shapes = graph.inputs.flatMap(({ name, desc: { shape, layout } }) => {
    if (shape.length > 0 && shape.every((extent) => extent > 0)) return [];
    const channels = layout === 'NHWC' ? shape.length - 1 : 1;
    const open = (axis) => (axis === 0 ? 1 : axis === channels ? 3 : dim);
    const given =
      shape.length > 0 ? shape.map((extent, i) => (extent > 0 ? extent : open(i))) : [1, dim, dim, 1];
    return [[name, given]];
  });
  return new Map(shapes);
}

/** Best milliseconds of every step. */
async function stepTimes(program, sample) {
  const best = program.plan.steps.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    let start = performance.now();
    const onStep = (done) => {
      const now = performance.now();
      best[done - 1] = Math.min(best[done - 1], now - start);
      start = now;
    };
    await program.run([sample], { onStep });
  }
  return best;
}

async function measure(file, dim) {
  const graph = buildGraph(readModel(await readFile(file), { fileName: file }));
  const plan = createPlan(graph, inputShapes(graph, dim));
  const kernels = new Set();
  const backend = await createCpuBackend();
  const program = new Program(plan, watched(backend, kernels));
  const wave = (count) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898));
  const sample = new Map(plan.inputs.map(({ name, desc }) => [name, wave(elementCount(desc.shape))]));
  const times = await stepTimes(program, sample);
  await backend.dispose();
  const byOp = new Map();
  for (const [i, { node }] of plan.steps.entries()) {
    const key = `${node.definition.name}${kernels.has(node) ? '' : ' (reference)'}`;
    byOp.set(key, (byOp.get(key) ?? 0) + times[i]);
  }
  report(basename(file), byOp);
}

function report(name, byOp) {
  const total = [...byOp.values()].reduce((a, b) => a + b, 0);
  console.log(`${name}: ${total.toFixed(2)} ms`);
  for (const [op, ms] of [...byOp].sort((a, b) => b[1] - a[1])) {
    const share = (100 * ms) / total;
    const mark = share > WORTH_A_KERNEL && op.endsWith('(reference)') ? '  <- no kernel' : '';
    if (share >= 0.5)
      console.log(`  ${share.toFixed(1).padStart(5)} %  ${ms.toFixed(3).padStart(8)} ms  ${op}${mark}`);
  }
}

const args = process.argv.slice(2);
const dim = Number(args.find((arg) => arg.startsWith('--dim='))?.slice(6) ?? 64);
for (const file of args.filter((arg) => !arg.startsWith('--'))) {
  await measure(file, dim).catch((error) => console.log(`${basename(file)}: ${error.message}`));
}
