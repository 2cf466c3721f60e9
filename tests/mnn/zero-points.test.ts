import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CalibrationConfig,
  type CalibrationResult,
  calibrate,
  predictInt8,
  quantizeModel,
  quantizeWeights,
  type TensorScale,
  type WeightConfig,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan, type Sample } from '@mnnquant/graph';
import { type MnnModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, describe, expect, it } from 'vitest';
import { affineGrid } from '../../packages/calibrate/src/ema/moving-range.ts';
import { describeWithMnn } from './environment.ts';
import { simulate } from './int8-simulation.ts';
import type { NumpyArray } from './npz.ts';
import { cosine, MnnOracle } from './oracle.ts';
import { MAXIMUM, NETS, RECTIFIED_SUM, type Values, type ZeroPointNet } from './zero-point-nets.ts';

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };
const SHAPE = [1, 12, 9, 11];
const SAMPLES = 2;

/** What finds zero points. */
const METHODS = {
  EMA: { featureMethod: 'EMA' },
  'MAX, asymmetric': { featureMethod: 'MAX', featureAsymmetric: true },
} as const;

/** What rounding in other places (averages, linear Interp) may cost. */
const RIGHT = 0.999;

describeWithMnn("MNN's int8 kernels and zero points", ({ python }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-zero-'));
  const target = join(folder, 'net.mnn');
  const inputs = new Map([['input', noise(0.6)]]);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Cosine of MNN's result to the exact arithmetic of int8, and the zero point of the op's output. */
  async function measure(
    { build }: ZeroPointNet,
    values: Values,
    change: (scale: TensorScale) => TensorScale = (scale) => scale,
    method: keyof typeof METHODS = 'EMA',
  ) {
    const { model, output } = build(values);
    const backend = await createCpuBackend();
    const { plan, calibration, written } = await quantized(
      model,
      inputs,
      backend,
      output,
      change,
      METHODS[method],
    );
    writeFileSync(target, writeModel(written.net));
    const prediction = predictInt8(written, plan);
    const bytes = 0;
    const expected = await simulate({ model: written, prediction, bytes }, inputs, backend);
    await backend.dispose();
    const got = oracle.run(target, inputs);
    const [name] = expected.keys();
    return {
      cosine: cosine(got.get(name)!.data as Float32Array, expected.get(name)!.data as Float32Array),
      zeroPoint: calibration.scales.tensors.get(output)?.zeroPoint,
    };
  }

  describe.each(['EMA', 'MAX, asymmetric'] as const)('what is chosen for int8 is right, %s', (method) => {
    for (const net of NETS)
      it(net.title, async () => {
        for (const values of ['signed', 'rectified', 'skewed'] as const) {
          const measured = await measure(net, values, undefined, method);
          expect.soft(measured.cosine, values).toBeGreaterThan(RIGHT);
        }
      });
  });

  describe('what is avoided is wrong', () => {
    for (const net of [RECTIFIED_SUM, MAXIMUM])
      it(`${net.title} with a zero point`, async () => {
        const fitted = (scale: TensorScale): TensorScale => {
          const { max } = scale.range!;
          return { ...scale, ...affineGrid({ min: 0, max }, 127)! };
        };
        expect((await measure(net, 'rectified')).zeroPoint).toBe(0);
        expect((await measure(net, 'rectified', fitted)).cosine).toBeLessThan(0.9);
      });
  });
});

async function quantized(
  model: MnnModel,
  inputs: ReadonlyMap<string, NumpyArray>,
  backend: Awaited<ReturnType<typeof createCpuBackend>>,
  output: number,
  change: (scale: TensorScale) => TensorScale,
  method: Pick<CalibrationConfig, 'featureMethod' | 'featureAsymmetric'>,
) {
  const plan = createPlan(buildGraph(model));
  const data = inputs.get('input')!.data as Float32Array;
  const size = data.length / SAMPLES;
  const load = async (index: number): Promise<Sample> =>
    new Map([['input', data.slice(index * size, (index + 1) * size)]]);
  const calibration: CalibrationResult = await calibrate({
    plan,
    backend,
    samples: { count: SAMPLES, load },
    config: { ...method, featureClamp: 127, ema: { batchSize: SAMPLES, weights: WEIGHTS } },
    memoryBudgetBytes: 2 ** 28,
  });
  const { scales, candidates } = calibration;
  const groupOf = (tensor: number) => scales.tensors.get(tensor)?.groupId ?? tensor;
  const changed = new Map(
    [...scales.tensors].map(
      ([tensor, scale]) => [tensor, groupOf(tensor) === groupOf(output) ? change(scale) : scale] as const,
    ),
  );
  const { means, apart } = candidates;
  const weights = quantizeWeights(plan, candidates, WEIGHTS);
  const written = quantizeModel(model, { scales: changed, weights, means, apart });
  return { plan, calibration, written };
}

/** Seeded values around `mean`, most of them within ±1 of it. */
function noise(mean: number): NumpyArray {
  const size = SHAPE.reduce((product, extent) => product * extent, SAMPLES);
  let seed = 12345;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const data = Float32Array.from({ length: size }, () => mean + next() + next() + next() + next() - 2);
  return { shape: [SAMPLES, ...SHAPE], data };
}
