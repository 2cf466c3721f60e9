import { calibrate, quantizeModel, quantizeWeights, type WeightConfig } from '@mnnquant/calibrate';
import { buildGraph, createPlan, type Sample } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { INPUT_SHAPE } from './int8-op-builder.ts';
import type { NumpyArray } from './npz.ts';

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };

/** Seeded values of both signs. */
function noise(): NumpyArray {
  let seed = 12345;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const size = INPUT_SHAPE.reduce((product, extent) => product * extent, 1);
  return { shape: [1, ...INPUT_SHAPE], data: Float32Array.from({ length: size }, () => 3 * next() - 1.2) };
}

/** What the networks of one op are calibrated with and fed. */
export const OP_NET_INPUTS: ReadonlyMap<string, NumpyArray> = new Map([['input', noise()]]);

/** Such a network as it is written, calibrated by KL. */
export async function int8OpNet(model: MnnModel): Promise<MnnModel> {
  const plan = createPlan(buildGraph(model));
  const backend = await createCpuBackend();
  const load = async (): Promise<Sample> =>
    new Map([['input', OP_NET_INPUTS.get('input')!.data as Float32Array]]);
  const { scales, candidates } = await calibrate({
    plan,
    backend,
    samples: { count: 1, load },
    config: { featureMethod: 'KL', featureClamp: 127 },
    memoryBudgetBytes: 2 ** 28,
  });
  await backend.dispose();
  const weights = quantizeWeights(plan, candidates, WEIGHTS);
  const { means, apart } = candidates;
  return quantizeModel(model, { scales: scales.tensors, weights, means, apart });
}
