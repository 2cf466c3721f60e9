import { writeFileSync } from 'node:fs';
import {
  type CalibrationResult,
  calibrate,
  fakeQuantPlan,
  type Prediction,
  predictInt8,
  type QuantizedWeights,
  quantizeModel,
} from '@mnnquant/calibrate';
import {
  buildGraph,
  createPlan,
  type ExecutionPlan,
  type HostTensor,
  Program,
  type Sample,
  type TensorBackend,
} from '@mnnquant/graph';
import { type MnnModel, writeModel } from '@mnnquant/mnn-format';
import type { NumpyArray } from './npz.ts';

/** A float model with the activations' scales, from which int8 models are written. */
export interface Calibrated extends Pick<CalibrationResult, 'scales' | 'candidates'> {
  readonly model: MnnModel;
  readonly plan: ExecutionPlan;
}

export interface WrittenModel {
  readonly model: MnnModel;
  readonly prediction: Prediction;
  readonly bytes: number;
}

/** Calibrates by KL on stacked inputs. */
export async function calibrated(
  model: MnnModel,
  inputs: ReadonlyMap<string, NumpyArray>,
  backend: TensorBackend,
): Promise<Calibrated> {
  const plan = createPlan(buildGraph(model));
  const samples = samplesOf(inputs);
  const { scales, candidates } = await calibrate({
    plan,
    backend,
    samples: { count: samples.length, load: async (index) => samples[index] },
    config: { featureMethod: 'KL', featureClamp: 127 },
    memoryBudgetBytes: 2 ** 30,
  });
  return { model, plan, scales, candidates };
}

/** Writes the int8 model with `weights` by op index to `target`. */
export function writeQuantized(
  { model, plan, scales, candidates }: Calibrated,
  weights: ReadonlyMap<number, QuantizedWeights>,
  target: string,
): WrittenModel {
  const { means, apart } = candidates;
  const written = quantizeModel(model, { scales: scales.tensors, weights, means, apart });
  const file = writeModel(written.net);
  writeFileSync(target, file);
  return { model: written, prediction: predictInt8(written, plan), bytes: file.length };
}

/**
 * What our float engine makes of a written model: weights as they decode, activations rounded where
 * the runtime holds int8.
 *
 * @returns outputs by name with a leading sample axis
 */
export async function simulate(
  { model, prediction }: WrittenModel,
  inputs: ReadonlyMap<string, NumpyArray>,
  backend: TensorBackend,
): Promise<Map<string, NumpyArray>> {
  const graph = buildGraph(model);
  const rounding = fakeQuantPlan(model, graph, prediction);
  const program = new Program(createPlan(graph), backend);
  try {
    const results = await program.run(samplesOf(inputs), {
      onTensor: async ({ tensor, values }) => {
        const params = rounding.get(tensor);
        if (params) for (const value of values) await backend.fakeQuantize(value, params);
      },
    });
    return stacked(results);
  } finally {
    program.dispose();
  }
}

function samplesOf(inputs: ReadonlyMap<string, NumpyArray>): Sample[] {
  const [first] = inputs.values();
  return Array.from({ length: first.shape[0] }, (_, index) => {
    const entries = [...inputs].map(([name, { shape, data }]) => {
      const size = data.length / shape[0];
      return [name, data.slice(index * size, (index + 1) * size) as Float32Array] as const;
    });
    return new Map(entries);
  });
}

function stacked(samples: readonly ReadonlyMap<string, HostTensor>[]): Map<string, NumpyArray> {
  const [first] = samples;
  return new Map(
    [...first].map(([name, { shape, data }]) => {
      const all = new Float32Array(samples.length * data.length);
      for (const [index, sample] of samples.entries())
        all.set(sample.get(name)!.data as Float32Array, index * data.length);
      return [name, { shape: [samples.length, ...shape], data: all }];
    }),
  );
}
