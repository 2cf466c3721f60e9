import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  execute,
  type GraphNode,
  type Sample,
  type TensorBackend,
} from '@mnnquant/graph';
import {
  type Convolution2DCommon,
  createTable,
  MNN_DATA_FORMAT,
  type Net,
  OpType,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { withQuantizedWeights } from '../../src/ema/quantized-graph.ts';
import { learnWeights } from '../../src/learned-rounding/index.ts';
import { spread } from '../../src/learned-rounding/windows.ts';
import type { SampleSet } from '../../src/samples.ts';
import { quantizeMaxAbs } from '../../src/weights/max-abs.ts';
import type { QuantizedWeights } from '../../src/weights/weight-quantizer.ts';
import { numbers } from './numbers.ts';

const [CHANNELS, HEIGHT, WIDTH, SAMPLES] = [6, 9, 7, 4];

interface Case {
  readonly depthwise?: boolean;
  readonly common: Partial<Convolution2DCommon>;
  readonly bias?: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  'a 1x1 convolution': { common: { kernelX: 1, kernelY: 1, outputCount: 5 }, bias: true },
  'a padded 3x3 convolution': { common: { kernelX: 3, kernelY: 3, padX: 1, padY: 1, outputCount: 4 } },
  'a strided, dilated convolution of uneven size': {
    common: { kernelX: 2, kernelY: 3, strideX: 2, strideY: 1, dilateY: 2, padX: 1, outputCount: 3 },
    bias: true,
  },
  'a depthwise convolution': {
    depthwise: true,
    common: { kernelX: 3, kernelY: 3, padX: 1, padY: 1, outputCount: CHANNELS, group: CHANNELS },
    bias: true,
  },
  'a convolution over the whole of its input': {
    common: { kernelX: WIDTH, kernelY: HEIGHT, outputCount: 2 },
  },
  'a convolution in groups': { common: { kernelX: 3, kernelY: 1, outputCount: 4, group: 2 }, bias: true },
};

function netOf({ depthwise = false, common: given, bias }: Case): Net {
  const random = numbers(11);
  const common = createTable('Convolution2DCommon', { inputCount: CHANNELS, ...given });
  const per = depthwise ? 1 : CHANNELS / Math.max(1, common.group);
  const count = common.outputCount * per * common.kernelX * common.kernelY;
  const value = createTable('Convolution2D', {
    common,
    weight: Float32Array.from({ length: count }, random),
    bias: bias ? Float32Array.from({ length: common.outputCount }, random) : undefined,
  });
  const input = createTable('Op', {
    name: 'input',
    type: OpType.Input,
    outputIndexes: Int32Array.of(0),
    main: {
      type: 'Input',
      value: createTable('Input', {
        dims: Int32Array.of(1, CHANNELS, HEIGHT, WIDTH),
        dformat: MNN_DATA_FORMAT.NCHW,
      }),
    },
  });
  const convolution = createTable('Op', {
    name: 'conv',
    type: depthwise ? OpType.ConvolutionDepthwise : OpType.Convolution,
    inputIndexes: Int32Array.of(0),
    outputIndexes: Int32Array.of(1),
    main: { type: 'Convolution2D', value },
  });
  return createTable('Net', {
    oplists: [input, convolution],
    tensorName: ['input', 'output'],
    outputName: ['output'],
  });
}

/** Neighbours and channels look alike, as in pictures. */
function sampleOf(index: number): Sample {
  const random = numbers(100 + index);
  const levels = Array.from({ length: HEIGHT }, () => 2 * random() + 1);
  const data = Float32Array.from(
    { length: CHANNELS * HEIGHT * WIDTH },
    (_, i) => levels[Math.floor(i / WIDTH) % HEIGHT]! + 0.2 * random(),
  );
  return new Map([['input', data]]);
}

interface Options {
  readonly memoryBudgetBytes?: number;
  readonly backend?: TensorBackend;
  readonly samples?: SampleSet;
  onProgress?(done: number, total: number): void;
}

async function learned(one: Case, bits: number, options: Options = {}) {
  const plan = createPlan(buildGraph(netOf(one)), new Map([['input', [1, CHANNELS, HEIGHT, WIDTH]]]));
  const config = { weightMethod: 'GPTQ', weightClamp: 127, quantBits: bits } as const;
  const none = new Set<number>();
  const candidates = {
    nodes: new Map([[1, 'int8' as const]]),
    tensors: none,
    means: none,
    apart: new Map(),
    centered: none,
  };
  const steps: number[] = [];
  const result = await learnWeights({
    plan,
    candidates,
    config,
    backend: createReferenceBackend(),
    samples: { count: SAMPLES, load: async (index) => sampleOf(index) },
    memoryBudgetBytes: 2 ** 24,
    onProgress: (done, total) => steps.push(done / total),
    ...options,
  });
  return { plan, steps, ...result };
}

/** By channel: differences of what the layer computes, with other weights, over all places of all samples. */
async function differences(plan: Awaited<ReturnType<typeof learned>>['plan'], weights: QuantizedWeights) {
  const samples = Array.from({ length: SAMPLES }, (_, i) => sampleOf(i));
  const shapes = new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const other = createPlan(withQuantizedWeights(plan.graph, new Map([[1, weights]])), shapes);
  const [a, b] = [
    await execute(plan, createReferenceBackend(), samples),
    await execute(other, createReferenceBackend(), samples),
  ];
  const channels = weights.scales.length;
  const result: number[][] = Array.from({ length: channels }, () => []);
  for (const [i, outputs] of a.outputs.entries()) {
    const [x, y] = [outputs.get('output')!, b.outputs[i]!.get('output')!];
    const plane = x.data.length / channels;
    for (let at = 0; at < x.data.length; at++)
      result[Math.floor(at / plane)]!.push(y.data[at]! - x.data[at]!);
  }
  return result;
}

function energy(channels: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const own of channels) {
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    for (const one of own) sum += (one - mean) ** 2;
  }
  return sum;
}

