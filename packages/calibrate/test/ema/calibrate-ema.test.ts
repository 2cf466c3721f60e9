import { buildGraph, createPlan, createReferenceBackend, GraphError, type Sample } from '@mnnquant/graph';
import { MNN_DATA_FORMAT } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { CalibrationError, type CalibrationJob, calibrate, type EmaConfig } from '../../src/index.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';

const weights = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 } as const;

/** Input [1, 1, 2, 2] → 1x1 convolution by `weight`. */
function net(weight: number, dims: readonly number[] = [1, 1, 2, 2]) {
  const builder = new NetBuilder();
  const input = builder.input(dims, MNN_DATA_FORMAT.NC4HW4);
  const output = builder.convolution(input, { inputs: 1, outputs: 1, bias: false }, 'conv');
  const model = builder.build([output]);
  const conv = model.net.oplists![1]!;
  if (conv.main?.type === 'Convolution2D') conv.main.value.weight!.fill(weight);
  return { model, input, output };
}

function job(
  samples: readonly (readonly number[])[],
  ema: Partial<EmaConfig> = {},
  change: Partial<CalibrationJob> = {},
): CalibrationJob {
  const graph = buildGraph(net(1).model);
  const load = async (index: number): Promise<Sample> =>
    new Map([['input', Float32Array.from(samples[index]!)]]);
  return {
    plan: createPlan(graph),
    backend: createReferenceBackend(),
    samples: { count: samples.length, load },
    config: { featureMethod: 'EMA', featureClamp: 127, ema: { batchSize: 2, weights, ...ema } },
    memoryBudgetBytes: 2 ** 20,
    ...change,
  };
}

const scaleOf = async (given: CalibrationJob, tensor = 0) =>
  (await calibrate(given)).scales.tensors.get(tensor)!;

