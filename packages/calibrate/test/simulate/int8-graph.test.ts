import { buildGraph, createPlan, createReferenceBackend, type Graph, Program } from '@mnnquant/graph';
import { createTable, type MnnModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { int8Graph } from '../../src/index.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { fakeQuantPlan } from '../../src/rewrite/simulate.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';

const SHAPE = [1, 4, 6, 6];

function simulate(model: MnnModel) {
  return int8Graph(model, planOf(model));
}

function kinds({ nodes }: Graph): string[] {
  return nodes.map(({ definition }) => definition.name);
}

function chain(): MnnModel {
  const net = new NetBuilder();
  const first = net.convolution(net.input(SHAPE), { inputs: 4, outputs: 6, kernel: 3, relu: true }, 'first');
  const deep = net.convolution(first, { inputs: 6, outputs: 6, kernel: 3, depthwise: true }, 'deep');
  return quantized(net.build([net.convolution(deep, { inputs: 6, outputs: 3 }, 'last')]));
}

function noise(count: number): Float32Array {
  return new NetBuilder().noise(count, 1);
}

async function run(graph: Graph, data: Float32Array) {
  const program = new Program(createPlan(graph), createReferenceBackend());
  return (await program.run([new Map([['input', data]])]))[0]!;
}

describe('int8Graph', () => {
  it('casts in front of the first int8 op and behind the last', () => {
    const { graph, approximated } = simulate(chain());
    expect(kinds(graph)).toEqual([
      'FloatToInt8',
      'Int8Convolution',
      'Int8ConvolutionDepthwise',
      'Int8Convolution',
      'Int8ToFloat',
    ]);
    expect(approximated).toEqual([]);
  });

  it('keeps inputs, outputs, and the ids of tensors in floats', () => {
    const model = chain();
    const original = buildGraph(model);
    const { graph } = simulate(model);
    expect(graph.inputs).toEqual(original.inputs);
    expect(graph.outputs).toEqual(original.outputs);
    expect(graph.producer.get(graph.outputs[0]!.tensor)!.definition.name).toBe('Int8ToFloat');
    expect(graph.tensorNames.slice(0, original.tensorNames.length)).toEqual(original.tensorNames);
  });

  it('says where the values of each tensor are, and in which scale', () => {
    const { graph, holders } = simulate(chain());
    const input = holders.get(0)!;
    expect(input.params).toMatchObject({ scale: Math.fround(0.01), zeroPoint: 0 });
    expect(graph.producer.get(input.tensor)!.definition.name).toBe('FloatToInt8');
    const first = holders.get(1)!;
    expect(graph.producer.get(first.tensor)!.name).toBe('first');
    expect(first.params!.scale).toBe(Math.fround(0.02));
  });

  it('casts a tensor once for all who read it', () => {
    const net = new NetBuilder();
    const input = net.input(SHAPE);
    const ends = ['a', 'b'].map((name) => net.convolution(input, { inputs: 4, outputs: 3 }, name));
    const { graph } = simulate(quantized(net.build(ends)));
    expect(kinds(graph).filter((kind) => kind === 'FloatToInt8')).toHaveLength(1);
  });

  it('lets an op that stays float read floats', () => {
    const net = new NetBuilder();
    const first = net.convolution(net.input(SHAPE), { inputs: 4, outputs: 4 }, 'first');
    const elu = { type: 'ELU' as const, value: createTable('ELU', { alpha: 1 }) };
    const second = net.convolution(net.op('ELU', [first], elu), { inputs: 4, outputs: 3 }, 'second');
    const model = quantized(net.build([second]));
    const around = kinds(simulate(model).graph).slice(1, 5);
    expect(around).toEqual(['Int8Convolution', 'Int8ToFloat', 'ELU', 'FloatToInt8']);
  });

  it('copies int8 as it is', () => {
    const net = new NetBuilder();
    const first = net.convolution(net.input(SHAPE), { inputs: 4, outputs: 4 }, 'first');
    const same = net.op('Identity', [first]);
    const model = quantized(net.build([net.convolution(same, { inputs: 4, outputs: 3 }, 'second')]), {
      1: 0.02,
      2: 0.02,
    });
    expect(kinds(simulate(model).graph)).toEqual([
      'FloatToInt8',
      'Int8Convolution',
      'Identity',
      'Int8Convolution',
      'Int8ToFloat',
    ]);
  });

  it('changes neither the model nor its graph', () => {
    const model = chain();
    const plan = planOf(model);
    const before = plan.graph.nodes.map(({ definition, attributes }) => [definition, attributes]);
    int8Graph(model, plan);
    expect(plan.graph.nodes.map(({ definition, attributes }) => [definition, attributes])).toEqual(before);
  });

  it('is within a step of the float engine with rounded activations', async () => {
    const model = chain();
    const data = noise(SHAPE.reduce((product, extent) => product * extent, 1));
    const exact = (await run(simulate(model).graph, data)).get('last')!;
    const plan = planOf(model);
    const rounding = fakeQuantPlan(model, plan.graph, predictInt8(model, plan));
    const backend = createReferenceBackend();
    const visitor = {
      onTensor: async ({ tensor, values }: { tensor: number; values: readonly unknown[] }) => {
        const params = rounding.get(tensor);
        if (params) for (const value of values) backend.fakeQuantize(value as never, params);
      },
    };
    const [rounded] = await new Program(plan, backend).run([new Map([['input', data]])], visitor);
    const step = rounding.get(plan.graph.outputs[0]!.tensor)!.scale;
    const other = rounded!.get('last')!.data;
    expect(new Set(exact.data).size).toBeGreaterThan(10);
    for (const [i, value] of exact.data.entries())
      expect(Math.abs(value - other[i]!)).toBeLessThan(2.01 * step);
  });

  it('tells what it only approximates: weights marked as of fewer bits', async () => {
    const model = chain();
    const oplists = model.net.oplists!.map((op) => {
      if (op.main?.type !== 'Convolution2D' || op.name !== 'first') return op;
      const symmetricQuan = { ...op.main.value.symmetricQuan!, nbits: 4 };
      return { ...op, main: { ...op.main, value: { ...op.main.value, symmetricQuan } } };
    });
    const { graph, approximated } = simulate({ ...model, net: { ...model.net, oplists } });
    expect(approximated).toEqual([
      { name: 'first', type: 'Convolution', reason: expect.stringContaining('4 bits') },
    ]);
    expect(kinds(graph).slice(0, 4)).toEqual(['FloatToInt8', 'Int8ToFloat', 'Convolution', 'FloatToInt8']);
    const result = await run(graph, noise(144));
    expect(new Set(result.get('last')!.data).size).toBeGreaterThan(10);
  });
});
