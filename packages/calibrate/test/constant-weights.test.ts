import { buildGraph, createPlan, createReferenceBackend, execute } from '@mnnquant/graph';
import { createTable, DataType, MNN_DATA_FORMAT, type MnnModel, OpType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { inlineConstantWeights } from '../src/constant-weights.ts';
import { NetBuilder } from './rewrite/net-builder.ts';

interface Shared {
  readonly group?: number;
  readonly depthwise?: boolean;
  readonly bias?: boolean;
  readonly sizesInWeights?: boolean;
}

/** Two convolutions of one input that share their weights. */
function sharing({
  group = 1,
  depthwise = false,
  bias = true,
  sizesInWeights = false,
}: Shared = {}): MnnModel {
  const net = new NetBuilder();
  const x = net.input([1, 4, 5, 5]);
  const shape = [4, depthwise ? 1 : 4 / group, 3, 3];
  const weights = constant(net, shape, 'weights');
  const biases = bias ? [constant(net, [4], 'bias')] : [];
  const sizes = sizesInWeights
    ? {}
    : { kernelX: 3, kernelY: 3, outputCount: 4, inputCount: depthwise ? 4 : 4 / group };
  const common = createTable('Convolution2DCommon', {
    padX: 1,
    padY: 1,
    group: depthwise ? 4 : group,
    ...sizes,
  });
  const type = depthwise ? 'ConvolutionDepthwise' : 'Convolution';
  let tensor = x;
  for (const name of ['first', 'second'])
    tensor = net.op(
      type,
      [tensor, weights, ...biases],
      { type: 'Convolution2D', value: createTable('Convolution2D', { common }) },
      name,
    );
  return net.build([tensor]);
}

function constant(net: NetBuilder, dims: readonly number[], name: string): number {
  const count = dims.reduce((product, extent) => product * extent, 1);
  const float32s = Float32Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 11 - 0.4);
  const value = createTable('Blob', {
    dims: Int32Array.from(dims),
    float32s,
    dataType: DataType.DT_FLOAT,
    dataFormat: MNN_DATA_FORMAT.NCHW,
  });
  return net.op('Const', [], { type: 'Blob', value }, name);
}

async function answer(model: MnnModel): Promise<ArrayLike<number>> {
  const sample = new Map([
    ['input', Float32Array.from({ length: 100 }, (_, i) => Math.fround(((i * 13) % 17) / 17 - 0.5))],
  ]);
  const { outputs } = await execute(createPlan(buildGraph(model)), createReferenceBackend(), [sample]);
  return [...outputs[0].values()][0].data;
}

describe('weights that are constants of the file', () => {
  it.each([
    ['dense', {}],
    ['without a bias', { bias: false }],
    ['depthwise', { depthwise: true }],
    ['sizes in the weights', { sizesInWeights: true }],
  ] as const)('go into the convolutions: %s', async (_, shared) => {
    const before = sharing(shared);
    const { model, convolutions } = inlineConstantWeights(before);
    expect(convolutions).toEqual(['first', 'second']);
    expect(model.net.oplists!.map(({ type }) => type)).not.toContain(OpType.Const);
    expect(model.net.oplists!.at(-1)!.inputIndexes).toHaveLength(1);
    expect(await answer(model)).toEqual(await answer(before));
  });

  it('stay where they are for convolutions in groups', () => {
    const before = sharing({ group: 2 });
    expect(inlineConstantWeights(before).model).toBe(before);
  });

  it('stay in the file where something else reads them', () => {
    const before = sharing();
    const weights = before.net.tensorName!.indexOf('weights');
    const reader = {
      ...before.net.oplists![0],
      type: OpType.Rank,
      inputIndexes: Int32Array.of(weights),
      outputIndexes: Int32Array.of(9),
      main: undefined,
      name: 'rank',
    };
    const net = {
      ...before.net,
      tensorName: [...before.net.tensorName!, 'spare', 'rank'],
      oplists: [...before.net.oplists!, reader],
    };
    const { model } = inlineConstantWeights({ ...before, net });
    expect(model.net.oplists!.filter(({ type }) => type === OpType.Const).map(({ name }) => name)).toEqual([
      'weights',
    ]);
  });

  it('that are the result of an op are no constants', () => {
    const net = new NetBuilder();
    const x = net.input([1, 4, 5, 5]);
    const computed = net.op('UnaryOp', [constant(net, [4, 4, 3, 3], 'weights')], undefined, 'square');
    const result = net.op(
      'Convolution',
      [x, computed],
      {
        type: 'Convolution2D',
        value: createTable('Convolution2D', {
          common: createTable('Convolution2DCommon', { kernelX: 3, kernelY: 3 }),
        }),
      },
      'conv',
    );
    const before = net.build([result]);
    expect(inlineConstantWeights(before).model).toBe(before);
  });
});