describe('EMA', () => {
  it('takes the range of a whole batch, and of an incomplete one at the end', async () => {
    const samples = [
      [0, 0.5, -127, 0],
      [127, 3, 0, 0],
      [0, 0, 0, -254],
      [0, 254, 0, 0],
      [0, 1270, -1270, 0],
    ];
    const { range, scale, zeroPoint, method } = await scaleOf(job(samples));
    // -127..127, then -254..254, then -1270..1270 in the last batch of one.
    const expected = (127 * 0.99 + 2.54) * 0.99 + 12.7;
    expect(range!.max).toBeCloseTo(expected, 3);
    expect(range!.min).toBeCloseTo(-expected, 3);
    expect(scale).toBeCloseTo(expected / 127, 5);
    expect(zeroPoint).toBe(0);
    expect(method).toBe('EMA');
  });

  it('gives what is not negative the whole range of int8', async () => {
    const { scale, zeroPoint } = await scaleOf(job([[0, 1, 2, 254]]), 1);
    expect(zeroPoint).toBe(-127);
    expect(scale).toBeCloseTo(1, 5);
  });

  it('takes the widest batch for a result of the network', async () => {
    const samples = [
      [-127, 127, 0, 0],
      [0, 381, -254, 0],
      [0, 0, -1, 1],
    ];
    const { range } = await scaleOf(job(samples, { batchSize: 1 }), 1);
    // -254..381 in steps of 2.5 with zero at step -25.
    expect(range!.min).toBeCloseTo(-255, 3);
    expect(range!.max).toBeCloseTo(380, 3);
  });

  it('does not let a batch of zeros shrink a range', async () => {
    const zeros = [0, 0, 0, 0];
    const some = [-127, 0, 127, 0];
    for (const samples of [
      [zeros, some],
      [some, zeros],
      [zeros, some, zeros],
    ])
      expect((await scaleOf(job(samples, { batchSize: 1 }))).scale).toBe(1);
  });

  it('gives tensors without a range a fixed scale, and refuses those without a number', async () => {
    const nothing = await scaleOf(job([[0, 0, 0, 0]]));
    expect(nothing).toMatchObject({ method: 'fixed', zeroPoint: 0, scale: Math.fround(1 / 127) });
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    await expect(scaleOf(job([[nan, inf, -inf, nan]]))).rejects.toThrow(
      /^input input: expected finite numbers to calibrate with, got none: all 4 values over all samples/,
    );
  });

  it('leaves out values that are not finite, and says so', async () => {
    const { scale, note } = await scaleOf(job([[Number.NaN, Number.POSITIVE_INFINITY, 127, -127]]));
    expect(scale).toBe(1);
    expect(note).toBe('2 of 4 values were NaN or infinite and left out');
  });

  it('honours feature_clamp_value', async () => {
    const config = { ...job([]).config, featureClamp: 7 };
    const found = await scaleOf(job([[0, 14, 7, 0]], {}, { config }));
    expect(found).toMatchObject({ scale: 1, zeroPoint: -7, min: -7, max: 7 });
  });

  it('runs the forward on rounded activations and weights', async () => {
    // Input range -1..253: s = 1, z = -126. 252.6 becomes 253; with two bits 0.3 becomes 0.3 * 1.
    const graph = buildGraph(net(0.3).model);
    const plan = createPlan(graph);
    const two = { ...weights, quantBits: 2 };
    const found = await scaleOf(job([[-1, 253, 100.4, 0]], { weights: two }, { plan }), 1);
    expect(found.range!.max).toBeCloseTo(253 * 0.3, 3);
  });

  it('calls the hook before it measures', async () => {
    const seen: number[][] = [];
    const backend = createReferenceBackend();
    const onTensor = async ({ tensor, values }: { tensor: number; values: readonly unknown[] }) => {
      seen.push([tensor, values.length]);
      if (tensor === 1)
        for (const value of values) backend.upload(value as never, Float32Array.of(-127, 127, 0, 0));
    };
    const found = await scaleOf(
      job(
        [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
          [9, 10, 11, 12],
        ],
        { forward: { onTensor } },
        { backend },
      ),
      1,
    );
    expect(seen).toEqual([
      [0, 2],
      [1, 2],
      [0, 1],
      [1, 1],
    ]);
    expect(found).toMatchObject({ scale: 1, zeroPoint: 0 });
  });

  it('gives the same scales on every division of equal batches by shape', async () => {
    const graph = buildGraph(net(1, [1, 1, -1, 2]).model);
    const plan = createPlan(graph, new Map([['input', [1, 1, 2, 2]]]));
    const rows = [
      [1, -127],
      [1, 2, 3, 127],
      [5, 4],
      [254, -254],
    ];
    const samples = {
      count: rows.length,
      shapes: (index: number) => new Map([['input', [1, 1, rows[index]!.length / 2, 2]]]),
      load: async (index: number): Promise<Sample> => new Map([['input', Float32Array.from(rows[index]!)]]),
    };
    const { range } = await scaleOf(job([], { batchSize: 3 }, { plan, samples }));
    expect(range!.max).toBeCloseTo(127 * 0.99 + 2.54, 3);
    expect(range!.min).toBeCloseTo(-(127 * 0.99 + 2.54), 3);
  });

  it('names the sample that fails, whatever the shape of the others', async () => {
    const graph = buildGraph(net(1, [1, 1, -1, 2]).model);
    const plan = createPlan(graph, new Map([['input', [1, 1, 2, 2]]]));
    const samples = {
      count: 2,
      name: (index: number) => `photo ${index}`,
      shapes: (index: number) => new Map([['input', [1, 1, index + 1, 2]]]),
      load: async (index: number): Promise<Sample> => {
        if (index === 1) throw new Error('cannot be read');
        return new Map([['input', Float32Array.of(1, 2)]]);
      },
    };
    await expect(calibrate(job([], {}, { plan, samples }))).rejects.toThrow('photo 1: cannot be read');
    const short = {
      ...samples,
      load: async (): Promise<Sample> => new Map([['input', Float32Array.of(1, 2)]]),
    };
    await expect(calibrate(job([], {}, { plan, samples: short }))).rejects.toThrow(GraphError);
  });

  it('refuses a batch that exceeds the memory, but runs single samples', async () => {
    const samples = Array.from({ length: 4 }, () => [1, 2, 3, 4]);
    await expect(calibrate(job(samples, { batchSize: 4 }, { memoryBudgetBytes: 64 }))).rejects.toThrow(
      /batch_size: the activations of a batch of 4 samples .* set batch_size to 3/,
    );
    await expect(scaleOf(job(samples, { batchSize: 1 }, { memoryBudgetBytes: 1 }))).resolves.toBeDefined();
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a batch size of %s', async (batchSize) => {
    await expect(calibrate(job([[1, 2, 3, 4]], { batchSize }))).rejects.toThrow(CalibrationError);
  });

  it('leaves alone what is to be skipped', async () => {
    const config = { ...job([]).config, skip: ({ name }: { name: string }) => name === 'conv' };
    const { scales, candidates } = await calibrate(job([[1, 2, 3, 4]], {}, { config }));
    expect(scales.tensors.size).toBe(0);
    expect([...candidates.nodes.values()]).toEqual([{ float: expect.stringContaining('skip') }]);
  });

  it('reports progress up to the end', async () => {
    const seen: [number, number][] = [];
    const samples = Array.from({ length: 5 }, () => [1, 2, 3, 4]);
    await calibrate(job(samples, {}, { onProgress: (done, total) => seen.push([done, total]) }));
    expect(seen.at(-1)).toEqual([5, 5]);
    expect(seen.map(([done]) => done)).toEqual([2, 4, 5]);
  });

  it('refuses to run without its configuration', async () => {
    const config = { featureMethod: 'EMA', featureClamp: 127 } as const;
    await expect(calibrate(job([[1, 2, 3, 4]], {}, { config }))).rejects.toThrow(
      'EMA: expected its batch size',
    );
  });
});
