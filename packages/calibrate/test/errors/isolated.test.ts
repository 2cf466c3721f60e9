import {
  buildGraph,
  createPlan,
  type DeviceTensor,
  type TensorBackend,
  type TensorDesc,
} from '@mnnquant/graph';
import { createTable } from '@mnnquant/mnn-format';
import { createThreadedBackend } from '@mnnquant/tensor-cpu/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LayerError } from '../../src/errors/layer-error.ts';
import { type ErrorJob, measureErrors } from '../../src/errors/measure-errors.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';
import { chain, jobOf, times } from './error-jobs.ts';

/** By float numbers that are rounded, and as MNN's runtime computes it. */
const WAYS = ['rounded', 'simulated'] as const;

type Way = (typeof WAYS)[number];

async function isolated(job: ErrorJob, way: Way): Promise<Map<string, LayerError>> {
  const errors = await measureErrors({ ...job, isolated: way });
  return new Map(errors.map((error) => [error.op, error]));
}

const cosine = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0) / Math.hypot(...a) / Math.hypot(...b);

const decibels = (a: readonly number[], b: readonly number[]): number =>
  20 * Math.log10(Math.hypot(...a) / Math.hypot(...a.map((x, i) => x - b[i]!)));

describe.each(WAYS)('an op alone in int8, %s', (way) => {
  const alone = (job: ErrorJob) => isolated(job, way);

  it('reads what the float network holds, rounded, and not the errors of those before', async () => {
    // Steps of 1, 1 and 4, as where errors add up.
    const by = await alone(jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [[3, 4.4]]));
    // (3, 4.4) → (3, 4) → twice: the same as with everything before it in int8.
    expect(by.get('double')?.isolated?.cosine).toBeCloseTo(cosine([6, 8.8], [6, 8]), 6);
    expect(by.get('double')?.isolated?.snr).toBeCloseTo(decibels([6, 8.8], [6, 8]), 4);
    expect(by.get('double')?.isolated?.maxError).toBeCloseTo(0.8, 5);
    // The float network's (6, 8.8) → (6, 9) → (8, 8), halves away from zero.
    const last = by.get('same')?.isolated;
    expect(last?.cosine).toBeCloseTo(cosine([6, 8.8], [8, 8]), 6);
    expect(last?.snr).toBeCloseTo(decibels([6, 8.8], [8, 8]), 4);
    expect(last?.worst.sample).toBe(0);
    // A graph input has no op: it is rounded.
    expect(by.get('input')?.isolated).toEqual({
      cosine: by.get('input')?.cosine,
      snr: by.get('input')?.snr,
      maxError: by.get('input')?.maxError,
      worst: by.get('input')?.worst,
    });
  });

  it('has no part in the errors that add up', async () => {
    const job = jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [
      [3, 4.4],
      [-100, 0.7],
    ]);
    const plain = await measureErrors(job);
    const both = await measureErrors({ ...job, isolated: way });
    expect(both.map(({ isolated: _, ...rest }) => rest)).toStrictEqual(plain);
  });

  it('tells where an error is made from where it arrives', async () => {
    // A step of 40 in the middle, of 0.01 behind it: the last op is fine, and what it reads is not.
    const by = await alone(jobOf(chain(), { 0: 0.1, 1: 40, 2: 0.1 }, [[3, 4.4]]));
    expect(by.get('double')?.isolated?.snr).toBeLessThan(3);
    const fine = await alone(jobOf(chain(), { 0: 1, 1: 0.1, 2: 0.1 }, [[3, 4.4]]));
    expect(fine.get('same')?.isolated?.snr).toBe(Number.POSITIVE_INFINITY);
    expect(fine.get('same')?.isolated?.maxError).toBeCloseTo(0, 5);
    expect(fine.get('same')?.snr).toBeLessThan(30);
  });

  it('that is a ReLU is measured together with the op that only it reads', async () => {
    const net = new NetBuilder();
    const first = times(net, net.input([1, 1, 1, 2]), 100, 'hundred');
    const relu = net.op('ReLU', [first], { type: 'Relu', value: createTable('Relu') }, 'relu');
    const model = net.build([times(net, relu, 1, 'last')]);
    const by = await alone(jobOf(model, { 0: 0.1, 1: 1, 2: 1, 3: 1 }, [[-1, 0.14]]));
    // 0.14 → 0.1 → 10; beside it (0, 14).
    expect(by.get('relu')?.isolated?.maxError).toBeCloseTo(4, 4);
    expect(by.get('relu')?.isolated?.cosine).toBeCloseTo(1, 6);
    expect([...by.keys()].sort()).toEqual(['input', 'last', 'relu']);
  });

  it('is nothing where the op runs in float', async () => {
    const net = new NetBuilder();
    const first = times(net, net.input([1, 1, 1, 2]), 2, 'first');
    const soft = net.op(
      'Softmax',
      [first],
      { type: 'Axis', value: createTable('Axis', { axis: 3 }) },
      'soft',
    );
    const by = await alone(jobOf(net.build([soft]), { 0: 1, 1: 1 }, [[1, 2]]));
    expect(by.get('soft')).not.toHaveProperty('isolated');
    expect(by.get('first')?.isolated).toBeDefined();
  });

  it('is nothing for any op of a network without int8', async () => {
    const net = new NetBuilder();
    const input = net.input([1, 1, 1, 2]);
    const soft = net.op(
      'Softmax',
      [input],
      { type: 'Axis', value: createTable('Axis', { axis: 3 }) },
      'soft',
    );
    const errors = await measureErrors({ ...jobOf(net.build([soft]), {}, [[1, 2]]), isolated: way });
    expect(errors.map(({ snr, maxError }) => [snr, maxError])).toEqual([
      [Number.POSITIVE_INFINITY, 0],
      [Number.POSITIVE_INFINITY, 0],
    ]);
    for (const error of errors) {
      expect(error.cosine).toBeCloseTo(1, 12);
      expect(error).not.toHaveProperty('isolated');
    }
  });
});

