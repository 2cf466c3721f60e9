import { buildGraph } from '@mnnquant/graph';
import {
  createTable,
  DataType,
  decodeConvolutionWeights,
  encodeInt8Weights,
  type MnnModel,
  type Op,
  OpType,
  readModel,
  UnaryOpOperation,
  writeModel,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { quantizeModel } from '../../src/rewrite/quantize-model.ts';
import { RewriteError } from '../../src/rewrite/rewrite-error.ts';
import { NetBuilder } from './net-builder.ts';
import { params, weightsOf } from './plans.ts';

/** input 0 → conv 1 → conv 2 (without bias). */
function twoConvolutions(): MnnModel {
  const net = new NetBuilder();
  const input = net.input([1, 3, 4, 4]);
  const first = net.convolution(input, { outputs: 4, inputs: 3, kernel: 3 }, 'conv1');
  return net.build([net.convolution(first, { outputs: 2, inputs: 4, bias: false }, 'conv2')]);
}

const scales = new Map([
  [2, params(0.3)],
  [0, params(0.1)],
  [1, params(0.2)],
]);

function convolution(model: MnnModel, index: number) {
  const { main } = model.net.oplists![index] as Op;
  if (main?.type !== 'Convolution2D') throw new Error('the op is no convolution');
  return main.value;
}

describe('quantizeModel: convolutions', () => {
  it('stores int8 weights that decode to the quantized values', () => {
    const model = twoConvolutions();
    const weights = weightsOf(model);
    const written = readModel(writeModel(quantizeModel(model, { scales, weights }).net));
    for (const index of [1, 2]) {
      const { quantized, scales: alpha } = weights.get(index)!;
      const columns = quantized.length / alpha.length;
      const expected = Array.from(quantized, (q, at) => Math.fround(q * alpha[Math.floor(at / columns)]!));
      expect(Array.from(decodeConvolutionWeights(convolution(written, index), 'test'))).toEqual(expected);
      expect(convolution(written, index).weight).toBeUndefined();
    }
    expect(() => buildGraph(written)).not.toThrow();
  });

  it('fills in what the runtime reads', () => {
    const model = twoConvolutions();
    const result = quantizeModel(model, { scales, weights: weightsOf(model) });
    const conv = convolution(result, 2);
    expect(conv.bias).toEqual(new Float32Array(2));
    expect(conv.quanParameter).toMatchObject({
      type: 1,
      quantScale: 1,
      aMaxOrBits: 8,
      aMin: 0,
      readType: 0,
      scaleIn: Math.fround(0.2),
      scaleOut: Math.fround(0.3),
      shapeInt32: false,
      has_scaleInt: false,
    });
    expect(conv.symmetricQuan).toMatchObject({ nbits: 8, clampMin: -127, clampMax: 127, zeroPoint: 0 });
    expect(convolution(result, 1).bias).toBe(convolution(model, 1).bias);
    expect(result.net.oplists![1]!.type).toBe(OpType.Convolution);
  });

  it('changes nothing else and leaves the source alone', () => {
    const model = twoConvolutions();
    const before = writeModel(model.net);
    const result = quantizeModel(model, { scales, weights: weightsOf(model, [2]) });
    expect(result.net.oplists![0]).toBe(model.net.oplists![0]);
    expect(result.net.oplists![1]).toBe(model.net.oplists![1]);
    expect(result.net.tensorName).toBe(model.net.tensorName);
    expect(writeModel(model.net)).toEqual(before);
  });

  it('gives a convolution that stays float its weights as floats', () => {
    const model = twoConvolutions();
    const conv = convolution(model, 2);
    const quanParameter = createTable('IDSTQuan', {
      type: 1,
      quantScale: 1,
      buffer: encodeInt8Weights(Int8Array.of(1, -2, 3, -4, 5, -6, 7, -8), 2, 4),
      alpha: Float32Array.of(0.5, 2),
    });
    const compressed = { ...conv, weight: undefined, quanParameter };
    const oplists = [...model.net.oplists!];
    oplists[2] = { ...oplists[2]!, main: { type: 'Convolution2D', value: compressed } };
    const result = quantizeModel(
      { ...model, net: { ...model.net, oplists } },
      { scales, weights: new Map() },
    );
    expect(Array.from(convolution(result, 2).weight!)).toEqual([0.5, -1, 1.5, -2, 10, -12, 14, -16]);
    expect(convolution(result, 2).quanParameter).toBeUndefined();
  });
});

describe('quantizeModel: scales', () => {
  it('describes tensors in the order of their index', () => {
    const { extraTensorDescribe } = quantizeModel(twoConvolutions(), { scales, weights: new Map() }).net;
    expect(extraTensorDescribe?.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(extraTensorDescribe?.[1]?.quantInfo).toEqual({
      scale: Math.fround(0.2),
      zero: 0,
      min: -127,
      max: 127,
      type: DataType.DT_INT8,
    });
  });

  it('keeps what a describe holds besides a scale, and drops other scales', () => {
    const model = twoConvolutions();
    const blob = createTable('Blob', { dims: Int32Array.of(1, 4, 4, 4) });
    const quantInfo = createTable('TensorQuantInfo', { scale: 9, type: DataType.DT_INT8 });
    const extraTensorDescribe = [
      createTable('TensorDescribe', { index: 1, blob, quantInfo }),
      createTable('TensorDescribe', { index: 2, quantInfo }),
      createTable('TensorDescribe', { index: 0, blob, quantInfo }),
    ];
    const result = quantizeModel(
      { ...model, net: { ...model.net, extraTensorDescribe } },
      { scales: new Map([[1, params(0.2)]]), weights: new Map() },
    );
    const [input, first, ...rest] = result.net.extraTensorDescribe!;
    expect(input).toMatchObject({ index: 0, blob });
    expect(input?.quantInfo).toBeUndefined();
    expect(first).toMatchObject({ index: 1, blob, quantInfo: { scale: Math.fround(0.2) } });
    expect(rest).toEqual([]);
  });

  it.each([
    [0, /positive finite scale, got 0/],
    [Number.NaN, /got NaN/],
    [Number.POSITIVE_INFINITY, /got Infinity/],
    [1e-50, /got 1e-50/],
  ])('refuses the scale %f', (scale, message) => {
    const plan = { scales: new Map([[1, params(scale)]]), weights: new Map() };
    expect(() => quantizeModel(twoConvolutions(), plan)).toThrow(message);
  });

  it('names what does not fit', () => {
    const model = twoConvolutions();
    const weights = weightsOf(model);
    expect(() => quantizeModel(model, { scales: new Map([[7, params(1)]]), weights })).toThrow(
      /tensor 7: the model has tensors 0 to 2/,
    );
    expect(() => quantizeModel(model, { scales: new Map([[0, params(1)]]), weights })).toThrow(
      /conv1 \(Convolution\): expected a scale for its output, tensor 1, got none/,
    );
    expect(() => quantizeModel(model, { scales, weights: new Map([[0, weights.get(1)!]]) })).toThrow(
      RewriteError,
    );
    expect(() => quantizeModel(model, { scales, weights: new Map([[9, weights.get(1)!]]) })).toThrow(
      /op 9: the model has 3 ops/,
    );
    const bad = { quantized: new Int8Array(8), scales: Float32Array.of(1, 0) };
    expect(() => quantizeModel(model, { scales, weights: new Map([[2, bad]]) })).toThrow(
      /conv2 .*positive weight scales, got 0 for channel 1/,
    );
  });
});

describe('quantizeModel: ReLU and pools', () => {
  function rectified(): MnnModel {
    const net = new NetBuilder();
    const input = net.input([1, 8, 4, 4]);
    const relu = net.op('ReLU', [input], { type: 'Relu', value: createTable('Relu') });
    return net.build([relu]);
  }

  it('lets a ReLU inherit the scale it shares', () => {
    const same = quantizeModel(rectified(), {
      scales: new Map([
        [0, params(0.1)],
        [1, params(0.1)],
      ]),
      weights: new Map(),
    });
    expect(same.net.extraTensorDescribe?.map(({ index }) => index)).toEqual([0]);
  });

  it.each([
    ['another scale', 0.2, undefined],
    ['an order to run in float', 0.1, new Map([[1, 'the test says so']])],
  ])('but not %s', (_title, scale, apart) => {
    const scales = new Map([
      [0, params(0.1)],
      [1, params(scale)],
    ]);
    const { net } = quantizeModel(rectified(), { scales, weights: new Map(), apart });
    expect(net.extraTensorDescribe?.map(({ index }) => index)).toEqual([0, 1]);
  });

  it('sets the scales of a pool apart by less than a millionth', () => {
    const net = new NetBuilder();
    const pool = net.op('Pooling', [net.input([1, 8, 4, 4])], { type: 'Pool', value: createTable('Pool') });
    const scales = new Map([
      [0, params(0.1)],
      [1, params(0.1)],
    ]);
    const result = quantizeModel(net.build([pool]), {
      scales,
      weights: new Map(),
      apart: new Map([[1, '']]),
    });
    const [input, output] = result.net.extraTensorDescribe!.map(({ quantInfo }) => quantInfo!.scale);
    expect(output).not.toBe(input);
    expect(output! / input!).toBeCloseTo(1, 6);
    expect(Math.fround(output!)).toBe(output);
  });
});

describe('quantizeModel: unary ops', () => {
  function unary(type: 'Sigmoid' | 'UnaryOp', opType = 0): MnnModel {
    const net = new NetBuilder();
    const value = createTable('UnaryOp', { opType });
    const input = net.input([1, 8, 4, 4]);
    return net.build([net.op(type, [input], type === 'UnaryOp' ? { type: 'UnaryOp', value } : undefined)]);
  }

  function tableOf(model: MnnModel, input: number, output: number): Int8Array {
    const scales = new Map([
      [0, params(input)],
      [1, params(output)],
    ]);
    const op = quantizeModel(model, { scales, weights: new Map() }).net.oplists![1]!;
    if (op.main?.type !== 'UnaryOp') throw new Error('the op is not unary');
    expect(op.type).toBe(OpType.UnaryOp);
    return op.main.value.tableInt8!;
  }

  it('turns Sigmoid into a table', () => {
    const table = tableOf(unary('Sigmoid'), 0.05, 1 / 127);
    expect(table).toHaveLength(255);
    // round(127 / (1 + exp(-0.05 q))) for q = -127, -20, 0, 20, 127
    expect([0, 107, 127, 147, 254].map((at) => table[at])).toEqual([0, 34, 64, 93, 127]);
  });

  it('rounds halves away from zero, clamps, and knows no undefined result', () => {
    expect(Array.from(tableOf(unary('UnaryOp', UnaryOpOperation.NEG), 1, 2).subarray(122, 133))).toEqual([
      3, 2, 2, 1, 1, 0, -1, -1, -2, -2, -3,
    ]);
    const squares = tableOf(unary('UnaryOp', UnaryOpOperation.SQUARE), 1, 1);
    expect([squares[0], squares[127 + 11], squares[127 + 12]]).toEqual([127, 121, 127]);
    const arcs = tableOf(unary('UnaryOp', UnaryOpOperation.ASIN), 1 / 64, 1 / 64);
    expect([arcs[0], arcs[127], arcs[127 + 32]]).toEqual([0, 0, 34]);
  });

  it('gives what is too steep near 0 no table, and takes away the one that it has', () => {
    for (const opType of [
      UnaryOpOperation.SQRT,
      UnaryOpOperation.RSQRT,
      UnaryOpOperation.LOG,
      UnaryOpOperation.RECIPROCAL,
    ])
      expect(tableOf(unary('UnaryOp', opType), 1, 1)).toBeUndefined();
  });

  it('leaves a unary op without scales on both sides alone', () => {
    const model = unary('Sigmoid');
    const result = quantizeModel(model, { scales: new Map([[0, params(1)]]), weights: new Map() });
    expect(result.net.oplists![1]).toBe(model.net.oplists![1]);
  });
});
