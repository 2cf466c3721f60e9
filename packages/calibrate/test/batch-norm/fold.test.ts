import { buildGraph, createPlan, createReferenceBackend, execute } from '@mnnquant/graph';
import { createTable, type MnnModel, OpType, readModel, writeModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../../src/batch-norm/index.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { batchNorm, convolutionNamed, opNamed, typesOf } from './models.ts';

/** Outputs in float64 for one fixed input. */
async function outputsOf(model: MnnModel): Promise<number[][]> {
  const plan = createPlan(buildGraph(model));
  const net = new NetBuilder();
  const sample = new Map(
    plan.inputs.map(({ name, desc }) => [
      name,
      net.noise(
        desc.shape.reduce((a, b) => a * b, 1),
        2,
      ),
    ]),
  );
  const backend = createReferenceBackend({ precision: 'float64' });
  const { outputs } = await execute(plan, backend, [sample]);
  return [...outputs[0]!.values()].map(({ data }) => Array.from(data));
}

async function expectSameOutputs(before: MnnModel, after: MnnModel): Promise<void> {
  const [expected, actual] = [await outputsOf(before), await outputsOf(after)];
  expect(actual.length).toBe(expected.length);
  for (const [k, values] of expected.entries()) {
    const largest = Math.max(...values.map(Math.abs));
    for (const [i, value] of values.entries())
      expect(Math.abs(actual[k]![i]! - value) / largest).toBeLessThan(1e-6);
  }
}

const holdsBatchNorm = ({ net }: MnnModel): boolean =>
  net.oplists!.some(({ type }) => type === OpType.BatchNorm || type === OpType.Dropout);

describe('foldBatchNorm', () => {
  it.each<[string, object]>([
    ['a convolution', { outputs: 4, inputs: 6, kernel: 3 }],
    ['a convolution without bias', { outputs: 4, inputs: 6, bias: false }],
    ['a convolution in groups', { outputs: 4, inputs: 6, kernel: 3, group: 2 }],
    ['a depthwise convolution', { outputs: 6, inputs: 6, kernel: 3, depthwise: true }],
  ])('folds into %s', async (_, spec) => {
    const net = new NetBuilder();
    const conv = net.convolution(net.input([1, 6, 5, 5]), spec as never, 'conv');
    const out = batchNorm(net, conv, 'outputs' in spec ? (spec.outputs as number) : 0, 'bn');
    const model = net.build([out]);
    const { model: after, folded, asScale } = foldBatchNorm(model);
    expect([folded, asScale]).toEqual([['bn'], []]);
    expect(typesOf(after)).toEqual(['input', 'conv']);
    expect(opNamed(after, 'conv').outputIndexes).toEqual(Int32Array.of(out));
    expect(after.net.tensorName).toBe(model.net.tensorName);
    await expectSameOutputs(model, after);
  });

  it('computes in float64 and rounds once', () => {
    const net = new NetBuilder();
    const conv = net.convolution(net.input([1, 1, 1, 1]), { outputs: 1, inputs: 1 }, 'conv');
    const fields = {
      slopeData: Float32Array.of(3),
      biasData: Float32Array.of(0.1),
      meanData: Float32Array.of(0.7),
      varData: Float32Array.of(0.3),
      epsilon: Math.fround(1e-5),
    };
    const model = net.build([batchNorm(net, conv, 1, 'bn', fields)]);
    const [weight, bias] = [
      convolutionNamed(model, 'conv').weight![0]!,
      convolutionNamed(model, 'conv').bias![0]!,
    ];
    const factor = 3 / Math.sqrt(Math.fround(0.3) + Math.fround(1e-5));
    const after = convolutionNamed(foldBatchNorm(model).model, 'conv');
    expect(after.weight![0]).toBe(Math.fround(weight * factor));
    expect(after.bias![0]).toBe(Math.fround(bias * factor + (Math.fround(0.1) - Math.fround(0.7) * factor)));
  });

  it('takes other statistics than the stored ones, by op index', async () => {
    const build = (fields: object) => {
      const net = new NetBuilder();
      const conv = net.convolution(net.input([1, 2, 3, 3]), { outputs: 2, inputs: 2 }, 'conv');
      const slope = { slopeData: Float32Array.of(1, 2), biasData: Float32Array.of(0, 1) };
      return net.build([batchNorm(net, conv, 2, 'bn', { ...slope, ...fields })]);
    };
    const [meanData, varData] = [Float32Array.of(0.25, -4), Float32Array.of(2, 9)];
    const { model } = foldBatchNorm(build({}), new Map([[2, { mean: meanData, variance: varData }]]));
    await expectSameOutputs(build({ meanData, varData }), model);
  });

  it('decodes compressed weights', async () => {
    const net = new NetBuilder();
    const common = createTable('Convolution2DCommon', {
      kernelX: 1,
      kernelY: 1,
      outputCount: 2,
      inputCount: 2,
    });
    const alpha = Float32Array.of(0.5, 0.25);
    const quanParameter = createTable('IDSTQuan', {
      type: 4,
      buffer: Int8Array.of(1, -2, 3, 4),
      alpha,
      quantScale: 1,
    });
    const value = createTable('Convolution2D', { common, quanParameter, bias: new Float32Array(2) });
    const conv = net.op('Convolution', [net.input([1, 2, 2, 2])], { type: 'Convolution2D', value }, 'conv');
    const model = net.build([batchNorm(net, conv, 2, 'bn')]);
    const after = foldBatchNorm(model).model;
    expect(convolutionNamed(after, 'conv').quanParameter).toBeUndefined();
    await expectSameOutputs(model, after);
  });

  it('fuses a ReLU or ReLU6 behind it into the flag, and no other', async () => {
    const net = new NetBuilder();
    const clip = (minValue: number, maxValue: number) =>
      ({ type: 'Relu6', value: createTable('Relu6', { minValue, maxValue }) }) as const;
    const leaky = { type: 'Relu', value: createTable('Relu', { slope: 0.1 }) } as const;
    let at = net.input([1, 2, 3, 3]);
    const block = (name: string) =>
      batchNorm(net, net.convolution(at, { outputs: 2, inputs: 2 }, name), 2, `${name}_bn`);
    at = net.op('ReLU', [block('a')], undefined, 'relu');
    at = net.op('ReLU6', [block('b')], clip(0, 6), 'relu6');
    at = net.op('ReLU6', [block('c')], clip(-1, 1), 'clip');
    at = net.op('ReLU', [block('d')], leaky, 'leaky');
    const model = net.build([at]);
    const { model: after, rectifiers } = foldBatchNorm(model);
    expect(rectifiers).toEqual(['relu', 'relu6']);
    expect(typesOf(after)).toEqual(['input', 'a', 'b', 'c', 'clip', 'd', 'leaky']);
    expect(convolutionNamed(after, 'a').common).toMatchObject({ relu: true, relu6: false });
    expect(convolutionNamed(after, 'b').common).toMatchObject({ relu: false, relu6: true });
    await expectSameOutputs(model, after);
  });

  it('leaves a ReLU that something else sees the input of', () => {
    const net = new NetBuilder();
    const bn = batchNorm(net, net.convolution(net.input([1, 2, 3, 3]), { outputs: 2, inputs: 2 }), 2, 'bn');
    const relu = net.op('ReLU', [bn], undefined, 'relu');
    expect(foldBatchNorm(net.build([bn, relu])).rectifiers).toEqual([]);
  });

  it('folds one behind the other, both into the convolution', async () => {
    const net = new NetBuilder();
    const conv = net.convolution(net.input([1, 2, 3, 3]), { outputs: 3, inputs: 2 }, 'conv');
    const model = net.build([batchNorm(net, batchNorm(net, conv, 3, 'first'), 3, 'second')]);
    const { model: after, folded } = foldBatchNorm(model);
    expect(folded).toEqual(['first', 'second']);
    await expectSameOutputs(model, after);
  });

  it('folds through the Concat that joins the groups of a convolution', async () => {
    const net = new NetBuilder();
    const input = net.input([1, 2, 3, 3]);
    const part = (outputs: number, name: string) => net.convolution(input, { outputs, inputs: 2 }, name);
    const axis = { type: 'Axis', value: createTable('Axis', { axis: 1 }) } as const;
    const joined = net.op('Concat', [part(3, 'a'), part(2, 'b')], axis, 'join');
    const model = net.build([net.op('ReLU', [batchNorm(net, joined, 5, 'bn')], undefined, 'relu')]);
    const { model: after, folded, rectifiers, into } = foldBatchNorm(model);
    expect([folded, rectifiers]).toEqual([['bn'], ['relu']]);
    expect(into.get('bn')).toEqual(['a', 'b']);
    expect(typesOf(after)).toEqual(['input', 'a', 'b', 'join']);
    await expectSameOutputs(model, after);
  });

  it.each<[string, number, boolean]>([
    ['along another axis', 2, false],
    ['of which something else is read', 1, true],
  ])('does not fold through a Concat %s', async (_, axis, read) => {
    const net = new NetBuilder();
    const input = net.input([1, 2, 3, 3]);
    const parts = ['a', 'b'].map((name) => net.convolution(input, { outputs: 2, inputs: 2 }, name));
    const value = createTable('Axis', { axis });
    const joined = net.op('Concat', parts, { type: 'Axis', value }, 'join');
    const bn = batchNorm(net, joined, axis === 1 ? 4 : 2, 'bn');
    const model = net.build(read ? [bn, net.op('ReLU', [parts[0]!])] : [bn]);
    const { model: after, asScale } = foldBatchNorm(model);
    expect(asScale).toEqual(['bn']);
    await expectSameOutputs(model, after);
  });

  it.each<[string, (net: NetBuilder, input: number) => [from: number, outputs: number[]]]>([
    ['the input', (_, input) => [input, []]],
    [
      'a pooling',
      (net, input) => [
        net.op('Pooling', [input], { type: 'Pool', value: createTable('Pool', { isGlobal: true }) }),
        [],
      ],
    ],
    [
      'a convolution with a ReLU',
      (net, input) => [net.convolution(input, { outputs: 2, inputs: 2, relu: true }), []],
    ],
    [
      'a convolution that is an output',
      (net, input) => {
        const conv = net.convolution(input, { outputs: 2, inputs: 2 });
        return [conv, [conv]];
      },
    ],
    [
      'a convolution that another op reads',
      (net, input) => {
        const conv = net.convolution(input, { outputs: 2, inputs: 2 });
        return [conv, [net.op('ReLU', [conv])]];
      },
    ],
  ])('becomes a Scale behind %s', async (_, before) => {
    const net = new NetBuilder();
    const [from, outputs] = before(net, net.input([1, 2, 3, 3]));
    const model = net.build([...outputs, batchNorm(net, from, 2, 'bn')]);
    const { model: after, folded, asScale } = foldBatchNorm(model);
    expect([folded, asScale]).toEqual([[], ['bn']]);
    expect(opNamed(after, 'bn').type).toBe(OpType.Scale);
    expect(after.net.oplists!.length).toBe(model.net.oplists!.length);
    await expectSameOutputs(model, after);
  });

  it('takes Dropout out, and keeps the name of an output', async () => {
    const net = new NetBuilder();
    const drop = net.op(
      'Dropout',
      [net.convolution(net.input([1, 2, 3, 3]), { outputs: 2, inputs: 2 }, 'conv')],
      undefined,
      'drop',
    );
    const last = net.op('Dropout', [batchNorm(net, drop, 2, 'bn')], undefined, 'last');
    const model = net.build([last]);
    const { model: after, folded, dropouts } = foldBatchNorm(model);
    expect([folded, dropouts]).toEqual([['bn'], ['drop', 'last']]);
    expect(holdsBatchNorm(after)).toBe(false);
    expect(opNamed(after, 'last').type).toBe(OpType.Identity);
    await expectSameOutputs(model, after);
  });

  it('leaves a model without such layers as it is', () => {
    const net = new NetBuilder();
    const model = net.build([net.convolution(net.input([1, 2, 3, 3]), { outputs: 2, inputs: 2 })]);
    expect(foldBatchNorm(model).model).toBe(model);
  });

  it('works on subgraphs', () => {
    const net = new NetBuilder();
    const out = batchNorm(
      net,
      net.convolution(net.input([1, 2, 3, 3]), { outputs: 2, inputs: 2 }, 'conv'),
      2,
      'bn',
    );
    const { oplists, tensorName } = net.build([out]).net;
    const body = createTable('SubGraphProto', {
      name: 'body',
      nodes: oplists!,
      tensors: tensorName!,
      outputs: Int32Array.of(out),
    });
    const model = {
      net: createTable('Net', { oplists: [], tensorName: [], subgraphs: [body] }),
      unknownFields: [],
    };
    const after = foldBatchNorm(model);
    expect(after.folded).toEqual(['bn']);
    expect(after.model.net.subgraphs![0]!.nodes!.map(({ name }) => name)).toEqual(['input', 'conv']);
  });

  it('survives the file', () => {
    const net = new NetBuilder();
    const model = net.build([batchNorm(net, net.input([1, 2, 3, 3]), 2, 'bn')]);
    const after = foldBatchNorm(readModel(writeModel(model.net))).model;
    expect(readModel(writeModel(after.net)).net.oplists).toStrictEqual(after.net.oplists);
  });
});
