import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { type CalibrationResult, calibrate, type SampleOptions, sampleImage } from '@mnnquant/calibrate';
import { buildGraph, createPlan, type ExecutionPlan, type Sample } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { decodeImage } from '../../packages/cli/src/images/decode.ts';
import type { MnnEnvironment } from './environment.ts';
import { sortedFiles } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { runOfficialTool } from './official-tool.ts';

/** What MNN's tool and ours made of one model from the same pixels. */
export interface ScaleComparison {
  readonly modelPath: string;
  readonly plan: ExecutionPlan;
  readonly ours: CalibrationResult;
  /** MNN's scales by tensor id, from the describes it wrote. */
  readonly theirs: ReadonlyMap<number, number>;
  /** MNN's names of the ops that make a tensor, by tensor id. */
  readonly opNames: ReadonlyMap<number, string>;
  /** The calibration samples, stacked. */
  readonly samples: NumpyArray;
}

const MEMORY = 2 ** 31;

/** Calibrates with both tools on PNG copies of the images that the model's config names. */
export async function compareScales(
  model: string,
  { python, data }: MnnEnvironment,
): Promise<ScaleComparison> {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-scales-'));
  try {
    const configPath = join(data, 'models/official', `${model}.KL-MAX_ABS.config.json`);
    const config = JSON.parse(readFileSync(configPath, 'utf8'));
    const modelPath = resolve(data, 'models/float', `${model}.mnn`);
    const images = join(folder, 'images');
    await copyAsPng(join(data, 'models/official', config.path), images);
    const { target, crashed, output } = runOfficialTool(
      python,
      modelPath,
      { ...config, path: 'images/' },
      folder,
    );
    if (crashed) throw new Error(`MNN's tool crashed on ${model}: ${output.slice(-2000)}`);
    const options = { ...config, centerCropHeight: 1, centerCropWidth: 1 } as SampleOptions;
    return {
      modelPath,
      ...(await ourScales(modelPath, images, options)),
      ...theirScales(target),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** JPEG decoders differ; behind a PNG both tools see the same pixels. */
export async function copyAsPng(from: string, to: string, limit?: number): Promise<void> {
  const sharp = createRequire(new URL('../../packages/cli/package.json', import.meta.url))('sharp');
  mkdirSync(to);
  for (const file of sortedFiles(from, limit)) {
    await sharp(join(from, file)).toFile(join(to, `${basename(file, extname(file))}.png`));
  }
}

async function ourScales(modelPath: string, folder: string, options: SampleOptions) {
  const graph = buildGraph(readModel(readFileSync(modelPath)));
  const [input] = graph.inputs;
  const shape = input.desc.shape.map((extent, axis) => (extent < 0 && axis === 0 ? 1 : extent));
  const plan = createPlan(graph, new Map([[input.name, shape]]));
  const files = sortedFiles(folder);
  const layout = plan.inputs[0].desc.layout === 'NHWC' ? 'NHWC' : 'NCHW';
  const size = shape.reduce((product, extent) => product * extent, 1);
  const samples = { shape: [files.length, ...shape], data: new Float32Array(files.length * size) };
  for (const [i, file] of files.entries()) {
    const image = await decodeImage(readFileSync(join(folder, file)), file);
    samples.data.set(sampleImage(image, options, layout), i * size);
  }
  const load = async (index: number): Promise<Sample> =>
    new Map([[input.name, samples.data.subarray(index * size, (index + 1) * size)]]);
  const backend = await createCpuBackend();
  const ours = await calibrate({
    plan,
    backend,
    samples: { count: files.length, load },
    config: { featureMethod: 'KL', featureClamp: 127 },
    memoryBudgetBytes: MEMORY,
  });
  await backend.dispose();
  return { plan, ours, samples };
}

function theirScales(path: string) {
  const { net } = readModel(readFileSync(path));
  const theirs = new Map<number, number>();
  for (const { index, quantInfo } of net.extraTensorDescribe ?? []) {
    if (quantInfo !== undefined) theirs.set(index, quantInfo.scale);
  }
  const opNames = new Map<number, string>();
  for (const { name, outputIndexes } of net.oplists ?? []) {
    if (name !== undefined && outputIndexes !== undefined) opNames.set(outputIndexes[0], name);
  }
  return { theirs, opNames };
}
