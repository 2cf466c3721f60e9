import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  type ExecutionPlan,
  elementCount,
  execute,
  type HostTensor,
  observe,
  type Sample,
  type TensorBackend,
  type TensorStatistics,
} from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { createGpuBackend } from '@mnnquant/tensor-gpu/node';
import { afterAll, describe, expect, it } from 'vitest';
import { KL_BINS, KL_SKIP_BELOW } from '../../packages/calibrate/src/solvers/kl-distribution.ts';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { hasNodeWebGpu } from '../../packages/tensor-gpu/test/support/available.ts';
import { describeWithMnn } from './environment.ts';
import { sortedFiles } from './evaluation.ts';
import { histogramDistance, klExcess } from './kl-agreement.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines, officialConfig, SUBJECTS, testData } from './subjects.ts';

/** A device in software takes seconds for an image; `MNNQUANT_GPU_IMAGES=25` for the complete set. */
const IMAGES = Number(process.env.MNNQUANT_GPU_IMAGES ?? 1);

/** Images to judge the written models with; MNN runs them, which is fast. With 20 a single one moves the mean by more than the bound. */
const JUDGES = 150;

/** Relative to the largest value of an output. */
const OUTPUT_BOUND = 1e-4;
/** Relative to the largest magnitude of a tensor. */
const RANGE_BOUND = 1e-5;
/** Of histograms whose bins add up to 1. */
const HISTOGRAM_BOUND = 1e-3;
/** Between one tensor's distance and another's that are as far from the truth. */
const RANDOM = 1.5;
/** How much worse than the best a threshold found on the GPU may be, on the CPU's histogram. */
const THRESHOLD_BOUND = 1e-4;
const COSINE_BOUND = 1e-3;
/**
 * A network that has lost this much in int8 (mobilefacenet, with ten faces to judge it) loses some thousandths more or
 * less with every threshold that jumps, and with --fast-math the CPU's jump to where the GPU's do.
 */
const LOST = { below: 0.9, bound: 0.01 };

const MODELS = SUBJECTS.filter(({ model }) => model !== 'slim-320');

describeWithMnn('whole models on the GPU', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-gpu-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.skipIf(!hasNodeWebGpu()).each(MODELS)('$model', (subject) => {
    const { model } = subject;
    const source = join(data, 'models/float', `${model}.mnn`);

    it('has the outputs and statistics of the CPU', async () => {
      const plan = planOf(source);
      const samples = samplesOf(plan, (await testData(subject, data, oracle, IMAGES)).inputs);
      const cpu = await lookAt(plan, samples, await createCpuBackend());
      const gpu = await lookAt(plan, samples, await createGpuBackend({ mode: 'webgpu' }));
      expect(gpu.name).toBe('gpu:webgpu');
      expect(gpu.fallbacks).toEqual([]);
      for (const [i, outputs] of gpu.outputs.entries())
        for (const [name, values] of outputs)
          expect.soft(relativeError(values, cpu.outputs[i].get(name)!), name).toBeLessThan(OUTPUT_BOUND);
      const suspects: number[] = [];
      for (const [tensor, statistics] of gpu.tensors) {
        const other = cpu.tensors.get(tensor)!;
        expectSameRange(plan.graph.tensorNames[tensor], statistics, other);
        if (!agrees(statistics, other)) suspects.push(tensor);
      }
      if (suspects.length > 0) await expectAsNear(plan, samples, suspects, gpu.tensors, cpu.tensors);
    });

    it('becomes an int8 model as good as the one from the CPU', async () => {
      const config = smallConfig(model);
      const targets: string[] = [];
      for (const backend of ['cpu', 'gpu:webgpu'] as const) {
        const target = join(folder, `${model}.${backend.replace(':', '-')}.mnn`);
        const outcome = await quantizeFile({ source, target, config, backend });
        expect(outcome.backend.name).toBe(backend);
        targets.push(target);
      }
      const { inputs } = await testData(subject, data, oracle, JUDGES);
      const float = oracle.run(source, inputs);
      const [cpu, gpu] = targets.map((target) => headCosines(oracle.run(target, inputs), float, JUDGES));
      for (const [name, cosine] of gpu) {
        const other = cpu.get(name)!;
        const bound = other < LOST.below ? LOST.bound : COSINE_BOUND;
        expect.soft(cosine, name).toBeGreaterThan(other - bound);
      }
    });
  });

  /** The official config on the first images of its folder. */
  function smallConfig(model: string): string {
    const config = officialConfig(data, model, 'KL-MAX_ABS');
    const all = join(data, 'models/official', config.path as string);
    const images = join(folder, `${model}-images`);
    mkdirSync(images);
    for (const file of sortedFiles(all, IMAGES)) cpSync(join(all, file), join(images, file));
    const path = join(folder, `${model}.json`);
    writeFileSync(path, JSON.stringify({ ...config, path: `${images}/` }));
    return path;
  }
});

function planOf(source: string): ExecutionPlan {
  return createPlan(buildGraph(readModel(readFileSync(source))));
}

