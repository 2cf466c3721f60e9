import { describe, expect, test } from 'vitest';
import {
  createTable,
  DataType,
  decodeConvolutionWeights,
  encodeInt8Weights,
  inlineExternalWeights,
  listExternalWeights,
  MnnFormatError,
  type Net,
  type OpParameter,
  readModel,
  ScaleStorageType,
  writeModel,
} from '../src/index.ts';
import { netOf } from './models.ts';

/** Bytes one after the other, behind `gap` others. */
function weightFile(gap: number, ...parts: ArrayBufferView[]): Uint8Array {
  const arrays = parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return Uint8Array.from([...new Uint8Array(gap).fill(0xee), ...arrays.flatMap((array) => [...array])]);
}

const sizes = (...values: number[]) => BigInt64Array.from(values, BigInt);
const mainOf = (net: Net) => net.oplists![0]!.main!;
const inlined = (main: OpParameter, file: Uint8Array) =>
  mainOf(inlineExternalWeights(netOf(main), file)).value;

const gamma = Float32Array.of(1, 2, 3);
const beta = Float32Array.of(-1, -2, -3);

describe('inline', () => {
  test('float convolution', () => {
    const common = createTable('Convolution2DCommon', { outputCount: 3 });
    const value = { common, external: sizes(8, 12, 12) };
    const conv = inlined({ type: 'Convolution2D', value }, weightFile(8, gamma, beta));
    expect(conv).toStrictEqual({ common, weight: gamma, bias: beta, external: undefined });
  });

  test('float convolution without bias', () => {
    const value = { external: sizes(0, 12) };
    const conv = inlined({ type: 'Convolution2D', value }, weightFile(0, gamma));
    expect(conv).toStrictEqual({ weight: gamma, external: undefined });
  });

  test('quantized convolution: buffer, scales, bias; the empty index stays absent', () => {
    const buffer = encodeInt8Weights(Int8Array.of(1, -2, 3), 3, 1);
    const quanParameter = createTable('IDSTQuan', { type: 1, quantScale: 1 });
    const value = { quanParameter, external: sizes(5, buffer.length, 12, 12, 0) };
    const net = inlineExternalWeights(
      netOf({ type: 'Convolution2D', value }),
      weightFile(5, buffer, gamma, beta),
    );
    const main = mainOf(readModel(writeModel(net)).net);
    if (main.type !== 'Convolution2D') throw new Error(main.type);
    expect(main.value.quanParameter!.index).toBeUndefined();
    expect(main.value.bias).toStrictEqual(beta);
    expect(Array.from(decodeConvolutionWeights(main.value, 'conv'))).toStrictEqual([1, -4, 9]);
  });

  test('half scales, and zeros for an empty bias', () => {
    const quanParameter = createTable('IDSTQuan', {
      type: 4,
      quantScale: 1,
      scaleStorage: ScaleStorageType.FP16,
    });
    const common = createTable('Convolution2DCommon', { outputCount: 2 });
    const value = { common, quanParameter, external: sizes(0, 2, 4, 0, 0) };
    const file = weightFile(0, Int8Array.of(5, 6), Uint16Array.of(0x3c00, 0x4000));
    const conv = inlined({ type: 'Convolution2D', value }, file) as typeof value & { bias?: Float32Array };
    expect(conv.bias).toStrictEqual(new Float32Array(2));
    expect(Array.from(decodeConvolutionWeights(conv, 'conv'))).toStrictEqual([5, 12]);
  });

  test('the marker of float weights left elsewhere goes away', () => {
    const quanParameter = createTable('IDSTQuan', { type: 8 });
    const value = { quanParameter, bias: beta, external: sizes(0, 12, 12) };
    const conv = inlined({ type: 'Convolution2D', value }, weightFile(0, gamma, beta));
    expect(conv).toStrictEqual({ quanParameter: undefined, weight: gamma, bias: beta, external: undefined });
  });

  test('scale, norms, constants', () => {
    const file = weightFile(4, gamma, beta);
    const external = sizes(4, 12, 12);
    expect(
      inlined({ type: 'Scale', value: createTable('Scale', { channels: 3, external }) }, file),
    ).toStrictEqual(createTable('Scale', { channels: 3, scaleData: gamma, biasData: beta }));
    for (const type of ['LayerNorm', 'GroupNorm'] as const) {
      const main = { type, value: createTable(type, { external }) } as OpParameter;
      expect(inlined(main, file)).toStrictEqual(createTable(type, { gamma, beta }));
    }
    const int32s = Int32Array.of(7, 8);
    const blob = createTable('Blob', { dataType: DataType.DT_INT32, external: sizes(0, 8) });
    expect(inlined({ type: 'Blob', value: blob }, weightFile(0, int32s))).toStrictEqual(
      createTable('Blob', { dataType: DataType.DT_INT32, int32s }),
    );
  });

  test('fused linear ops, in subgraphs too', () => {
    const value = createTable('FusedLinearParam', {
      convs: [{ external: sizes(0, 12, 12) }, { weight: beta }],
      ln: createTable('LayerNorm', { external: sizes(0, 12, 12) }),
    });
    const op = createTable('Op', { main: { type: 'FusedLinearParam', value } });
    const net = createTable('Net', {
      oplists: [],
      tensorName: [],
      subgraphs: [createTable('SubGraphProto', { nodes: [op] })],
    });
    expect(listExternalWeights(net).map((weight) => weight.place)).toStrictEqual([
      'net.subgraphs[0].nodes[0].main.FusedLinearParam.convs[0]',
      'net.subgraphs[0].nodes[0].main.FusedLinearParam.ln',
    ]);
    const result = inlineExternalWeights(net, weightFile(0, gamma, beta));
    expect(listExternalWeights(result)).toStrictEqual([]);
    const main = result.subgraphs![0]!.nodes![0]!.main!;
    if (main.type !== 'FusedLinearParam') throw new Error(main.type);
    expect(main.value.convs![0]).toStrictEqual({ weight: gamma, bias: beta, external: undefined });
    expect(main.value.convs![1]).toBe(value.convs![1]);
    expect(main.value.ln!.beta).toStrictEqual(beta);
  });

  test('an op may name a file of its own, which it then needs no more', () => {
    const net = netOf(
      { type: 'Scale', value: createTable('Scale', { external: sizes(0, 12) }) },
      'other.weight',
    );
    expect(listExternalWeights(net)).toStrictEqual([
      { place: 'net.oplists[0].main.Scale', path: 'other.weight', offset: 0, sizes: [12] },
    ]);
    const result = inlineExternalWeights(net, (path) =>
      path === 'other.weight' ? weightFile(0, gamma) : undefined,
    );
    expect(result.oplists![0]!.externalPath).toBeUndefined();
    expect(() => inlineExternalWeights(net, weightFile(0, gamma))).toThrow('other.weight, which is missing');
  });

  test('a model without external weights is itself', () => {
    const net = netOf({ type: 'Scale', value: createTable('Scale', { scaleData: gamma }) }, 'unused.weight');
    expect(inlineExternalWeights(net, new Uint8Array(0))).toBe(net);
  });
});

describe('errors', () => {
  const scale = (...external: number[]): OpParameter => ({
    type: 'Scale',
    value: createTable('Scale', { external: sizes(...external) }),
  });
  const blob = createTable('Blob', { dataType: DataType.DT_STRING, external: sizes(0, 4) });
  test.each<[string, OpParameter, string]>([
    [
      'past the end',
      scale(4, 12),
      'net.oplists[0].main.Scale.scaleData: bytes 4 to 16 lie outside the weight file of 12',
    ],
    ['negative', scale(-4, 12), 'net.oplists[0].main.Scale.external: expected an offset and sizes, got -4'],
    ['beyond exact numbers', scale(2 ** 60, 4), 'expected an offset and sizes'],
    ['no whole floats', scale(0, 7), 'expected a multiple of 4 bytes, got 7'],
    ['too many parts', scale(0, 4, 4, 4), 'expected at most 2 external parts, got 3'],
    ['strings', { type: 'Blob', value: blob }, 'cannot have external data'],
  ])('%s', (_, main, reason) => {
    const attempt = () => inlined(main, weightFile(0, gamma));
    expect(attempt).toThrow(MnnFormatError);
    expect(attempt).toThrow(reason);
  });
});
