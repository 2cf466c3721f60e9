import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Prediction, SampleOptions } from '@mnnquant/calibrate';
import { meanCosine, readLabels, sortedFiles, stackImages } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import type { MnnOracle } from './oracle.ts';

const CLI = fileURLToPath(new URL('../../packages/cli/bin/mnnquant.js', import.meta.url));

/** A network and images to judge its int8 versions with. */
export interface Subject {
  readonly model: string;
  /** Images that were not used to calibrate. */
  readonly images: string;
  readonly labels?: string;
  /** Class index of label 0 in the output. */
  readonly labelOffset?: number;
  /** An op whose int8 kernel the older MNN gets wrong; the file of MNN's own tool shows it as well. */
  readonly brokenInOldMnn?: string;
}

export const SUBJECTS: readonly Subject[] = [
  { model: 'RFB-320', images: 'faces_test' },
  { model: 'slim-320', images: 'faces_test' },
  { model: 'cifar_resnet20', images: 'cifar10_test500', labels: 'cifar10_test500_labels.csv' },
  { model: 'squeezenet_v1.1_imagenet', images: 'imagenet150', labels: 'imagenet150_labels.csv' },
  {
    model: 'mobilenet_v2_1.0_224_dequant',
    images: 'imagenet150',
    labels: 'imagenet150_labels.csv',
    labelOffset: 1,
  },
  { model: 'mobilefacenet', images: 'faces_test', brokenInOldMnn: 'PReLU' },
];

export type Outputs = ReadonlyMap<string, NumpyArray>;

/** The test images of a subject as the network sees them, and where its labels are known, these. */
export interface TestData {
  readonly inputs: ReadonlyMap<string, NumpyArray>;
  readonly truth: readonly number[] | undefined;
}

/** @param limit use at most so many images */
export async function testData(
  { model, images, labels }: Subject,
  data: string,
  oracle: MnnOracle,
  limit?: number,
): Promise<TestData> {
  const config = officialConfig(data, model, 'KL-MAX_ABS');
  const [input] = oracle.info(join(data, 'models/float', `${model}.mnn`)).inputs;
  const folder = join(data, 'images', images);
  const files = sortedFiles(folder, limit);
  const stacked = await stackImages(folder, files, sampling(config), input);
  const known = labels ? readLabels(join(data, 'images', labels)) : undefined;
  return { inputs: new Map([[input.name, stacked]]), truth: known && files.map((file) => known.get(file)!) };
}

/** The config that MNN's own result was made with; its `path` is relative to `models/official`. */
export function officialConfig(data: string, model: string, method: string): Record<string, unknown> {
  const file = join(data, 'models/official', `${model}.${method}.config.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

function sampling(config: Record<string, unknown>): SampleOptions {
  const { format, mean, normal, width, height } = config as unknown as SampleOptions;
  return { format, mean, normal, width, height, centerCropHeight: 1, centerCropWidth: 1 };
}

/** What the command reports with `--json`, as far as the checks need it. */
export interface CommandOutcome {
  readonly prediction: Prediction;
  readonly warnings: readonly string[];
}

/** Runs the command as a user would, in the folder that the config's path is relative to. */
export function quantizeByCommand(
  source: string,
  target: string,
  config: string,
  cwd: string,
  flags: readonly string[] = [],
  command: readonly string[] = [],
): CommandOutcome {
  const args = [CLI, ...command, source, target, config, '--json', ...flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`mnnquant ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * Mean cosine of each output over the first `samples` samples. A single output may have another name:
 * MNN's EMA loses them.
 */
export function headCosines(result: Outputs, float: Outputs, samples: number): Map<string, number> {
  const only = result.size === 1 && float.size === 1 ? [...result.values()][0] : undefined;
  const cosines = [...float].map(([name, values]) => {
    const found = result.get(name) ?? only;
    if (!found) throw new Error(`no output ${name} among ${[...result.keys()].join(', ')}`);
    return [name, meanCosine(head(found, samples), head(values, samples))] as const;
  });
  return new Map(cosines);
}

function head({ shape, data }: NumpyArray, samples: number): NumpyArray {
  const kept = Math.min(samples, shape[0]);
  return {
    shape: [kept, ...shape.slice(1)],
    data: data.subarray(0, (data.length / shape[0]) * kept) as NumpyArray['data'],
  };
}

/** How many convolutions MNN's runtime ran in int8. */
export function int8Convolutions(
  oracle: MnnOracle,
  model: string,
  inputs: ReadonlyMap<string, NumpyArray>,
): number {
  const commands = oracle.commands(model, inputs);
  return commands.filter(({ type, int8 }) => int8 && /^Convolution(Depthwise)?$/.test(type)).length;
}
