import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type CalibrationResult, calibrate, type SampleOptions } from '@mnnquant/calibrate';
import { buildGraph, createPlan, type ExecutionPlan, execute, type Sample } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { sortedFiles, stackImages } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { runOfficialTool } from './official-tool.ts';
import { MnnOracle } from './oracle.ts';
import { copyAsPng } from './scale-comparison.ts';
import { officialConfig, SUBJECTS, testData } from './subjects.ts';
import { quantile } from './weight-comparison.ts';

const CLAMP = 127;
const IMAGES = 2;
const MODELS: ReadonlySet<string> = new Set(['RFB-320', 'cifar_resnet20', 'mobilenet_v2_1.0_224_dequant']);

describeWithMnn('ADMM for features', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  for (const subject of SUBJECTS.filter(({ model }) => MODELS.has(model))) {
    it(`${subject.model}: alpha is that of 300 rounds over the values in double precision`, async () => {
      const path = resolve(data, 'models/float', `${subject.model}.mnn`);
      const { inputs } = await testData(subject, data, oracle, IMAGES);
      const [[name, stacked]] = inputs;
      const samples = split(name, stacked);
      const plan = createPlan(buildGraph(readModel(readFileSync(path))));
      const { scales } = await calibrateWith(plan, samples);
      const values = await valuesOf(plan, samples);
      const sources = new Map(scales.groups.map((group) => [group.id, group.sources]));
      const checked = [...scales.tensors].filter(([, { method }]) => method === 'ADMM');
      expect(checked.length).toBeGreaterThan(15);
      for (const [tensor, { scale, groupId }] of checked) {
        const parts = (groupId === undefined ? [tensor] : sources.get(groupId)!).map((id) => values.get(id)!);
        const direct = directAlpha(parts);
        expect(Math.abs(scale / direct - 1), plan.graph.tensorNames[tensor]).toBeLessThan(1e-4);
      }
    });
  }

  it("the distance of MNN's own alphas is told: it adds up in single precision", async () => {
    const { theirs, values, names } = await officialAlphas('RFB-320', python, data);
    const distances = [...theirs]
      .filter(([tensor, alpha]) => alpha > 0 && values.has(tensor))
      .map(([tensor, alpha]) => [Math.abs(alpha / directAlpha([values.get(tensor)!]) - 1), tensor] as const)
      .sort(([a], [b]) => a - b);
    expect(distances.length).toBeGreaterThan(15);
    const shown = [0.1, 0.5, 0.9, 1].map(
      (share) =>
        `${100 * share} %: ${quantile(
          distances.map(([d]) => d),
          share,
        ).toExponential(1)}`,
    );
    const [, worst] = distances[distances.length - 1];
    console.info(`RFB-320, MNN's alpha against float64, relative: ${shown.join(', ')} (${names[worst]})`);
  });
});

async function calibrateWith(plan: ExecutionPlan, samples: readonly Sample[]): Promise<CalibrationResult> {
  const backend = await createCpuBackend();
  try {
    return await calibrate({
      plan,
      backend,
      samples: { count: samples.length, load: async (index) => samples[index] },
      config: { featureMethod: 'ADMM', featureClamp: CLAMP },
      memoryBudgetBytes: 2 ** 31,
    });
  } finally {
    await backend.dispose();
  }
}

/** What the float network holds in every float tensor, all samples one after the other. */
async function valuesOf(plan: ExecutionPlan, samples: readonly Sample[]): Promise<Map<number, Float32Array>> {
  const backend = await createCpuBackend();
  const found = new Map<number, Float32Array>();
  try {
    await execute(plan, backend, samples, {
      async onTensor({ tensor, desc, values }) {
        if (desc.dtype !== 'float32') return;
        const parts = await Promise.all(values.map((value) => backend.download(value)));
        found.set(tensor, Float32Array.from(parts.flatMap((part) => Array.from(part))));
      },
    });
    return found;
  } finally {
    await backend.dispose();
  }
}

/**
 * MNN's definition (TensorStatistic.cpp `computeScaleADMM`) in double precision: sorted magnitudes and
 * sums from the end say what every round's sums are, without going through the values each time.
 */
function directAlpha(parts: readonly Float32Array[]): number {
  const sorted = Float32Array.from(parts.flatMap((part) => Array.from(part, Math.abs))).sort();
  const sums = new Float64Array(sorted.length + 1);
  for (let i = sorted.length - 1; i >= 0; i--) sums[i] = sums[i + 1] + sorted[i];
  let alpha = sorted[sorted.length - 1] / (CLAMP * 2.5);
  for (let round = 0; round < 300; round++) {
    let products = 0;
    let squares = 0;
    for (let k = 1; k <= CLAMP; k++) {
      const first = firstNotBelow(sorted, (k - 0.5) * alpha);
      products += sums[first];
      squares += (2 * k - 1) * (sorted.length - first);
    }
    alpha = products / squares;
  }
  return alpha;
}

function firstNotBelow(sorted: Float32Array, threshold: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle] < threshold) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** MNN's own alphas by tensor id, and the values they are of, from the same pixels. */
async function officialAlphas(model: string, python: string, data: string) {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-admm-'));
  try {
    const source = resolve(data, 'models/float', `${model}.mnn`);
    const config = officialConfig(data, model, 'KL-MAX_ABS');
    const images = join(folder, 'images');
    await copyAsPng(join(data, 'models/official', String(config.path)), images, IMAGES);
    const keys = { ...config, path: 'images/', feature_quantize_method: 'ADMM', used_image_num: IMAGES };
    const { target, output } = runOfficialTool(python, source, keys, folder);
    if (!existsSync(target)) throw new Error(`MNN's tool wrote nothing: ${output.slice(-1000)}`);
    const { plan, samples } = await imageSamples(source, images, config);
    return {
      theirs: describedScales(target),
      values: await valuesOf(plan, samples),
      names: plan.graph.tensorNames,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function imageSamples(source: string, images: string, config: Record<string, unknown>) {
  const plan = createPlan(buildGraph(readModel(readFileSync(source))));
  const [{ name, desc }] = plan.inputs;
  const options = { ...config, centerCropHeight: 1, centerCropWidth: 1 } as unknown as SampleOptions;
  const input = { name, shape: desc.shape, dtype: 'float', layout: desc.layout };
  const stacked = await stackImages(images, sortedFiles(images), options, input);
  return { plan, samples: split(name, stacked) };
}

function split(name: string, { shape, data }: NumpyArray): Sample[] {
  const size = data.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => {
    const values = data.subarray(i * size, (i + 1) * size) as Float32Array;
    return new Map([[name, values]]);
  });
}

function describedScales(path: string): Map<number, number> {
  const { net } = readModel(readFileSync(path));
  const scales = (net.extraTensorDescribe ?? []).flatMap(({ index, quantInfo }) =>
    quantInfo === undefined ? [] : [[index, quantInfo.scale] as const],
  );
  return new Map(scales);
}
