// Quantizes the example model with the command, then compares accuracy before and after on 500 test images.
// "After" is the float engine with weights and activations rounded as the written file says.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fakeQuantPlan, predictInt8, sampleImage } from '@mnnquant/calibrate';
import { buildGraph, createPlan, Program } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { decodeImage } from 'mnnquant';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = new URL('.', import.meta.url);
const source = 'examples/digits/digits.mnn';
const target = 'examples/digits/out/digits-int8.mnn';
const config = 'examples/digits/config.json';

function quantize() {
  mkdirSync(new URL('out', here), { recursive: true });
  const args = ['packages/cli/bin/mnnquant.js', source, target, config];
  console.log(`$ node ${args.join(' ')}\n`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

async function testImages() {
  const { mean, normal, width, height, format } = JSON.parse(
    readFileSync(new URL('config.json', here), 'utf8'),
  );
  const options = { format, mean, normal, width, height, centerCropHeight: 1, centerCropWidth: 1 };
  const rows = readFileSync(new URL('labels.csv', here), 'utf8').trim().split('\n').slice(1);
  const labels = new Map(rows.map((row) => row.split(',')).map(([file, digit]) => [file, Number(digit)]));
  const images = readdirSync(new URL('test', here)).sort();
  return Promise.all(
    images.map(async (file) => {
      const image = await decodeImage(readFileSync(new URL(`test/${file}`, here)), file);
      return { data: sampleImage(image, options, 'NCHW'), digit: labels.get(file) };
    }),
  );
}

/** The digit that the model sees in each image; `rounding` tells which tensors are rounded, and how. */
async function classify(model, rounding, images) {
  const backend = await createCpuBackend();
  const graph = buildGraph(model);
  const program = new Program(createPlan(graph), backend);
  const onTensor = ({ tensor, values }) => {
    const params = rounding.get(tensor);
    if (params) for (const value of values) backend.fakeQuantize(value, params);
  };
  const samples = images.map(({ data }) => new Map([[graph.inputs[0].name, data]]));
  const results = await program.run(samples, { onTensor });
  await backend.dispose();
  return results.map((outputs) => {
    const [{ data }] = outputs.values();
    return data.indexOf(Math.max(...data));
  });
}

quantize();
const images = await testImages();
const float = readModel(readFileSync(new URL(`../../${source}`, import.meta.url)));
const int8 = readModel(readFileSync(new URL(`../../${target}`, import.meta.url)));
const graph = buildGraph(int8);
const rounding = fakeQuantPlan(int8, graph, predictInt8(int8, createPlan(graph)));
const before = await classify(float, new Map(), images);
const after = await classify(int8, rounding, images);

const percent = (count) => `${((100 * count) / images.length).toFixed(1)} %`;
const right = (guesses) => guesses.filter((guess, i) => guess === images[i].digit).length;
const same = before.filter((guess, i) => guess === after[i]).length;
console.log(`
Accuracy on ${images.length} test images that calibration did not see:
  before (float)   ${percent(right(before))}
  after  (int8)    ${percent(right(after))}
  same answer      ${percent(same)}`);