describe.each(Object.entries(cases))('%s', (_, one) => {
  it.each([8, 4])(
    'with %i bits computes less error than with MAX_ABS, and none on the average',
    async (bits) => {
      const { plan, weights, layers } = await learned(one, bits);
      const own = weights.get(1)!;
      const off = await differences(plan, own);
      for (const channel of off) {
        const mean = channel.reduce((a, b) => a + b, 0) / channel.length;
        expect(Math.abs(mean)).toBeLessThan(1e-5);
      }
      const attributes = plan.steps[0]!.node.attributes as { weight: Float32Array; outputChannels: number };
      const clamp = 2 ** (bits - 1) - 1;
      const matrix = { data: attributes.weight, channels: attributes.outputChannels, name: 'conv' };
      const before = energy(await differences(plan, quantizeMaxAbs(matrix, { clamp })));
      const after = energy(off);
      expect(after).toBeLessThan(0.9 * before);
      // The damping is in what was minimized.
      const [layer] = layers;
      expect(layer!.name).toBe('conv');
      expect(layer!.learned).toBeGreaterThanOrEqual(after * (1 - 1e-3));
      expect(layer!.learned).toBeLessThan(layer!.nearest);
      expect(own.bits).toBe(bits);
      expect(Math.max(...own.quantized.map(Math.abs))).toBeLessThanOrEqual(clamp);
    },
  );
});

describe('values that are not finite', () => {
  /** Samples of which these places have the value, of either sign. */
  const spoilt = (value: number, count: number, places: readonly number[]): SampleSet => ({
    count: SAMPLES,
    load: async (index) => {
      const data = sampleOf(index).get('input')!.slice();
      if (index < count) for (const at of places) data[at] = (at + index) % 2 ? value : -value;
      return new Map([['input', data]]);
    },
  });
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const everywhere = Array.from({ length: CHANNELS * HEIGHT * WIDTH }, (_, i) => i);

  it.each(values)('leave out the windows that have one: %f', async (value) => {
    for (const one of Object.values(cases)) {
      const { weights, layers } = await learned(one, 4, { samples: spoilt(value, 1, [5]) });
      const { bias, scales } = weights.get(1)!;
      expect([...bias!, ...scales].every(Number.isFinite)).toBe(true);
      const { learned: after, nearest, leftOut } = layers[0]!;
      expect(leftOut).toBeGreaterThan(0);
      expect(after).toBeLessThan(nearest);
    }
  });

  it('leave out a whole sample as if it had not been there', async () => {
    const one = cases['a 1x1 convolution']!;
    const { weights } = await learned(one, 4, { samples: spoilt(Number.NaN, 1, everywhere) });
    const without: SampleSet = { count: SAMPLES - 1, load: async (index) => sampleOf(index + 1) };
    const { weights: other } = await learned(one, 4, { samples: without });
    expect(weights.get(1)!.quantized).toEqual(other.get(1)!.quantized);
    for (const [c, own] of weights.get(1)!.bias!.entries())
      expect(own).toBeCloseTo(other.get(1)!.bias![c]!, 5);
  });

  // Squares of the last one are not finite.
  it.each([...values, 1e30])('take what MAX_ABS gives where nothing is left: %f', async (value) => {
    for (const one of Object.values(cases)) {
      const { plan, weights, layers } = await learned(one, 4, {
        samples: spoilt(value, SAMPLES, everywhere),
      });
      const { weight, outputChannels, bias } = plan.steps[0]!.node.attributes as {
        weight: Float32Array;
        outputChannels: number;
        bias: Float32Array | undefined;
      };
      const matrix = { data: weight, channels: outputChannels, name: 'conv' };
      const { quantized, scales } = quantizeMaxAbs(matrix, { clamp: 7 });
      expect(weights.get(1)).toEqual({
        quantized,
        scales,
        bits: 4,
        bias: bias ?? new Float32Array(outputChannels),
      });
      expect(layers[0]).toMatchObject({ signal: 0, nearest: 0, learned: 0 });
    }
  });

  it('of one group leave the others as they are', async () => {
    const one = cases['a convolution in groups']!;
    const first = everywhere.slice(0, everywhere.length / 2);
    const { weights, layers } = await learned(one, 4, { samples: spoilt(Number.NaN, SAMPLES, first) });
    const { weights: other } = await learned(one, 4);
    const [own, expected] = [weights.get(1)!, other.get(1)!];
    expect(own.quantized.slice(own.quantized.length / 2)).toEqual(
      expected.quantized.slice(own.quantized.length / 2),
    );
    expect(own.bias!.slice(2)).toEqual(expected.bias!.slice(2));
    expect(own.bias!.every(Number.isFinite)).toBe(true);
    expect(layers[0]!.learned).toBeLessThan(layers[0]!.nearest);
  });
});

