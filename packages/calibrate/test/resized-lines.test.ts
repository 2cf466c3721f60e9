import { buildGraph, createPlan, createReferenceBackend, execute } from '@mnnquant/graph';
import { createTable, DataType, MNN_DATA_FORMAT, type MnnModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { resizeLinesAsImages } from '../src/resized-lines.ts';
import { int8Candidates } from '../src/rewrite/candidates.ts';
import { NetBuilder } from './rewrite/net-builder.ts';

/** convolution → lines → resized → planes of one column → convolution */
function resizing(...factors: number[]): MnnModel {
  const net = new NetBuilder();
  const squeeze = (type: 'Squeeze' | 'Unsqueeze', from: number): number =>
    net.op(type, [from], {
      type: 'SqueezeParam',
      value: createTable('SqueezeParam', { squeezeDims: Int32Array.of(3) }),
    });
  const from = squeeze('Squeeze', net.convolution(net.input([1, 3, 5, 1]), { outputs: 8, inputs: 3 }));
  const blob = {
    dims: Int32Array.of(factors.length),
    float32s: Float32Array.from(factors),
    dataType: DataType.DT_FLOAT,
  };
  const constant = net.op('Const', [], {
    type: 'Blob',
    value: createTable('Blob', { ...blob, dataFormat: MNN_DATA_FORMAT.NCHW }),
  });
  const value = createTable('Interp', { resizeType: 2, halfPixelCenters: true, ctm: 2 });
  const made = net.op('Interp', [from, constant], { type: 'Interp', value }, 'resize');
  return net.build([net.convolution(squeeze('Unsqueeze', made), { outputs: 2, inputs: 8 })]);
}

async function answer(model: MnnModel): Promise<ArrayLike<number>> {
  const sample = new Map([
    ['input', Float32Array.from({ length: 15 }, (_, i) => Math.fround(((i * 7) % 15) / 15))],
  ]);
  const { outputs } = await execute(createPlan(buildGraph(model)), createReferenceBackend(), [sample]);
  return [...outputs[0].values()][0].data;
}

describe('lines that are resized by factors from a constant', () => {
  it.each([3, 1.5])('become images: factor %s', async (factor) => {
    const before = resizing(1, 1, factor);
    const { model, ops } = resizeLinesAsImages(before);
    expect(ops).toEqual(['resize']);
    expect(await answer(model)).toEqual(await answer(before));
    const names = model.net.tensorName!;
    expect(new Set(names).size).toBe(names.length);
    expect(names.slice(0, before.net.tensorName!.length)).toEqual(before.net.tensorName);
    const graph = buildGraph(model);
    const choices = [...int8Candidates(graph, createPlan(graph)).nodes.values()];
    expect(choices.every((choice) => choice === 'int8')).toBe(true);
  });

  it.each([
    ['of the channels', [1, 2, 2]],
    ['of planes', [1, 1, 2, 2]],
  ])('stay what they are: %s', (_, factors) => {
    const before = resizing(...factors);
    expect(resizeLinesAsImages(before).model).toBe(before);
  });

  it('stay in float with what shares their scale where they are not rewritten', () => {
    const graph = buildGraph(resizing(1, 1, 1.5));
    const { nodes, tensors } = int8Candidates(graph, createPlan(graph));
    const resize = graph.nodes.find(({ name }) => name === 'resize')!;
    expect(nodes.get(resize.index)).toEqual({ float: expect.stringContaining('to chance') });
    expect(resize.outputs.some((id) => tensors.has(id))).toBe(false);
  });
});
