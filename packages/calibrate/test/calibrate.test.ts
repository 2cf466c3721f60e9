import { buildGraph, createPlan, createReferenceBackend, type GraphNode, type Sample } from '@mnnquant/graph';
import { createTable, type Net, OpType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type CalibrationJob, calibrate } from '../src/calibrate.ts';
import { quantizeWeights } from '../src/weights/quantize-weights.ts';

const SIDE = 12;

/** Input → 1x1 convolution by 2 → 1x1 convolution by -3. */
function chain(): Net {
  const convolution = (name: string, from: number, to: number, weight: number) => {
    const common = createTable('Convolution2DCommon', {
      kernelX: 1,
      kernelY: 1,
      outputCount: 1,
      inputCount: 1,
    });
    const value = createTable('Convolution2D', {
      common,
      weight: Float32Array.of(weight),
      bias: Float32Array.of(0),
    });
    return createTable('Op', {
      name,
      type: OpType.Convolution,
      inputIndexes: Int32Array.of(from),
      outputIndexes: Int32Array.of(to),
      main: { type: 'Convolution2D', value },
    });
  };
  const input = createTable('Op', {
    name: 'input',
    type: OpType.Input,
    outputIndexes: Int32Array.of(0),
    main: { type: 'Input', value: createTable('Input', { dims: Int32Array.of(1, 1, SIDE, SIDE) }) },
  });
  return createTable('Net', {
    oplists: [input, convolution('conv1', 0, 1, 2), convolution('conv2', 1, 2, -3)],
    tensorName: ['input', 'conv1', 'conv2'],
    outputName: ['conv2'],
  });
}

function ramp(index: number): Sample {
  const data = Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i % 29) - 14) * (index + 1) * 0.01);
  return new Map([['input', data]]);
}

function job(change: Partial<CalibrationJob> = {}): CalibrationJob {
  const graph = buildGraph(chain());
  return {
    plan: createPlan(graph, new Map([['input', [1, 1, SIDE, SIDE]]])),
    backend: createReferenceBackend(),
    samples: { count: 3, load: async (index) => ramp(index) },
    config: { featureMethod: 'KL', featureClamp: 127 },
    memoryBudgetBytes: 2 ** 20,
    ...change,
  };
}

describe('calibrate', () => {
  it('gives every tensor of a convolution a scale that covers what was seen', async () => {
    const { scales, passes } = await calibrate(job());
    expect(passes).toBe(1);
    expect([...scales.tensors.keys()]).toEqual([0, 1, 2]);
    // The maximum over the samples, times the weights before it.
    [0.42, 0.84, 2.52].forEach((range, tensor) => {
      const { absMax, method, scale } = scales.tensors.get(tensor)!;
      expect(absMax).toBeCloseTo(range, 5);
      if (method === 'maximum') expect(scale * 127).toBeCloseTo((range * 2047.5) / 2048, 5);
    });
    expect(scales.tensors.get(0)?.method).toBe('maximum');
  });

  it('gives the same scales in two passes as in one', async () => {
    const one = await calibrate(job());
    const two = await calibrate(job({ memoryBudgetBytes: 1 }));
    expect(two.passes).toBe(2);
    expect([...two.scales.tensors]).toEqual([...one.scales.tensors]);
  });

  it('gives all-zero activations valid scales', async () => {
    const zeros = async () => new Map([['input', new Float32Array(SIDE * SIDE)]]);
    const { scales } = await calibrate(job({ samples: { count: 2, load: zeros } }));
    for (const { scale, note } of scales.tensors.values()) {
      expect(scale).toBe(Math.fround(1 / 127));
      expect(note).toBe('all values were zero');
    }
  });

  it('reports samples with NaN instead of spreading it', async () => {
    const broken = async (index: number) => {
      const sample = ramp(index);
      sample.get('input')![3] = Number.NaN;
      return sample;
    };
    const { scales } = await calibrate(job({ samples: { count: 2, load: broken } }));
    for (const { scale, note } of scales.tensors.values()) {
      expect(scale).toBeGreaterThan(0);
      expect(note).toContain('2 of 288 values were NaN or infinite and left out');
    }
  });

  it('refuses samples without a single number, naming the tensor', async () => {
    const broken = async () => new Map([['input', new Float32Array(SIDE * SIDE).fill(Number.NaN)]]);
    await expect(calibrate(job({ samples: { count: 2, load: broken } }))).rejects.toThrow(
      /^input input: expected finite numbers to calibrate with, got none: all 288 values .* as are those of \d+ more/,
    );
  });

  it('leaves ops alone that are to be skipped', async () => {
    const config = {
      featureMethod: 'KL',
      featureClamp: 127,
      skip: (node: GraphNode) => node.name === 'conv2',
    } as const;
    const { scales, candidates } = await calibrate(job({ config }));
    expect([...scales.tensors.keys()]).toEqual([0, 1]);
    expect([...candidates.nodes.values()].filter((choice) => choice !== 'int8')).toHaveLength(1);
  });

  it.each([
    [{ featureClamp: 0 }, 'feature_clamp_value: expected a whole number from 1 to 127, got 0'],
    [
      { featureMethod: 'MEAN' as 'KL' },
      'feature_quantize_method: expected one of KL, ADMM, MSE, PERCENTILE, MAX, EMA, got MEAN',
    ],
    [{ maxRangeRatio: 0.5 }, 'maxRangeRatio: expected 1 or more, got 0.5'],
  ])('refuses %o', async (change, message) => {
    const config = { ...job().config, ...change };
    await expect(calibrate(job({ config }))).rejects.toThrow(message);
  });

  it('refuses to start without samples', async () => {
    const samples = { count: 0, load: async () => ramp(0) };
    await expect(calibrate(job({ samples }))).rejects.toThrow('at least one sample');
  });
});

describe('quantizeWeights', () => {
  it('quantizes the convolutions that run in int8, by op index', async () => {
    const { plan } = job();
    const { candidates } = await calibrate(job());
    const config = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 4 } as const;
    const weights = quantizeWeights(plan, candidates, config);
    expect([...weights.values()].map(({ quantized, scales }) => [quantized[0], scales[0]])).toEqual([
      [7, Math.fround(2 / 7)],
      [-7, Math.fround(3 / 7)],
    ]);
    expect([...weights.keys()]).toEqual([1, 2]);
    expect(() => quantizeWeights(plan, candidates, { ...config, quantBits: 9 })).toThrow('got 9');
  });
});
