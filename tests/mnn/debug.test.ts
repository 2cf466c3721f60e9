import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LayerError, measureErrors, predictInt8, type SampleOptions } from '@mnnquant/calibrate';
import { buildGraph, createPlan } from '@mnnquant/graph';
import { type MnnModel, readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type QuantizeOutcome, quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { describeWithMnn } from './environment.ts';
import { sortedFiles, stackImages } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { runOfficialTool } from './official-tool.ts';
import { MnnOracle } from './oracle.ts';
import { officialConfig } from './subjects.ts';

const MODEL = 'RFB-320';

/** What MNN's tool prints with `debug`, by op name. */
interface Printed {
  readonly cosine: number;
  readonly overflow: number;
}

describeWithMnn("the numbers of debug, against MNN's own", ({ python, data }) => {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-debug-'));
  const oracle = new MnnOracle(python);
  const source = join(data, 'models/float', `${MODEL}.mnn`);
  const images = join(data, 'images/faces_calib');
  const files = sortedFiles(images);
  let config: SampleOptions;
  let input: NumpyArray;
  let inputName: string;
  let outcome: QuantizeOutcome;
  let official: { readonly target: string; readonly printed: ReadonlyMap<string, Printed> };

  beforeAll(async () => {
    const debugged = { ...officialConfig(data, MODEL, 'KL-MAX_ABS'), path: `${images}/`, debug: true };
    config = samplingOf(debugged);
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify(debugged));
    outcome = await quantizeFile({
      source,
      target: join(folder, 'ours.mnn'),
      config: path,
      memoryBytes: 2 ** 30,
    });
    const { output, target } = runOfficialTool(python, source, debugged, folder);
    official = { target, printed: parse(output) };
    const [info] = oracle.info(source).inputs;
    inputName = info.name;
    input = await stackImages(images, files, config, info);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('MNN prints numbers for its tensors', () => {
    expect(official.printed.size).toBeGreaterThan(50);
  });

  // MNN's run rounds with each tensor's first scale and keeps the weights float; afterwards it gives one
  // scale to what a Concat joins. So the file tells the scale of its run only where no other has it.
  it("are MNN's, with the scales of its file and float weights", async () => {
    const errors = byOp(await measureLikeMnn());
    const shared = sharedScales(readModel(readFileSync(official.target)));
    const rows = [...official.printed].filter(
      ([op]) => errors.has(op) && !shared.has(errors.get(op)!.tensor),
    );
    expect(rows.length).toBeGreaterThanOrEqual(40);
    for (const [op, printed] of rows) {
      const { cosine, overflow = 0 } = errors.get(op)!;
      expect.soft(Math.abs(cosine - printed.cosine), `cosine of ${op}`).toBeLessThan(0.002);
      expect.soft(Math.abs(overflow - printed.overflow), `overflow of ${op}`).toBeLessThan(0.0001);
    }
    // Nothing with a shared scale comes before these.
    for (const [op, { cosine }] of rows.slice(0, 15))
      expect.soft(Math.abs(errors.get(op)!.cosine - cosine), `cosine of ${op}`).toBeLessThan(0.0002);
  });

  // Ours has int8 weights as well, so it is a little lower.
  it("rank our layers nearly as MNN's rank its own", () => {
    const layers = byOp(outcome.debug!.layers);
    const rows = [...official.printed].filter(([op]) => layers.has(op));
    const ours = rows.map(([op]) => layers.get(op)!.cosine);
    const theirs = rows.map(([, { cosine }]) => cosine);
    expect(rankCorrelation(ours, theirs)).toBeGreaterThan(0.9);
    for (const [i, [op]] of rows.entries()) expect.soft(Math.abs(ours[i] - theirs[i]), op).toBeLessThan(0.01);
  });

  /** MNN's scales on the float network: its `debug` run does not round the weights. */
  async function measureLikeMnn(): Promise<LayerError[]> {
    const float = readModel(readFileSync(source));
    const { extraTensorDescribe } = readModel(readFileSync(official.target)).net;
    const model: MnnModel = { ...float, net: { ...float.net, extraTensorDescribe } };
    const plan = createPlan(buildGraph(float), new Map([[inputName, input.shape.slice(1)]]));
    const predicted = predictInt8(model, plan);
    const prediction = { ...predicted, ops: predicted.ops.map((op) => ({ ...op, int8: true })) };
    const backend = await createCpuBackend();
    const size = input.data.length / files.length;
    try {
      return await measureErrors({
        plan,
        quantized: {
          model,
          plan: createPlan(buildGraph(model), new Map([[inputName, input.shape.slice(1)]])),
          prediction,
          onlyRounded: true,
        },
        backend,
        samples: {
          count: files.length,
          load: async (i) =>
            new Map([[inputName, (input.data as Float32Array).slice(i * size, (i + 1) * size)]]),
        },
        memoryBudgetBytes: 2 ** 29,
      });
    } finally {
      await backend.dispose();
    }
  }
});

function samplingOf(config: Readonly<Record<string, unknown>>): SampleOptions {
  return { ...(config as unknown as SampleOptions), centerCropHeight: 1, centerCropWidth: 1 };
}

function byOp(errors: readonly LayerError[]): Map<string, LayerError> {
  return new Map(errors.map((error) => [error.op, error]));
}

/** Tensors whose scale another tensor has as well. */
function sharedScales({ net }: MnnModel): Set<number> {
  const seen = new Map<number, number[]>();
  for (const { index, quantInfo } of net.extraTensorDescribe ?? []) {
    if (quantInfo) seen.set(quantInfo.scale, [...(seen.get(quantInfo.scale) ?? []), index]);
  }
  return new Set([...seen.values()].filter((tensors) => tensors.length > 1).flat());
}

/** Lines such as `245 output_tensor_0:  cos distance: 0.999733, overflow ratio: 0.000029`. */
function parse(output: string): Map<string, Printed> {
  const line = /^(.+) output_tensor_0: +cos distance: ([\d.]+), overflow ratio: ([\d.]+)$/gm;
  return new Map(
    [...output.matchAll(line)].map(([, op, cosine, overflow]) => [
      op,
      { cosine: Number(cosine), overflow: Number(overflow) },
    ]),
  );
}

/** Spearman's, for numbers without ties. */
function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] => {
    const order = [...values.keys()].sort((i, j) => values[i] - values[j]);
    const result = new Array<number>(values.length);
    for (const [rank, i] of order.entries()) result[i] = rank;
    return result;
  };
  const [x, y] = [ranks(a), ranks(b)];
  const squares = x.reduce((sum, rank, i) => sum + (rank - y[i]) ** 2, 0);
  return 1 - (6 * squares) / (x.length * (x.length ** 2 - 1));
}