describe.each(WAYS)('numbers that are none, %s', (way) => {
  const alone = (job: ErrorJob) => isolated(job, way);

  it('zeros have no noise, noise without signal has no end, NaN stays', async () => {
    const zero = await alone(jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [[0, 0]]));
    expect(zero.get('same')?.isolated).toMatchObject({
      cosine: 1,
      snr: Number.POSITIVE_INFINITY,
      maxError: 0,
    });
    const lost = await alone(jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [[0.4, 0.4]]));
    // All of the signal is noise.
    expect(lost.get('double')?.isolated?.snr).toBeCloseTo(0, 6);
    const broken = await alone(
      jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [
        [1, 0],
        [Number.NaN, 1],
      ]),
    );
    expect(broken.get('double')?.isolated?.cosine).toBeNaN();
    expect(broken.get('double')?.isolated?.snr).toBeNaN();
    expect(broken.get('double')?.isolated?.maxError).toBeNaN();
    expect(broken.get('double')?.isolated?.worst).toEqual({ sample: 1, cosine: Number.NaN });
  });
});

/** Branches, a sum, a depthwise convolution: tensors with several readers. */
function branched() {
  const net = new NetBuilder();
  const input = net.input([1, 3, 9, 9]);
  const stem = net.convolution(input, { inputs: 3, outputs: 8, kernel: 3, relu: true }, 'stem');
  const left = net.convolution(
    stem,
    { inputs: 8, outputs: 8, kernel: 3, depthwise: true, relu: true },
    'left',
  );
  const right = net.convolution(left, { inputs: 8, outputs: 8 }, 'right');
  const sum = net.op(
    'BinaryOp',
    [stem, right],
    { type: 'BinaryOp', value: createTable('BinaryOp', { opType: 0 }) },
    'sum',
  );
  return net.build([net.convolution(sum, { inputs: 8, outputs: 4 }, 'head'), left]);
}

function branchedJob(backend: TensorBackend, memoryBudgetBytes: number, way: Way): ErrorJob {
  const model = branched();
  const written = quantized(model, { 0: 0.01, 1: 0.02, 2: 0.01, 3: 0.005, 4: 0.02, 5: 0.01 });
  const plan = planOf(model);
  const prediction = predictInt8(written, plan);
  let seed = 5;
  const load = async (index: number) => {
    seed = 1000 * index + 17;
    const next = (): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed / 2 ** 30 - 1;
    };
    return new Map([['input', Float32Array.from({ length: 243 }, next)]]);
  };
  return {
    plan,
    quantized: { model: written, plan: createPlan(buildGraph(written)), prediction },
    backend,
    samples: { count: 5, load },
    memoryBudgetBytes,
    isolated: way,
  };
}

describe.each(WAYS)('a network with branches, %s', (way) => {
  it('gives the same numbers whatever the memory and the threads', async () => {
    const run = async (threads: number, memory: number) => {
      const backend = await createThreadedBackend({ threads });
      onTestFinished(() => backend.dispose());
      const seen: [number, readonly number[]][] = [];
      const onFloat: ErrorJob['onFloat'] = async (tensor, values, samples) => {
        seen.push([tensor, samples]);
        expect(values.length).toBe(samples.length);
      };
      const errors = await measureErrors({ ...branchedJob(backend, memory, way), onFloat });
      // Every sample once for every row.
      const rows = new Map<number, number>();
      for (const [tensor, samples] of seen) rows.set(tensor, (rows.get(tensor) ?? 0) + samples.length);
      expect([...rows.keys()].sort()).toEqual(errors.map(({ tensor }) => tensor).sort());
      expect(new Set(rows.values())).toEqual(new Set([5]));
      return errors;
    };
    const whole = await run(1, 2 ** 24);
    expect(whole.filter(({ isolated: error }) => error).length).toBe(6);
    for (const { op, isolated: error, type } of whole) {
      expect(error!.cosine, op).toBeGreaterThan(0.99);
      if (type !== 'Input') expect(error!.cosine, op).toBeLessThan(1);
    }
    expect(await run(1, 1)).toStrictEqual(whole);
    expect(await run(2, 2 ** 24)).toStrictEqual(whole);
    expect(await run(2, 20_000)).toStrictEqual(whole);
  });

  it('frees what it took', async () => {
    const { createReferenceBackend } = await import('@mnnquant/graph');
    const inner = createReferenceBackend();
    const live = new Set<DeviceTensor>();
    const backend: TensorBackend = Object.assign(Object.create(inner), {
      allocate: (desc: TensorDesc) => {
        const tensor = inner.allocate(desc);
        live.add(tensor);
        return tensor;
      },
      free: (tensor: DeviceTensor) => {
        expect(live.delete(tensor), 'freed once').toBe(true);
        inner.free(tensor);
      },
      // What is compared must still be there.
      compare: (a: DeviceTensor, b: DeviceTensor) => {
        expect(live.has(a) && live.has(b)).toBe(true);
        return inner.compare(a, b);
      },
      bind: (...args: Parameters<TensorBackend['bind']>) => inner.bind(...args),
      upload: (...args: Parameters<TensorBackend['upload']>) => inner.upload(...args),
    });
    await measureErrors(branchedJob(backend, 2 ** 24, way));
    expect(live.size).toBe(0);
  });
});
