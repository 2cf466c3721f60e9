import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calibrate,
  type FeatureMethod,
  type PredictedCommand,
  predictInt8,
  quantizeModel,
  quantizeWeights,
  type WeightConfig,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan, type Sample } from '@mnnquant/graph';
import { readModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { FLOAT_MODELS } from './models.ts';
import type { NumpyArray } from './npz.ts';
import { type MnnCommand, MnnOracle } from './oracle.ts';

interface Subject {
  readonly model: string;
  /** The shape of the input without the batch, where the file leaves it open. */
  readonly shape?: readonly [name: string, ...extents: number[]];
}

const SUBJECTS: readonly Subject[] = [
  ...FLOAT_MODELS.map((model) => ({ model })),
  { model: 'FastestDet' },
  { model: 'yolox_nano' },
  { model: 'selfie_segmentation' },
  { model: 'ad01_fp32' },
  { model: 'face_blendshape_mp' },
  { model: 'ch_PP-OCRv4_det_infer', shape: ['x', 3, 96, 96] },
  { model: 'ch_ppocr_mobile_v2.0_cls_infer', shape: ['x', 3, 48, 96] },
  { model: 'ESPCN_x2', shape: ['IteratorGetNext', 24, 20, 1] },
  { model: 'FSRCNN_x2', shape: ['IteratorGetNext', 24, 20, 1] },
];

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };

describeWithMnn('MNN runs in int8 exactly the ops that were predicted', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-prediction-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // EMA has zero points, which change what may run in int8.
  const cases = SUBJECTS.flatMap((subject) =>
    (['KL', 'EMA'] as const).map((method) => ({ ...subject, method })),
  );
  for (const { model, method, shape } of cases) {
    it(`${model}, ${method}`, async () => {
      const source = join(data, 'models/float', `${model}.mnn`);
      const target = join(folder, `${model}.mnn`);
      const inputs = shape ? noise(shape) : oracle.random(source, { seed: 3, samples: 2 });
      const predicted = await quantizeWith(method, source, target, inputs);
      const ran = oracle.commands(target, inputs);
      expect(namedOps(ran)).toEqual(namedOps(predicted));
      expect(ran.some(({ int8 }) => int8)).toBe(true);
    });
  }
});

/** Calibrates on the given inputs: which values they are does not matter here. */
async function quantizeWith(
  featureMethod: FeatureMethod,
  source: string,
  target: string,
  inputs: ReadonlyMap<string, NumpyArray>,
): Promise<readonly PredictedCommand[]> {
  const model = readModel(readFileSync(source));
  const plan = createPlan(buildGraph(model), shapesOf(inputs));
  const backend = await createCpuBackend();
  const { scales, candidates } = await calibrate({
    plan,
    backend,
    samples: { count: 2, load: async (index) => sampleOf(inputs, index) },
    config: { featureMethod, featureClamp: 127, ema: { batchSize: 1, weights: WEIGHTS } },
    memoryBudgetBytes: 2 ** 30,
  });
  await backend.dispose();
  const weights = quantizeWeights(plan, candidates, WEIGHTS);
  const written = quantizeModel(model, {
    scales: scales.tensors,
    weights,
    means: candidates.means,
    apart: candidates.apart,
  });
  writeFileSync(target, writeModel(written.net));
  return predictInt8(written, plan).commands;
}

/** Two samples with a batch of one, as `MnnOracle.random` gives them. */
function noise([name, ...extents]: NonNullable<Subject['shape']>): Map<string, NumpyArray> {
  const shape = [2, 1, ...extents];
  let seed = 3;
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    seed = (seed * 16807) % 2147483647;
    return (2 * seed) / 2147483647 - 1;
  });
  return new Map([[name, { shape, data }]]);
}

function shapesOf(inputs: ReadonlyMap<string, NumpyArray>): Map<string, readonly number[]> {
  return new Map([...inputs].map(([name, { shape }]) => [name, shape.slice(1)]));
}

function sampleOf(inputs: ReadonlyMap<string, NumpyArray>, index: number): Sample {
  const entries = [...inputs].map(([name, { shape, data }]) => {
    const size = data.length / shape[0];
    return [name, data.slice(index * size, (index + 1) * size) as Float32Array] as const;
  });
  return new Map(entries);
}

/**
 * Every op that computes, by name. Left out are casts and Raster commands, the copies that the runtime
 * adds: how many views it fuses into one copy changes nothing about which ops run in int8.
 */
function namedOps(commands: readonly (MnnCommand | PredictedCommand)[]): string[] {
  const computing = commands.filter(({ type }) => !['Raster', 'FloatToInt8', 'Int8ToFloat'].includes(type));
  // The runtime numbers the commands that it made of one op: mean_raster_1.
  const nameOf = (name = ''): string => name.replace(/_raster_\d+$/, '');
  return computing.map(({ type, name, int8 }) => `${type} ${nameOf(name)} ${int8 ? 'int8' : 'float'}`).sort();
}
