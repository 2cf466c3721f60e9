import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  type DeviceTensor,
  type Sample,
  type TensorBackend,
  type TensorDesc,
} from '@mnnquant/graph';
import { createTable, type Op, type OpParameter } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { measureErrors } from '../../src/errors/measure-errors.ts';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import type { InputShapes } from '../../src/samples.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';
import { chain, jobOf, sampleOf, times } from './error-jobs.ts';

describe('measureErrors', () => {
  it('gives the cosine and the overflow that can be worked out by hand', async () => {
    // Steps of 1 for the input, of 1 for the double (ends at ±127), of 4 for the last.
    const job = jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [
      [3, 4.4],
      [100, 0],
    ]);
    const errors = await measureErrors(job);
    const by = new Map(errors.map((error) => [error.op, error]));
    // (3, 4.4) → (3, 4); (100, 0) stays.
    const input = (3 * 3 + 4.4 * 4) / Math.sqrt(3 * 3 + 4.4 * 4.4) / 5;
    expect(by.get('input')?.cosine).toBeCloseTo((input + 1) / 2, 6);
    expect(by.get('input')?.overflow).toBe(0);
    // Float (6, 8.8), int8 (6, 8): the same direction as the input's. 200 becomes 127: one value of four.
    expect(by.get('double')?.cosine).toBeCloseTo((input + 1) / 2, 6);
    expect(by.get('double')).toMatchObject({
      overflow: 0.25,
      clipped: 0.25,
      int8: true,
      type: 'Convolution',
    });
    // Float (6, 8.8), int8 (6, 8) → (8, 8), halves away from zero.
    const last = (6 * 8 + 8.8 * 8) / Math.hypot(6, 8.8) / Math.hypot(8, 8);
    expect(by.get('same')?.cosine).toBeCloseTo((last + 1) / 2, 6);
    expect(by.get('same')).toMatchObject({ output: true, samples: 2, worst: { sample: 0 } });
    expect(errors[0]?.op).toBe('same');
    // Of both samples together: what is lost of 8.8 and of 200, and of what both hold.
    const lost = [0.8, 200 - 127];
    const power = 6 ** 2 + 8.8 ** 2 + 200 ** 2;
    expect(by.get('double')?.snr).toBeCloseTo(10 * Math.log10(power / (lost[0]! ** 2 + lost[1]! ** 2)), 4);
    expect(by.get('double')?.maxError).toBeCloseTo(73, 4);
    expect(by.get('same')).not.toHaveProperty('isolated');
  });

  it('compares networks of several inputs of which one is cast: it comes after the others in int8', async () => {
    const net = new NetBuilder();
    const [first, second] = ['a', 'b'].map((name) => net.input([1, 1, 1, 2], undefined, name)) as [
      number,
      number,
    ];
    const outputs = [times(net, first, 2, 'double'), net.op('Sigmoid', [second], undefined, 'float')];
    const model = net.build(outputs);
    const names = buildGraph(model).inputs.map(({ name }) => name);
    const samples = {
      count: 1,
      load: async () => new Map(names.map((name) => [name, Float32Array.of(3, 4.4)])),
    };
    const job = { ...jobOf(model, { [first]: 1, [outputs[0]!]: 1 }, []), samples };
    for (const isolated of [undefined, 'simulated', 'rounded'] as const) {
      const errors = await measureErrors({ ...job, ...(isolated && { isolated }) });
      const by = new Map(errors.map((error) => [error.tensor, error]));
      const rounded = (3 * 3 + 4.4 * 4) / Math.hypot(3, 4.4) / 5;
      expect(by.get(first)?.cosine).toBeCloseTo(rounded, 6);
      expect(by.get(second)?.cosine).toBe(1);
      expect(by.get(outputs[0]!)?.cosine).toBeCloseTo((6 * 6 + 8.8 * 8) / Math.hypot(6, 8.8) / 10, 6);
      expect(by.get(outputs[1]!)?.cosine).toBe(1);
    }
  });

  it('gives the same numbers whatever the memory, in one order of samples', async () => {
    const samples = [
      [3.3, 4.4],
      [-100, 0.7],
      [0.1, 0.2],
      [9, -9.5],
    ];
    const whole = await measureErrors(jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, samples));
    // A network of three tensors of two floats: 24 bytes hold one sample, 100 two.
    for (const memoryBudgetBytes of [1, 24, 100]) {
      const job = { ...jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, samples), memoryBudgetBytes };
      expect(await measureErrors(job)).toStrictEqual(whole);
    }
  });

  it('refuses ops without a kernel, in a strict run', async () => {
    const job = jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [[1, 0]]);
    const backend = Object.assign(Object.create(job.backend), { name: 'bare', bind: () => undefined });
    await expect(measureErrors({ ...job, backend, strict: true })).rejects.toThrow(
      /^the backend bare has no kernel for double \(Convolution/,
    );
  });

  it('takes two zero vectors as equal, one as unlike, and shows NaN first', async () => {
    const zero = await measureErrors(jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [[0, 0]]));
    expect(zero.map(({ cosine, overflow }) => [cosine, overflow])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    // 0.4 rounds to 0, so does everything behind it.
    const lost = await measureErrors(jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [[0.4, 0.4]]));
    expect(lost.map(({ cosine }) => cosine)).toEqual([0, 0, 0]);
    const broken = await measureErrors(
      jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [
        [1, 0],
        [Number.NaN, 1],
      ]),
    );
    expect(broken[0]?.cosine).toBeNaN();
    expect(broken[0]?.worst).toEqual({ sample: 1, cosine: Number.NaN });
  });

  it('counts values at the ends as MNN does, and those beyond them apart', async () => {
    // 126.4 rounds to 126; 126.5 to 127, which is an end; 127.4 as well; 127.5 to 128, beyond it.
    const values = [126.4, 126.5, 127.4, 127.5];
    const net = new NetBuilder();
    const model = net.build([times(net, net.input([1, 1, 1, 4]), 1, 'same')]);
    const errors = await measureErrors(jobOf(model, { 0: 1, 1: 10 }, [values, values.map((x) => -x)]));
    const input = errors.find(({ type }) => type === 'Input');
    expect(input).toMatchObject({ overflow: 0.75, clipped: 0.25, int8: true, output: false });
  });

  it('puts what only a ReLU reads on the account of the ReLU, without what it cuts off', async () => {
    const net = new NetBuilder();
    const first = times(net, net.input([1, 1, 1, 2]), 100, 'hundred');
    const relu = net.op('ReLU', [first], { type: 'Relu', value: createTable('Relu') }, 'relu');
    const model = net.build([times(net, relu, 1, 'last')]);
    // -100 is far outside ±12.7, and nobody minds; 200 is as well, and is lost.
    const scales = { 0: 0.1, 1: 0.1, 2: 0.1, 3: 1 };
    const errors = await measureErrors(
      jobOf(model, scales, [
        [-1, 0.1],
        [2, 0.1],
      ]),
    );
    expect(errors.map(({ op }) => op).sort()).toEqual(['input', 'last', 'relu']);
    const rectified = errors.find(({ op }) => op === 'relu');
    expect(rectified).toMatchObject({ overflow: 0.25, clipped: 0.25 });
    expect(rectified?.worst.sample).toBe(1);
  });

  it('leaves out copies, but for outputs', async () => {
    const reshape = (shape: readonly number[]): OpParameter => ({
      type: 'Reshape',
      value: createTable('Reshape', { dims: Int32Array.from(shape) }),
    });
    const net = new NetBuilder();
    const first = times(net, net.input([1, 1, 1, 2]), 2, 'first');
    const middle = net.op('Reshape', [first], reshape([1, 1, 2, 1]), 'middle');
    const last = net.op('Reshape', [times(net, middle, 1, 'second')], reshape([1, 2]), 'last');
    const errors = await measureErrors(jobOf(net.build([last]), {}, [[1, 2]]));
    expect(errors.map(({ op }) => op).sort()).toEqual(['first', 'input', 'last', 'second']);
    expect(errors.find(({ op }) => op === 'last')).toMatchObject({ output: true, type: 'Reshape' });
  });

  it('measures samples of different shapes, each with a plan of its own', async () => {
    const net = new NetBuilder();
    const model = net.build([times(net, net.input([1, 1, -1, 1]), 1, 'same')]);
    const written = quantized(
      model,
      { 0: 1, 1: 1 },
      int8Candidates(buildGraph(model), createPlan(buildGraph(model), new Map([['input', [1, 1, 2, 1]]]))),
    );
    const sizes = [2, 3, 2];
    const shapes = (i: number): InputShapes => new Map([['input', [1, 1, sizes[i] ?? 0, 1]]]);
    const plan = createPlan(buildGraph(model), shapes(0));
    let last: readonly number[] = [];
    const errors = await measureErrors({
      plan,
      quantized: {
        model: written,
        plan: createPlan(buildGraph(written), shapes(0)),
        prediction: predictInt8(written, plan),
      },
      backend: createReferenceBackend(),
      samples: { count: 3, shapes, load: async (i) => sampleOf([130, 1, 1].slice(0, sizes[i])) },
      memoryBudgetBytes: 2 ** 20,
      onProgress: (...numbers) => {
        last = numbers;
      },
    });
    // One op in floats; in int8 that op and two casts.
    expect(last).toEqual([12, 12]);
    expect(errors.map(({ samples }) => samples)).toEqual([3, 3]);
    expect(errors.find(({ type }) => type === 'Input')?.clipped).toBeCloseTo(3 / 7, 12);
  });

  it('names the sample that fails, and refuses to measure nothing', async () => {
    await expect(measureErrors(jobOf(chain(), {}, []))).rejects.toThrow(/at least one sample/);
    await expect(measureErrors(jobOf(chain(), {}, [[1, 2], [1]]))).rejects.toThrow(
      /sample 1: input input: expected 2 values/,
    );
    const job = jobOf(chain(), {}, [[1, 2]]);
    const load = async (): Promise<Sample> => {
      throw new Error('no such file');
    };
    const samples = { count: 1, name: () => 'cat.png', load };
    await expect(measureErrors({ ...job, samples })).rejects.toThrow('cat.png: no such file');
  });

  it('frees what it took, also when one network fails half-way', async () => {
    const job = jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [[1, 2]]);
    const inner = job.backend;
    let [live, most, calls] = [0, 0, 0];
    const backend: TensorBackend = Object.assign(Object.create(inner), {
      allocate: (desc: TensorDesc) => {
        most = Math.max(most, ++live);
        return inner.allocate(desc);
      },
      free: (tensor: DeviceTensor) => {
        live--;
        inner.free(tensor);
      },
      compare: (a: DeviceTensor, b: DeviceTensor) => {
        if (++calls === 2) throw new Error('the device is lost');
        return inner.compare(a, b);
      },
      bind: (...args: Parameters<TensorBackend['bind']>) => inner.bind(...args),
      upload: (...args: Parameters<TensorBackend['upload']>) => inner.upload(...args),
    });
    await expect(measureErrors({ ...job, backend })).rejects.toThrow('the device is lost');
    expect(most).toBeGreaterThan(2);
    expect(live).toBe(0);
  });

  it('refuses networks that compute the same tensors in another order', async () => {
    const net = new NetBuilder();
    const input = net.input([1, 1, 1, 2]);
    const model = net.build([times(net, input, 2, 'left'), times(net, input, 3, 'right')]);
    const job = jobOf(model, {}, [[1, 2]]);
    const { oplists = [] } = job.quantized.model.net;
    const [first, left, right] = oplists as [Op, Op, Op];
    const swapped = {
      ...job.quantized.model,
      net: { ...job.quantized.model.net, oplists: [first, right, left] },
    };
    const quantized = { ...job.quantized, model: swapped, plan: planOf(swapped) };
    await expect(measureErrors({ ...job, quantized })).rejects.toThrow(
      /expected left next, the int8 network computes right/,
    );
  });
});
