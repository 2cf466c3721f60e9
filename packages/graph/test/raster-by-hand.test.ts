import { buildGraph, createPlan } from '@mnnquant/graph';
import { createTable, type Net, type Op, OpType, Usage } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, main } from './golden/golden-case.ts';
import { raster } from './golden/raster-cases.ts';
import { answer, expectAnswer, tensor } from './support/by-hand.ts';

const six = tensor([2, 3], [1, 2, 3, 4, 5, 6]);

describe('Raster', () => {
  // MNN copies regions side by side, so that which one stays is a matter of luck.
  it('keeps the later of two regions', async () => {
    const all = [0, 0, 3, 1, 0, 0, 3, 1, 1, 2, 3];
    const later = [0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 2];
    await expectAnswer(raster('', [six, tensor([1], [9])], [2, 3], [all, later]), [2, 3], [1, 9, 9, 4, 5, 6]);
  });

  it.each<[string, GoldenCase, RegExp]>([
    [
      'a region outside',
      raster('', [six], [2, 3], [[1, 0, 3, 1, 0, 0, 3, 1, 1, 2, 3]]),
      /spans elements 1 to 6, outside of the 6/,
    ],
    [
      'backwards before the start',
      raster('', [six], [3], [[1, 0, 0, -1, 0, 0, 0, 1, 1, 1, 3]]),
      /spans elements -1 to 1/,
    ],
    [
      'a place outside',
      raster('', [six], [5], [[0, 0, 3, 1, 0, 0, 3, 1, 1, 2, 3]]),
      /the place of input 0 spans/,
    ],
    [
      'too few regions',
      raster('', [six, six], [6], [[0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 6]]),
      /a region for each of 2 inputs, got 1/,
    ],
    ['half a region', raster('', [six], [6], [[0, 0, 0, 1]]), /expected 11 numbers/],
    [
      'another type',
      raster('', [six], [6], [[0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 6]], { code: 0, bits: 32 }),
      /to be of type int32, got float32/,
    ],
    ['no regions', { title: '', type: 'Raster', inputs: [six] }, /expected the regions to copy, got none/],
  ])('says that it cannot copy %s', async (_, item, message) => {
    await expect(answer(item)).rejects.toThrow(message);
  });
});

describe('a model saved for one input size', () => {
  const op = (type: keyof typeof OpType, fields: object): Op =>
    createTable('Op', { type: OpType[type], ...fields } as Partial<Op>);
  const blob = (...dims: number[]) => createTable('Blob', { dims: Int32Array.from(dims) });
  const view = (...stride: number[]) => createTable('View', { stride: Int32Array.from(stride) });
  const region = createTable('Region', {
    src: view(0, 1, 3),
    dst: view(0, 2, 1),
    size: Int32Array.of(1, 3, 2),
  });
  const net = (more: Partial<Net>): Net =>
    createTable('Net', {
      usage: Usage.INFERENCE_STATIC,
      tensorName: ['x', 'y'],
      oplists: [
        op('Input', { main: main('Input', { dims: Int32Array.of(2, 3) }), outputIndexes: Int32Array.of(0) }),
        op('Raster', { name: 'turned', inputIndexes: Int32Array.of(0), outputIndexes: Int32Array.of(1) }),
      ],
      extraTensorDescribe: [
        createTable('TensorDescribe', { index: 0, blob: blob(2, 3) }),
        createTable('TensorDescribe', { index: 1, blob: blob(3, 2), regions: [region] }),
      ],
      ...more,
    } as Partial<Net>);

  it('gives the shapes and regions of its tensors', () => {
    const plan = createPlan(buildGraph(net({})));
    expect(plan.descs.get(1)?.shape).toEqual([3, 2]);
  });

  it('takes no other input size', () => {
    const sizes = new Map([['x', [1, 3]]]);
    expect(() => createPlan(buildGraph(net({})), sizes)).toThrow(
      /shape \[2,3\], for which the model is saved/,
    );
  });

  it('must describe what its ops make', () => {
    expect(() => buildGraph(net({ extraTensorDescribe: [] }))).toThrow(/does not describe tensor 1/);
    const other = createTable('TensorDescribe', { index: 1, blob: blob(3, 3), regions: [region] });
    const graph = buildGraph(net({ extraTensorDescribe: [other] }));
    expect(() => createPlan(graph)).not.toThrow();
  });
});
