import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  int8Candidates,
  planScales,
  quantizeWeights,
  type SampleOptions,
  type ScaleTable,
  sampleImage,
  type WeightConfig,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan, type ExecutionPlan, type QuantParams } from '@mnnquant/graph';
import { type Op, OpType, readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { calibrateEma } from '../../packages/calibrate/src/ema/index.ts';
import { resultTensors } from '../../packages/calibrate/src/ema/result-tensors.ts';
import { decodeImage } from '../../packages/cli/src/images/decode.ts';
import type { MnnEnvironment } from './environment.ts';
import { sortedFiles } from './evaluation.ts';
import { runOfficialTool } from './official-tool.ts';
import { copyAsPng } from './scale-comparison.ts';
import { officialConfig } from './subjects.ts';
import { unroundedSums } from './unrounded-sums.ts';

/** One side of a convolution, as both tools see it. */
export interface RangePair {
  readonly where: string;
  /** Distance of the ends of MNN's range from ours, as a share of MNN's range; the larger of both. */
  readonly distance: number;
  /** The largest such distance between any two of ours, before and after changes of the samples' last bits. */
  readonly spread: number;
  /** Whether a result of the network is there, which has another range on purpose. */
  readonly result: boolean;
  readonly ours: Ends;
  readonly theirs: Ends;
}

export type Ends = readonly [min: number, max: number];

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };

/** Factors next to 1: they change no pixel, only the rounding behind it. */
const LAST_BITS = [1 + 2 ** -22, 1 - 2 ** -22, 1 + 2 ** -18, 1 - 2 ** -18];

/**
 * Ranges around every convolution by MNN's tool (without Winograd, which observes something else) and
 * by ours, from the same pixels. Left out are tensors that share a scale: MNN lets each have its own.
 * So that the definitions are the same, zero points are free here, also where MNN's kernels want 0, and
 * sums are rounded as in MNN's forward.
 */
export async function compareRanges(model: string, { python, data }: MnnEnvironment): Promise<RangePair[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-ema-'));
  try {
    const config = officialConfig(data, model, 'EMA-MAX_ABS');
    const source = resolve(data, 'models/float', `${model}.mnn`);
    const images = join(folder, 'images');
    await copyAsPng(join(data, 'models/official', String(config.path)), images);
    const run = runOfficialTool(python, source, { ...config, path: 'images/', winogradOpt: false }, folder);
    if (run.crashed) throw new Error(`MNN's tool crashed on ${model}: ${run.output.slice(-2000)}`);
    const ours = await prepare(source, images, config);
    const scales = await ours.calibrate(1);
    const others = [];
    for (const factor of LAST_BITS) others.push(await ours.calibrate(factor));
    return pairs(ours.plan, run.target, scales, others);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A network and its samples, to be calibrated with samples times a factor. */
async function prepare(source: string, images: string, config: Record<string, unknown>) {
  const graph = buildGraph(readModel(readFileSync(source)));
  const plan = createPlan(graph);
  const [input] = plan.inputs;
  const options = { ...config, centerCropHeight: 1, centerCropWidth: 1 } as unknown as SampleOptions;
  const layout = input.desc.layout === 'NHWC' ? 'NHWC' : 'NCHW';
  const samples: Float32Array[] = [];
  for (const file of sortedFiles(images))
    samples.push(sampleImage(await decodeImage(readFileSync(join(images, file)), file), options, layout));
  const candidates = { ...int8Candidates(graph, plan, { asymmetric: true }), centered: new Set<number>() };
  const calibrate = async (factor: number): Promise<ScaleTable> => {
    const cpu = await createCpuBackend();
    const load = async (index: number) => new Map([[input.name, samples[index].map((x) => x * factor)]]);
    const { scales } = await calibrateEma({
      scalePlan: planScales(plan, candidates),
      candidates,
      weights: quantizeWeights(plan, candidates, WEIGHTS),
      ...unroundedSums(cpu),
      samples: { count: samples.length, load },
      batchSize: Number(config.batch_size),
      featureClamp: 127,
      memoryBudgetBytes: 2 ** 31,
    });
    await cpu.dispose();
    return scales;
  };
  return { plan, calibrate };
}

function pairs(
  plan: ExecutionPlan,
  official: string,
  ours: ScaleTable,
  others: readonly ScaleTable[],
): RangePair[] {
  const results = resultTensors(plan, new Map(plan.steps.map(({ node }) => [node.index, 'int8' as const])));
  const theirs = convolutionsOf(official);
  const found: RangePair[] = [];
  for (const { node } of plan.steps) {
    const match = theirs.find((one) => one.matches(node.source));
    if (match === undefined) continue;
    for (const side of ['input', 'output'] as const) {
      const tensor = (side === 'input' ? node.inputs[0] : node.outputs[0]) as number;
      const [own, their] = [ours.tensors.get(tensor), match[side]];
      if (own === undefined || their === undefined || own.groupId !== undefined) continue;
      const draws = [own, ...others.map((one) => one.tensors.get(tensor)!)].map(endsOf);
      found.push({
        where: `${node.name} ${side}`,
        distance: distance(endsOf(own), endsOf(their)),
        spread: Math.max(...draws.flatMap((a) => draws.map((b) => distance(a, b)))),
        result: results.has(tensor),
        ours: endsOf(own),
        theirs: endsOf(their),
      });
    }
  }
  return found;
}

function endsOf({ scale, zeroPoint }: Pick<QuantParams, 'scale' | 'zeroPoint'>): Ends {
  return [(-127 - zeroPoint) * scale, (127 - zeroPoint) * scale];
}

function distance(a: Ends, b: Ends): number {
  return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])) / (b[1] - b[0]);
}

interface OfficialConvolution {
  readonly input: QuantParams | undefined;
  readonly output: QuantParams | undefined;
  matches(source: Op): boolean;
}

/** MNN's EMA gives ops new names and another order; their biases stay, and no two are the same. */
function convolutionsOf(path: string): OfficialConvolution[] {
  const { net } = readModel(readFileSync(path));
  const scales = new Map<number, QuantParams>();
  for (const { index, quantInfo } of net.extraTensorDescribe ?? [])
    if (quantInfo) scales.set(index, { ...quantInfo, zeroPoint: quantInfo.zero });
  const ops = (net.oplists ?? []).filter(
    ({ type }) => type === OpType.Convolution || type === OpType.ConvolutionDepthwise,
  );
  return ops.map((op) => ({
    input: scales.get(op.inputIndexes?.[0] ?? -1),
    output: scales.get(op.outputIndexes?.[0] ?? -1),
    matches: (source) => source.type === op.type && sameBias(biasOf(source), biasOf(op)),
  }));
}

function biasOf({ main }: Op): Float32Array | undefined {
  return main?.type === 'Convolution2D' ? main.value.bias : undefined;
}

function sameBias(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a !== undefined && a.length === b?.length && a.every((value, i) => value === b[i]);
}
