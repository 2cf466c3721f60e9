import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SampleOptions } from '@mnnquant/calibrate';
import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  elementCount,
  Program,
  type Sample,
  type TensorBackend,
} from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { expect, it } from 'vitest';
import { noise } from '../../packages/graph/test/golden/golden-case.ts';
import { describeWithMnn } from './environment.ts';
import { sortedFiles, stackImages } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';

interface FloatModel {
  /** Folder of images whose first one is run; without, only random numbers are. */
  readonly images?: string;
  /** For dynamic extents. */
  readonly dim?: number;
  /** For an input of unknown rank. */
  readonly shape?: readonly number[];
  /** Inputs of a model with several, for two samples. */
  readonly inputs?: () => Map<string, NumpyArray>;
  /** MNN's Module interface instead of its session. */
  readonly module?: boolean;
  readonly format?: SampleOptions['format'];
  readonly mean?: readonly number[];
  readonly normal?: number | readonly number[];
}

const FACES = { images: 'faces_test', mean: [127.5, 127.5, 127.5], normal: 0.0078125 };
const CIFAR = {
  images: 'cifar10_test500',
  mean: [123.675, 116.28, 103.53],
  normal: [0.0171247, 0.017507, 0.0174292],
};

const MODELS: Readonly<Record<string, FloatModel>> = {
  'RFB-320': { images: 'faces_test', mean: [127, 127, 127], normal: 0.0078125 },
  'slim-320': { images: 'faces_test', mean: [127, 127, 127], normal: 0.0078125 },
  cifar_resnet20: CIFAR,
  cifar_resnet56: CIFAR,
  'squeezenet_v1.1_imagenet': { images: 'imagenet150', format: 'BGR', mean: [104, 117, 123] },
  'mobilenet_v2_1.0_224_dequant': { images: 'imagenet150', mean: [127.5, 127.5, 127.5], normal: 0.00784314 },
  mobilefacenet: FACES,
  zqlandmark: FACES,
  vww_96_float: { images: 'imagenet150', normal: 1 / 255 },
  mlperf_resnet8_cifar10_float: { images: 'cifar10_test500' },
  yunet_n_320: { images: 'faces_test', format: 'BGR' },
  yolox_nano: { images: 'faces_test', format: 'BGR' },
  FastestDet: { images: 'faces_test', format: 'BGR', normal: 1 / 255 },
  selfie_segmentation: { images: 'faces_test', normal: 1 / 255 },
  'ch_PP-OCRv4_det_infer': { dim: 96 },
  'ch_ppocr_mobile_v2.0_cls_infer': { dim: 64 },
  ESPCN_x2: { shape: [1, 20, 24, 1], module: true },
  FSRCNN_x2: { shape: [1, 20, 24, 1], module: true },
  ad01_fp32: {},
  face_blendshape_mp: {},
  silero_vad_16k_op15: { inputs: voiceActivity, module: true },
  gtcrn_simple: { module: true },
};

/** Two chunks of a sound at 16 kHz with the network's memory of what was before. */
function voiceActivity(): Map<string, NumpyArray> {
  return new Map<string, NumpyArray>([
    ['input', { shape: [2, 1, 512], data: noise(2 * 512, 7) }],
    ['state', { shape: [2, 2, 1, 128], data: noise(2 * 2 * 128, 8) }],
    ['sr', { shape: [2, 1], data: Int32Array.of(16000, 16000) }],
  ]);
}

/** Relative to an output's largest value. */
const BOUND = 1e-4;

const BACKENDS = { WebAssembly: createCpuBackend, reference: async () => createReferenceBackend() };

describeWithMnn('float outputs equal those of MNN', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  for (const [model, description] of Object.entries(MODELS)) {
    it(model, async () => {
      const path = join(data, 'models/float', `${model}.mnn`);
      const { module } = description;
      const inputs = await inputsFor(oracle, path, description, data);
      const expected = oracle.run(path, inputs, { module });
      for (const [name, create] of Object.entries(BACKENDS)) {
        const backend = await create();
        const outputs = await runModel(path, inputs, backend);
        await backend.dispose();
        expect([...outputs.keys()].sort()).toEqual([...expected.keys()].sort());
        const suspects = [...outputs].filter(
          ([output, values]) => !(relativeError(values, floatsOf(expected, output)) <= BOUND),
        );
        if (suspects.length > 0) await expectOursIsNearer(path, inputs, suspects, expected, name);
      }
    });
  }
});

