import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calibrate,
  type LayerError,
  predictInt8,
  quantizeModel,
  quantizeWeights,
  type SampleOptions,
  type SampleSet,
  type WeightConfig,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan } from '@mnnquant/graph';
import { readModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { expect, it, onTestFinished } from 'vitest';
import { measure } from '../../packages/cli/src/job/measure.ts';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { describeWithMnn } from './environment.ts';
import { meanCosine, sortedFiles, stackImages } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { officialConfig } from './subjects.ts';

const MODELS = [
  'RFB-320',
  'slim-320',
  'cifar_resnet20',
  'squeezenet_v1.1_imagenet',
  'mobilenet_v2_1.0_224_dequant',
  'mobilefacenet',
];

/** Their int8 files have zero points; the outputs of mobilefacenet are far off with so few images. */
const EMA_MODELS = MODELS.filter((model) => model !== 'mobilefacenet');

/** Images to calibrate with and to compare over. */
const IMAGES = 12;

// An output comes last: what is simulated wrong on the way shows there.
describeWithMnn("the outputs' cosine that debug tells, against MNN's runtime", ({ python, data }) => {
  const oracle = new MnnOracle(python);

  it.each(MODELS)('%s, KL', async (model) => {
    const { source, target, config, images, load } = job(model);
    const written = join(target, '..', 'config.json');
    writeFileSync(written, JSON.stringify({ ...config, path: images, debug: true, used_image_num: IMAGES }));
    const { debug } = await quantizeFile({ source, target, config: written, memoryBytes: 2 ** 30 });
    expectOutputs(debug!.layers, source, target, await load());
  });

  it.each(EMA_MODELS)('%s, EMA', async (model) => {
    const { source, target, load } = job(model);
    const input = await load();
    expectOutputs(await quantizeWithEma(source, target, input), source, target, input);
  });

  function job(model: string) {
    const folder = mkdtempSync(join(tmpdir(), 'mnnquant-debug-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const source = join(data, 'models/float', `${model}.mnn`);
    const config = officialConfig(data, model, 'KL-MAX_ABS');
    const images = `${join(data, 'models/official', String(config.path))}/`;
    const load = async (): Promise<NamedInput> => {
      const [info] = oracle.info(source).inputs;
      const sampling = { ...(config as unknown as SampleOptions), centerCropHeight: 1, centerCropWidth: 1 };
      const stacked = await stackImages(images, sortedFiles(images, IMAGES), sampling, info);
      return { name: info.name, stacked };
    };
    return { source, target: join(folder, 'int8.mnn'), config, images, load };
  }

  function expectOutputs(
    layers: readonly LayerError[],
    source: string,
    target: string,
    { name, stacked }: NamedInput,
  ): void {
    const inputs = new Map([[name, stacked]]);
    const [float, int8] = [oracle.run(source, inputs), oracle.run(target, inputs)];
    const outputs = layers.filter(({ output }) => output);
    expect(outputs.map(({ tensorName }) => tensorName).sort()).toEqual([...float.keys()].sort());
    for (const { tensorName, cosine } of outputs) {
      const real = meanCosine(int8.get(tensorName)!, float.get(tensorName)!);
      expect.soft(Math.abs(cosine - real), `${tensorName}: ${cosine}, really ${real}`).toBeLessThan(0.01);
    }
  }
});

/** Samples of the one input, stacked. */
interface NamedInput {
  readonly name: string;
  readonly stacked: NumpyArray;
}

async function quantizeWithEma(
  source: string,
  target: string,
  { name, stacked }: NamedInput,
): Promise<LayerError[]> {
  const model = readModel(readFileSync(source));
  const plan = createPlan(buildGraph(model), new Map([[name, stacked.shape.slice(1)]]));
  const weightConfig: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };
  const samples = samplesOf(name, stacked);
  const backend = await createCpuBackend();
  try {
    const { scales, candidates } = await calibrate({
      plan,
      backend,
      samples,
      config: { featureMethod: 'EMA', featureClamp: 127, ema: { batchSize: 4, weights: weightConfig } },
      memoryBudgetBytes: 2 ** 30,
    });
    const weights = quantizeWeights(plan, candidates, weightConfig);
    const { means, apart } = candidates;
    const written = quantizeModel(model, { scales: scales.tensors, weights, means, apart });
    writeFileSync(target, writeModel(written.net));
    const prediction = predictInt8(written, plan);
    const job = { plan, written, prediction, samples, backend, memoryBytes: 2 ** 30 };
    return [...(await measure(job)).layers];
  } finally {
    await backend.dispose();
  }
}

function samplesOf(name: string, { shape, data }: NumpyArray): SampleSet {
  const [count] = shape;
  const size = data.length / count;
  const values = data as Float32Array;
  return { count, load: async (i) => new Map([[name, values.slice(i * size, (i + 1) * size)]]) };
}
