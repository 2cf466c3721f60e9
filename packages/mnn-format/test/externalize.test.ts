import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createTable,
  DataType,
  externalizeWeights,
  inlineExternalWeights,
  listExternalWeights,
  type Net,
  type OpParameter,
  OpType,
  readModel,
  ScaleStorageType,
  writeModel,
} from '../src/index.ts';
import { netOf, randomNet } from './models.ts';

const gamma = Float32Array.of(1, 2, 3);
const beta = Float32Array.of(-1, -2, -3);
const MOVED = ['Convolution2D', 'Scale', 'LayerNorm', 'Blob'] as const;
const mainOf = (net: Net) => net.oplists![0]!.main!.value as Record<string, unknown>;

/** Without what already refers to a weight file. */
function allInside<T>(value: T): T {
  if (Array.isArray(value)) return value.map(allInside) as T;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'external' && key !== 'externalPath');
  return Object.fromEntries(kept.map(([key, inner]) => [key, allInside(inner)])) as T;
}

describe('externalizeWeights', () => {
  test('what goes out comes back, whatever the model', () => {
    fc.assert(
      fc.property(fc.gen(), (generate) => {
        const net = allInside(randomNet(generate, generate(fc.constantFrom, ...MOVED)));
        const { net: outside, bytes } = externalizeWeights(net);
        expect(inlineExternalWeights(readModel(writeModel(outside)).net, bytes)).toEqual(
          readModel(writeModel(net)).net,
        );
      }),
      { numRuns: 300 },
    );
  });

  const quan = createTable('IDSTQuan', { type: 1, buffer: Int8Array.of(1, 2, 3, 4, 5), alpha: gamma });
  const { alpha: _, ...halfQuan } = quan;
  const halves = Uint16Array.of(1, 2, 3);
  const large = { dims: Int32Array.of(41, 25), float32s: new Float32Array(1025).fill(3) };
  const small = { dims: Int32Array.of(32, 32), float32s: new Float32Array(1024) };

  test.each<[string, OpParameter, readonly number[] | undefined, number]>([
    ['float convolution', { type: 'Convolution2D', value: { weight: gamma, bias: beta } }, [0, 12, 12], 24],
    [
      'coded convolution',
      { type: 'Convolution2D', value: { quanParameter: quan, bias: beta } },
      [0, 5, 12, 12, 0],
      29,
    ],
    [
      'coded convolution with half scales',
      {
        type: 'Convolution2D',
        value: {
          quanParameter: { ...halfQuan, scaleStorage: ScaleStorageType.FP16, alphaFp16: halves },
          bias: beta,
        },
      },
      [0, 5, 6, 12, 0],
      23,
    ],
    ['convolution without bias', { type: 'Convolution2D', value: { weight: gamma } }, undefined, 0],
    [
      'scale',
      { type: 'Scale', value: createTable('Scale', { scaleData: gamma, biasData: beta }) },
      [0, 12, 12],
      24,
    ],
    ['scale without bias', { type: 'Scale', value: createTable('Scale', { scaleData: gamma }) }, [0, 12], 12],
    ['norm', { type: 'LayerNorm', value: createTable('LayerNorm', { gamma, beta }) }, [0, 12, 12], 24],
    ['norm without beta', { type: 'LayerNorm', value: createTable('LayerNorm', { gamma }) }, undefined, 0],
    ['large constant', { type: 'Blob', value: createTable('Blob', large) }, [0, 4100], 4100],
    ['small constant', { type: 'Blob', value: createTable('Blob', small) }, undefined, 0],
    [
      'half constant',
      { type: 'Blob', value: createTable('Blob', { ...large, dataType: DataType.DT_HALF }) },
      undefined,
      0,
    ],
    ['PReLU', { type: 'PRelu', value: createTable('PRelu', { slope: gamma }) }, undefined, 0],
  ])('%s', (_, main, sizes, length) => {
    const { net, bytes } = externalizeWeights(netOf(main));
    const { external } = mainOf(net);
    expect(external && Array.from(external as BigInt64Array, Number)).toEqual(sizes);
    expect(bytes.length).toBe(length);
    expect(inlineExternalWeights(net, bytes)).toEqual(netOf(main));
  });

  test('weights that come as an input are constants of their own', () => {
    const conv: OpParameter = { type: 'Convolution2D', value: { weight: gamma, bias: beta } };
    const net = netOf(conv);
    const oplists = net.oplists!.map((op) => ({ ...op, inputIndexes: Int32Array.of(0, 1) }));
    expect(externalizeWeights({ ...net, oplists }).bytes.length).toBe(0);
  });

  test('a float convolution among tensors with scales stays inside, a coded one does not', () => {
    const float = netOf({ type: 'Convolution2D', value: { weight: gamma, bias: beta } });
    const coded = netOf({ type: 'Convolution2D', value: { quanParameter: quan, bias: beta } });
    const extraTensorDescribe = [
      createTable('TensorDescribe', { quantInfo: createTable('TensorQuantInfo', { scale: 1 }) }),
    ];
    const convolution = (net: Net) => {
      const oplists = net.oplists!.map((op) => ({ ...op, type: OpType.Convolution }));
      return externalizeWeights({ ...net, oplists, extraTensorDescribe }).bytes.length;
    };
    expect([convolution(float), convolution(coded)]).toEqual([0, 29]);
  });

  test('one table behind the other, subgraphs last', () => {
    const scale: OpParameter = { type: 'Scale', value: createTable('Scale', { scaleData: gamma }) };
    const nodes = netOf({ type: 'Convolution2D', value: { weight: gamma, bias: beta } }).oplists;
    const net = { ...netOf(scale), subgraphs: [createTable('SubGraphProto', { nodes })] };
    const found = listExternalWeights(externalizeWeights(net).net);
    expect(found.map(({ offset, sizes }) => [offset, ...sizes])).toEqual([
      [0, 12],
      [12, 12, 12],
    ]);
  });

  test('what lies in another file already stays there', () => {
    const value = createTable('Scale', { external: BigInt64Array.of(0n, 12n) });
    const net = netOf({ type: 'Scale', value }, 'other.weight');
    expect(externalizeWeights(net)).toEqual({ net, bytes: new Uint8Array(0) });
  });
});
