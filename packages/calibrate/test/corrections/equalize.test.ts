import { createReferenceBackend, execute, type Sample } from '@mnnquant/graph';
import { type Convolution2D, createTable, type MnnModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { equalize } from '../../src/corrections/index.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf } from '../rewrite/plans.ts';

const samples = Array.from(
  { length: 3 },
  (_, i) => new Map([['input', new NetBuilder().noise(192 + i, 1).slice(i)]]) as Sample,
);

const equalized = (model: MnnModel) =>
  equalize({
    model,
    plan: planOf(model),
    backend: createReferenceBackend(),
    samples: { count: samples.length, load: async (index) => samples[index]! },
    memoryBudgetBytes: 1,
  });

async function outputs(model: MnnModel): Promise<number[]> {
  const { outputs: made } = await execute(planOf(model), createReferenceBackend(), samples);
  return made.flatMap((one) => [...one.values()].flatMap(({ data }) => [...data]));
}

/** The largest difference as a part of the largest value. */
async function change(before: MnnModel, after: MnnModel): Promise<number> {
  const [a, b] = [await outputs(before), await outputs(after)];
  expect(b.every(Number.isFinite)).toBe(true);
  const largest = Math.max(...a.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / largest;
}

/** Multiplies rows of a convolution by these. */
function withRows(model: MnnModel, name: string, rows: readonly number[], change: object = {}): MnnModel {
  const oplists = model.net.oplists!.map((op) => {
    if (op.name !== name) return op;
    const conv = op.main!.value as Convolution2D;
    const size = conv.weight!.length / rows.length;
    const value = {
      ...conv,
      weight: conv.weight!.map((one, i) => one * rows[Math.floor(i / size)]!),
      bias: conv.bias?.map((one, i) => one * rows[i]!),
      common: { ...conv.common!, ...change },
    };
    return { ...op, main: { type: 'Convolution2D', value } as const };
  });
  return { ...model, net: { ...model.net, oplists } };
}

const rows = [1, 0.3, 0.05, 0.01, 1e-6, 0];

function chainOf(relu = true): MnnModel {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 8, 8]), { outputs: 6, inputs: 3, kernel: 3, relu }, 'first');
  const middle = net.convolution(
    first,
    { outputs: 6, inputs: 6, kernel: 3, relu, depthwise: true },
    'depthwise',
  );
  return net.build([net.convolution(middle, { outputs: 4, inputs: 6 }, 'last')]);
}

const factorsOf = async (model: MnnModel, name: string) => {
  const { factors } = await equalized(model);
  const index = model.net.oplists!.findIndex((op) => op.name === name);
  return [...(factors.get(index) ?? [])];
};

describe('equalize', () => {
  it('makes the ranges of channels equal where a depthwise convolution reads them, up to its bound', async () => {
    const model = withRows(chainOf(), 'first', rows);
    const factors = await factorsOf(model, 'first');
    // A dead channel stays, one that is next to nothing is enlarged 16 times.
    expect(factors[5]).toBe(1);
    expect(factors[4]).toBe(1 / 16);
    expect(factors[3]).toBe(1 / 16);
    expect(factors.every((factor) => factor > 0 && factor <= 1)).toBe(true);
    expect(Math.max(...factors)).toBe(1);
  });

  it.each([true, false])('leaves the function as it is, ReLU: %s', async (relu) => {
    const model = withRows(chainOf(relu), 'first', rows);
    const { model: made, factors } = await equalized(model);
    expect(factors.size).toBeGreaterThan(0);
    expect(await change(model, made)).toBeLessThan(1e-5);
  });

  it('leaves channels at the bound of ReLU6, and what was seen of the others below it', async () => {
    const model = withRows(chainOf(), 'first', [60, 30, 1, 0.5, 0.1, 0], { relu: false, relu6: true });
    const [reaching, also, ...others] = await factorsOf(model, 'first');
    expect([reaching, also]).toEqual([1, 1]);
    expect(others.some((factor) => factor < 1)).toBe(true);
    expect(await change(model, (await equalized(model)).model)).toBeLessThan(1e-5);
  });

  it('leaves room up to the bound of ReLU6: four times what was seen', async () => {
    const model = withRows(chainOf(), 'first', [60, 2, 1, 0.5, 0.2, 0], { relu: false, relu6: true });
    const factors = await factorsOf(model, 'first');
    const first = model.net.oplists!.find((op) => op.name === 'first')!.outputIndexes![0]!;
    const seen = { ...model, net: { ...model.net, outputName: [model.net.tensorName![first]!] } };
    const plane = 64;
    const largest = new Array<number>(6).fill(0);
    for (const [i, value] of (await outputs(seen)).entries()) {
      const c = Math.floor(i / plane) % 6;
      largest[c] = Math.max(largest[c]!, value);
    }
    const enlarged = factors.map((factor, c) => largest[c]! / factor).filter((_, c) => factors[c]! < 1);
    expect(enlarged.length).toBeGreaterThan(1);
    expect(Math.max(...enlarged)).toBeLessThanOrEqual((6 / 4) * (1 + 1e-6));
    // It is what bounds them here.
    expect(Math.max(...enlarged)).toBeCloseTo(6 / 4, 5);
  });

  it('changes nothing where little can be gained: what is equalized stays', async () => {
    const once = await equalized(withRows(chainOf(), 'first', [1, 0.3, 0.2, 0.5, 0.7, 0.4]));
    expect(once.factors.size).toBeGreaterThan(0);
    const twice = await equalized(once.model);
    expect(twice.factors.size).toBe(0);
    expect(twice.model.net).toEqual(once.model.net);
  });

  it('goes through Concat, pools, PReLU and sums, with several readers', async () => {
    const net = new NetBuilder();
    const input = net.input([1, 3, 8, 8]);
    const [a, b] = ['a', 'b'].map((name) => net.convolution(input, { outputs: 6, inputs: 3 }, name));
    const slope = createTable('PRelu', {
      slope: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
      slopeCount: 6,
    });
    const bent = net.op('PReLU', [a!], { type: 'PRelu', value: slope });
    const sum = net.op('Eltwise', [bent, b!], {
      type: 'Eltwise',
      value: createTable('Eltwise', { type: 1 }),
    });
    const axis = createTable('Axis', { axis: 1 });
    const joined = net.op('Concat', [sum, bent], { type: 'Axis', value: axis });
    const last = ['c', 'd'].map((name) => net.convolution(joined, { outputs: 2, inputs: 12 }, name));
    const model = withRows(withRows(net.build(last as number[]), 'a', rows), 'b', rows);
    const { model: made, factors } = await equalized(model);
    // Both summands have one factor for each channel.
    expect([...factors.values()][0]).toEqual([...factors.values()][1]);
    expect(factors.size).toBe(2);
    expect(await change(model, made)).toBeLessThan(1e-5);
  });

  it('leaves alone what another op reads, or what is an output', async () => {
    const net = new NetBuilder();
    const first = net.convolution(net.input([1, 3, 8, 8]), { outputs: 6, inputs: 3, relu: true }, 'first');
    const last = net.convolution(first, { outputs: 2, inputs: 6 }, 'last');
    const sigmoid = net.op('Sigmoid', [first]);
    const model = withRows(net.build([last, sigmoid]), 'first', rows);
    const { model: made, factors } = await equalized(model);
    expect(factors.size).toBe(0);
    expect(made.net).toEqual(model.net);
  });
});
