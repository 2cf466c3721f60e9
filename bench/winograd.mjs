// What int8 Winograd brings in MNN's runtime: networks of equal 3x3 or 5x5 convolutions, each as float, as
// int8 and as int8 with Winograd attributes, timed by turns on one thread. After the build:
//
//   MNNQUANT_PYTHON=… node bench/winograd.mjs [--rounds 15] [--layers 4] [kernel:channels:size …]
//
// Time is that of `--layers` convolutions one after the other, error that of a single one. `3:32x128:28` is a
// single layer of 32 channels in and 128 out.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  calibrate,
  int8Candidates,
  quantizeModel,
  quantizeWeights,
  WinogradObserver,
  winogradLayers,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan } from '@mnnquant/graph';
import { writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { NetWriter } from './net-writer.mjs';
import { normalGenerator } from './random.mjs';

const TIMER = fileURLToPath(new URL('winograd.py', import.meta.url));
const WEIGHTS = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };
const SAMPLES = 4;
const TILES = [4, 6];
const SIZES = [8, 14, 28, 56, 112];
const CHANNELS = [16, 32, 64, 128, 256];

function allCases() {
  const cases = [3, 5].flatMap((kernel) =>
    CHANNELS.flatMap((channels) => SIZES.map((size) => ({ kernel, channels, outputs: channels, size }))),
  );
  return cases.filter(({ channels, size }) => channels * size <= 7168);
}

function network({ kernel, channels, outputs, size }, layers) {
  const normal = normalGenerator(1 + kernel + channels * 31 + size * 1009);
  const columns = channels * kernel * kernel;
  const writer = new NetWriter();
  let x = writer.input(channels, size);
  for (let layer = 0; layer < layers; layer++) {
    const weight = Float32Array.from({ length: outputs * columns }, () => normal() * Math.sqrt(2 / columns));
    const bias = Float32Array.from({ length: outputs }, () => normal() * 0.1);
    x = writer.convolution(x, { outputs, kernel, activation: 'relu', weight, bias });
  }
  return writer.model();
}

/** Not negative and smooth, as activations are: the mean of 3 by 3 normal numbers, halved by a ReLU. */
function activations({ channels, size }, seed) {
  const normal = normalGenerator(seed);
  const wide = size + 2;
  const data = new Float32Array(channels * size * size);
  for (let channel = 0; channel < channels; channel++) {
    const noise = Float32Array.from({ length: wide * wide }, normal);
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        let sum = 0;
        for (let tap = 0; tap < 9; tap++) sum += noise[(y + Math.trunc(tap / 3)) * wide + x + (tap % 3)];
        data[(channel * size + y) * size + x] = Math.max(0, sum / 3);
      }
  }
  return data;
}

/** Writes the network as float, as int8, and with Winograd attributes for tiles up to 4 and up to 6. */
async function writeModels(given, layers, backend, folder) {
  const model = network(given, layers);
  const plan = createPlan(buildGraph(model));
  const samples = Array.from(
    { length: SAMPLES },
    (_, index) => new Map([['input', activations(given, index + 2)]]),
  );
  const { nodes } = int8Candidates(plan.graph, plan, { asymmetric: true });
  const found = TILES.map((tile) => winogradLayers(plan, { nodes }, tile));
  const observers = found.map((own) => new WinogradObserver(own, backend));
  const onTensor = async (tensor) => {
    for (const observer of observers) await observer.onTensor(tensor);
  };
  const { scales, candidates } = await calibrate({
    plan,
    backend,
    samples: { count: SAMPLES, load: async (index) => samples[index] },
    config: {
      featureMethod: 'EMA',
      featureClamp: 127,
      ema: { batchSize: 2, weights: WEIGHTS, forward: { onTensor } },
    },
    memoryBudgetBytes: 2 ** 31,
  });
  const int8 = quantizeWeights(plan, candidates, WEIGHTS);
  const { means, apart } = candidates;
  const paths = [join(folder, `float${layers}.mnn`)];
  writeFileSync(paths[0], writeModel(model.net));
  for (const weights of [int8, ...found.map((own, index) => withAttributes(int8, own, observers[index]))]) {
    const path = join(folder, `int8-${layers}-${paths.length}.mnn`);
    writeFileSync(
      path,
      writeModel(quantizeModel(model, { scales: scales.tensors, weights, means, apart }).net),
    );
    paths.push(path);
  }
  return { paths, units: found.map((own) => own[0]?.unit) };
}

function withAttributes(weights, layers, observer) {
  const result = new Map(weights);
  for (const layer of layers) {
    const own = weights.get(layer.index);
    result.set(layer.index, { ...own, winogradAttr: observer.attribute(layer, own) });
  }
  return result;
}

function timed(python, given, paths, rounds, folder) {
  const [input, answer] = [join(folder, 'input.f32'), join(folder, 'answer.json')];
  writeFileSync(input, activations(given, 99));
  const shape = `1x${given.channels}x${given.size}x${given.size}`;
  const run = spawnSync(python, [TIMER, input, shape, String(rounds), answer, ...paths], {
    encoding: 'utf8',
  });
  if (run.status !== 0) return undefined;
  return JSON.parse(readFileSync(answer, 'utf8'));
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string', default: '15' }, layers: { type: 'string', default: '4' } },
    allowPositionals: true,
  });
  const python = process.env.MNNQUANT_PYTHON;
  if (!python) throw new Error('MNNQUANT_PYTHON: expected a Python with MNN, got nothing');
  const cases = positionals.length === 0 ? allCases() : positionals.map(parseCase);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-winograd-'));
  const backend = await createCpuBackend();
  console.log(
    `${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)}, ${values.layers} layers, ${values.rounds} rounds`,
  );
  console.log(
    "| kernel | channels | size | float ms | int8 ms, error | input tile 4: int8 time ÷ its, error | MNN's choice: tile, int8 time ÷ its, error |",
  );
  console.log('|---|---|---|---|---|---|---|');
  try {
    for (const given of cases) {
      const layers = given.channels === given.outputs ? Number(values.layers) : 1;
      const many = await writeModels(given, layers, backend, folder);
      const one = await writeModels(given, 1, backend, folder);
      const times = timed(python, given, many.paths, Number(values.rounds), folder);
      const errors = timed(python, given, one.paths, 1, folder);
      console.log(
        `| ${given.kernel} | ${given.channels} → ${given.outputs} | ${given.size} | ${row(given, one.units, times, errors)} |`,
      );
    }
  } finally {
    await backend.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function row({ kernel }, [small, any], times, errors) {
  if (times === undefined || errors === undefined) return 'MNN crashed';
  const [float, int8, ...winograd] = times.map(({ ms }) => ms);
  const percent = errors.map(({ error }) => `${(error * 100).toFixed(2)} %`);
  const [four, chosen] = winograd.map((ms) => (int8 / ms).toFixed(2));
  const cells = [float.toFixed(3), `${int8.toFixed(3)}, ${percent[1]}`];
  cells.push(
    small ? `${four}, ${percent[2]}` : '-',
    any ? `${any + kernel - 1}, ${chosen}, ${percent[3]}` : '-',
  );
  return cells.join(' | ');
}

function parseCase(text) {
  const [kernel, channels, outputs, size] = (/^(\d+):(\d+)(?:x(\d+))?:(\d+)$/.exec(text) ?? [])
    .slice(1)
    .map(Number);
  if (!kernel || !channels || !size) throw new Error(`${text}: expected kernel:channels:size`);
  return { kernel, channels, outputs: outputs || channels, size };
}

await main();