describe('learning', () => {
  it('gives the same whatever the memory, and tells how far it is', async () => {
    const roomy = await learned(cases['a padded 3x3 convolution']!, 8);
    const tight = await learned(cases['a padded 3x3 convolution']!, 8, { memoryBudgetBytes: 1 });
    expect(tight.weights).toEqual(roomy.weights);
    expect(roomy.steps.at(-1)).toBe(1);
    expect(roomy.steps).toEqual([...roomy.steps].sort((a, b) => a - b));
  });
});

/** Counts what is allocated and not yet freed. */
function countingBackend() {
  const backend = createReferenceBackend();
  const live = new Set<unknown>();
  const [allocate, free] = [backend.allocate.bind(backend), backend.free.bind(backend)];
  const counted: Pick<TensorBackend, 'allocate' | 'free'> = {
    allocate(desc, sample) {
      const tensor = allocate(desc, sample);
      live.add(tensor);
      return tensor;
    },
    free(tensor) {
      live.delete(tensor);
      free(tensor);
    },
  };
  return { backend: Object.assign(backend, counted), live };
}

describe('what a backend keeps of the products that are taken', () => {
  it('is forgotten, and the network that was run is not', async () => {
    const inner = createReferenceBackend();
    const [bound, forgotten] = [new Set<GraphNode>(), new Set<GraphNode>()];
    const backend = new Proxy(inner, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (key === 'forget')
          return (nodes: Iterable<GraphNode>) => [...nodes].map((one) => forgotten.add(one));
        if (key === 'bind') {
          return (...given: Parameters<TensorBackend['bind']>) => {
            bound.add(given[0]);
            return inner.bind(...given);
          };
        }
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { plan } = await learned(Object.values(cases)[0]!, 8, { backend });
    const own = [...bound].filter((node) => !plan.graph.nodes.includes(node));
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThan(bound.size);
    expect([...forgotten]).toEqual(own);
  });
});

describe('learning that is stopped', () => {
  const one: Case = { common: { kernelX: 3, kernelY: 3, outputCount: 40 } };

  it('ends with what onProgress throws, whenever that is, and leaves the backend as it was', async () => {
    let calls = 0;
    const undisturbed = await learned(one, 8, { onProgress: () => calls++ });
    const { backend, live } = countingBackend();
    let most = 0;
    // Enough to be asked while the network runs, while moments are factored, and between the outputs of the layer.
    expect(calls).toBeGreaterThan(6);
    for (let last = 0; last < calls; last++) {
      const stop = new Error(`stopped at ${last}`);
      let left = last;
      const onProgress = (): void => {
        most = Math.max(most, live.size);
        if (left-- === 0) throw stop;
      };
      await expect(learned(one, 8, { backend, onProgress })).rejects.toThrow(stop);
      expect(left).toBe(-1);
      expect(live.size).toBe(0);
    }
    expect(most).toBeGreaterThan(0);
    const again = await learned(one, 8, { backend });
    expect(again.weights).toEqual(undisturbed.weights);
    expect(live.size).toBe(0);
  });

  it('is asked again and again within a layer', async () => {
    const shares: number[] = [];
    await learned({ common: { kernelX: 3, kernelY: 3, outputCount: 70 } }, 8, {
      onProgress: (done, total) => shares.push(done / total),
    });
    // Once for each four weights of an output when the moments are factored, and for each 16 outputs.
    expect(shares.length).toBeGreaterThanOrEqual(Math.ceil((CHANNELS * 9) / 4) + Math.ceil(70 / 16));
    expect(Math.max(...shares)).toBe(1);
  });
});

describe('places that are looked at', () => {
  it.each([
    [5, 9],
    [100, 100],
    [100, 7],
    [12544, 128],
    [1, 1],
  ])('of %i, at most %i, are different, in range and spread', (count, most) => {
    const places = spread(count, most);
    expect(places).toHaveLength(Math.min(count, most));
    expect(new Set(places).size).toBe(places.length);
    const gaps = places.map((place, i) => place - (places[i - 1] ?? 0));
    expect(places.every((place) => place >= 0 && place < count)).toBe(true);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.max(1, (4 * count) / most));
  });
});