/** The stacked inputs one by one. */
function samplesOf({ inputs }: ExecutionPlan, stacked: ReadonlyMap<string, NumpyArray>): Sample[] {
  const size = elementCount(inputs[0].desc.shape);
  const [{ shape, data }] = stacked.values();
  const floats = data as Float32Array;
  return Array.from(
    { length: shape[0] },
    (_, i) => new Map([[inputs[0].name, floats.subarray(i * size, (i + 1) * size)]]),
  );
}

interface Looked {
  readonly name: string;
  readonly outputs: readonly ReadonlyMap<string, HostTensor>[];
  readonly tensors: Statistics;
  /** Ops that ran their reference. */
  readonly fallbacks: readonly string[];
}

/** Runs the samples and observes every tensor; the backend is disposed. */
async function lookAt(
  plan: ExecutionPlan,
  samples: readonly Sample[],
  backend: TensorBackend,
): Promise<Looked> {
  try {
    const { outputs, report } = await execute(plan, backend, samples);
    const tensors = await statisticsOf(plan, samples, backend);
    return { name: backend.name, outputs, tensors, fallbacks: [...report.fallbacks.keys()] };
  } finally {
    await backend.dispose();
  }
}

async function statisticsOf(
  plan: ExecutionPlan,
  samples: readonly Sample[],
  backend: TensorBackend,
): Promise<Statistics> {
  const { tensors } = await observe(
    {
      runs: [{ plan, samples: samples.map((_, i) => i) }],
      load: async (index) => samples[index],
      tensors: plan.steps.flatMap(({ node }) => node.outputs).filter((id) => isFloat(plan, id)),
      collect: { kind: 'histogram', bins: KL_BINS, skipBelow: KL_SKIP_BELOW },
      memoryBudgetBytes: 2 ** 30,
    },
    backend,
  );
  return tensors;
}

function isFloat({ descs }: ExecutionPlan, tensor: number): boolean {
  return descs.get(tensor)?.dtype === 'float32';
}

type Statistics = ReadonlyMap<number, TensorStatistics>;

/** Exact but for rounding in the network before. */
function expectSameRange(name: string, gpu: TensorStatistics, cpu: TensorStatistics): void {
  const most = Math.max(cpu.absMax, 1e-30);
  expect.soft(Math.abs(gpu.range.min - cpu.range.min) / most, `${name}: minimum`).toBeLessThan(RANGE_BOUND);
  expect.soft(Math.abs(gpu.range.max - cpu.range.max) / most, `${name}: maximum`).toBeLessThan(RANGE_BOUND);
}

function agrees(gpu: TensorStatistics, cpu: TensorStatistics): boolean {
  const [counts, judge] = [countsOf(gpu), countsOf(cpu)];
  return (
    histogramDistance(counts, judge) < HISTOGRAM_BOUND &&
    (cpu.absMax <= KL_SKIP_BELOW || klExcess(counts, judge) < THRESHOLD_BOUND)
  );
}

/**
 * Where a GPU and the CPU differ by more, rounding in the network before has moved values to neighbouring bins, on
 * either side; a run in double precision tells on which. They are few and their number is random, of one tensor; over all
 * tensors the GPU may not be further away. One value of a small tensor is more than the bound: two may move.
 */
async function expectAsNear(
  plan: ExecutionPlan,
  samples: readonly Sample[],
  tensors: readonly number[],
  gpu: Statistics,
  cpu: Statistics,
): Promise<void> {
  const exact = await statisticsOf(plan, samples, createReferenceBackend({ precision: 'float64' }));
  const [mean, theirs] = [gpu, cpu].map((one) => meanDistance(one, exact));
  expect.soft(mean, 'histograms of all tensors').toBeLessThanOrEqual(Math.max(HISTOGRAM_BOUND / 2, theirs));
  for (const tensor of tensors) {
    const [own, other, judge] = [gpu, cpu, exact].map((one) => countsOf(one.get(tensor)!));
    const name = plan.graph.tensorNames[tensor];
    const values = total(judge);
    const allowed = Math.max(HISTOGRAM_BOUND, histogramDistance(other, judge), 4 / values);
    expect.soft(histogramDistance(own, judge), `${name}: histogram`).toBeLessThanOrEqual(RANDOM * allowed);
    const excess = Math.max(THRESHOLD_BOUND, klExcess(other, judge));
    expect.soft(klExcess(own, judge), `${name}: threshold`).toBeLessThanOrEqual(excess);
  }
}

/** Of all tensors' histograms, by the values in them. */
function meanDistance(statistics: Statistics, exact: Statistics): number {
  let [moved, values] = [0, 0];
  for (const [tensor, judge] of exact) {
    const counted = total(countsOf(judge));
    moved += counted * histogramDistance(countsOf(statistics.get(tensor)!), countsOf(judge));
    values += counted;
  }
  return moved / values;
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function countsOf({ values }: TensorStatistics): Float64Array {
  return values as Float64Array;
}

/** Largest difference, relative to the largest value expected. */
function relativeError({ data }: HostTensor, expected: HostTensor): number {
  let [worst, largest] = [0, 1e-30];
  for (const [i, value] of data.entries()) {
    worst = Math.max(worst, Math.abs(value - expected.data[i]));
    largest = Math.max(largest, Math.abs(expected.data[i]));
  }
  return worst / largest;
}