async function inputsFor(
  oracle: MnnOracle,
  path: string,
  description: FloatModel,
  data: string,
): Promise<Map<string, NumpyArray>> {
  const { images, dim, shape, module } = description;
  if (description.inputs) return description.inputs();
  if (images !== undefined) return randomAndImage(oracle, path, join(data, 'images', images), description);
  if (shape === undefined) return oracle.random(path, { seed: 7, samples: 2, dim, module });
  const [{ name }] = buildGraph(readModel(readFileSync(path))).inputs;
  const whole = [2, ...shape];
  return new Map([[name, { shape: whole, data: noise(elementCount(whole), 7) }]]);
}

/** Two samples of a model with one input: seeded normal numbers and a photograph. */
async function randomAndImage(
  oracle: MnnOracle,
  model: string,
  folder: string,
  { format = 'RGB', mean = [], normal = 1 }: FloatModel,
): Promise<Map<string, NumpyArray>> {
  const [[name, random]] = oracle.random(model, { seed: 7 });
  const input = oracle.info(model).inputs[0];
  const [height, width] = input.layout === 'NHWC' ? random.shape.slice(2) : random.shape.slice(3);
  const factors = typeof normal === 'number' ? [normal, normal, normal] : normal;
  const options = { format, mean, normal: factors, width, height, centerCropHeight: 1, centerCropWidth: 1 };
  const image = await stackImages(folder, sortedFiles(folder, 1), options, input);
  const data = new Float32Array(2 * image.data.length);
  data.set(random.data as Float32Array);
  data.set(image.data as Float32Array, image.data.length);
  return new Map([[name, { shape: [2, ...random.shape.slice(1)], data }]]);
}

async function runModel(
  path: string,
  inputs: ReadonlyMap<string, NumpyArray>,
  backend: TensorBackend,
): Promise<Map<string, Float32Array | Float64Array>> {
  const graph = buildGraph(readModel(readFileSync(path)));
  const shapes = new Map([...inputs].map(([name, { shape }]) => [name, shape.slice(1)]));
  const program = new Program(createPlan(graph, shapes), backend);
  const results = await program.run(samplesOf(inputs));
  program.dispose();
  const stacked = new Map<string, Float64Array>();
  for (const { name } of graph.outputs) {
    stacked.set(
      name,
      Float64Array.from(results.flatMap((result) => Array.from(result.get(name)!.data, Number))),
    );
  }
  return stacked;
}

function samplesOf(inputs: ReadonlyMap<string, NumpyArray>): Sample[] {
  const count = [...inputs.values()][0].shape[0];
  return Array.from({ length: count }, (_, i) => {
    const entries = [...inputs].map(([name, { data }]) => {
      const size = data.length / count;
      return [name, data.subarray(i * size, (i + 1) * size) as Float32Array] as const;
    });
    return new Map(entries);
  });
}

function floatsOf(arrays: ReadonlyMap<string, NumpyArray>, name: string): Float32Array {
  return arrays.get(name)!.data as Float32Array;
}

/** Largest difference relative to the sample's largest value, over both samples. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const size = actual.length / 2;
  const errors = [0, 1].map((sample) => {
    let largest = 1e-30;
    let worst = 0;
    for (let i = sample * size; i < (sample + 1) * size; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    }
    return worst / largest;
  });
  return Math.max(...errors);
}

/** A run in double precision says whose error a difference is. */
async function expectOursIsNearer(
  path: string,
  inputs: ReadonlyMap<string, NumpyArray>,
  ours: readonly (readonly [string, Float32Array | Float64Array])[],
  mnn: ReadonlyMap<string, NumpyArray>,
  backend: string,
): Promise<void> {
  const exact = await runModel(path, inputs, createReferenceBackend({ precision: 'float64' }));
  for (const [name, values] of ours) {
    const judge = exact.get(name)!;
    const mine = relativeError(values, judge);
    const theirs = relativeError(floatsOf(mnn, name), judge);
    expect(mine, `${name}: error of ${backend} ${mine}, of MNN ${theirs}`).toBeLessThanOrEqual(theirs);
  }
}
