import { buildGraph, createPlan, createReferenceBackend, type Sample } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { foldBatchNorm, trainingForward } from '../../src/batch-norm/index.ts';
import { calibrate } from '../../src/calibrate.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { batchNorm, convolutionNamed } from './models.ts';

const WEIGHTS = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 } as const;
const SIDE = 12;

/** Stored statistics that have nothing to do with the data. */
const FAR = {
  slopeData: Float32Array.of(1, 1),
  biasData: new Float32Array(2),
  meanData: Float32Array.of(100, -100),
  varData: Float32Array.of(1e4, 1e4),
};

function network() {
  const net = new NetBuilder();
  const conv = net.convolution(net.input([1, 3, SIDE, SIDE]), { outputs: 2, inputs: 3 }, 'conv');
  const relu = net.op('ReLU', [batchNorm(net, conv, 2, 'bn', FAR)], undefined, 'relu');
  return { model: net.build([net.convolution(relu, { outputs: 2, inputs: 2 }, 'last')]), relu };
}

function samples(count: number): Sample[] {
  const net = new NetBuilder();
  return Array.from({ length: count }, () => new Map([['input', net.noise(3 * SIDE * SIDE, 2)]]));
}

async function run(skip?: () => boolean) {
  const { model, relu } = network();
  const folded = foldBatchNorm(model);
  const plan = createPlan(buildGraph(folded.model));
  const backend = createReferenceBackend();
  const training = trainingForward({ source: model, folded, plan, backend, skip, weights: WEIGHTS });
  const data = samples(4);
  const result = await calibrate({
    plan,
    backend,
    samples: { count: data.length, load: async (index) => data[index]! },
    config: {
      featureMethod: 'EMA',
      featureClamp: 127,
      skip,
      ema: { batchSize: 2, weights: WEIGHTS, forward: training.forward },
    },
    memoryBudgetBytes: 2 ** 28,
  });
  return { model, relu, result, training };
}

describe('trainingForward', () => {
  it('gives ranges of batch-normalized tensors', async () => {
    const { relu, result } = await run();
    const { scale, zeroPoint } = result.scales.tensors.get(relu)!;
    // Numbers of mean 0 and variance 1 behind a ReLU end at about 3; with the stored ones at 1 or 0.
    const largest = (127 - zeroPoint) * scale;
    expect(largest).toBeGreaterThan(1.5);
    expect(largest).toBeLessThan(4);
  });

  it('folds with statistics that moved by a hundredth a batch', async () => {
    const { model, training } = await run();
    const { folded, model: after } = training.finish();
    expect(folded).toEqual(['bn']);
    const before = convolutionNamed(model, 'conv').weight!;
    const factor = convolutionNamed(after, 'conv').weight![0]! / before[0]!;
    // Two batches whose own variance is near 1.
    expect(1 / factor ** 2 / 1e4).toBeCloseTo(0.99 ** 2, 3);
  });

  it('rounds no weights that are to stay float', async () => {
    const { training } = await run(() => true);
    expect(training.forward.weights!.size).toBe(0);
  });

  it('rounds the weights of the source, by its own op indices', async () => {
    const { training } = await run();
    expect([...training.forward.weights!.keys()]).toEqual([1, 4]);
  });
});
