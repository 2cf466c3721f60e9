import { type HostTensor, INT8_OPS, type Layout, type OpDefinition, type QuantParams } from '@mnnquant/graph';
import { BinaryOpOperation as B, PoolPadType, UnaryOpOperation as U } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';

const params = (scale: number, zeroPoint = 0, min = -127, max = 127): QuantParams => ({
  scale,
  zeroPoint,
  min,
  max,
});

interface Input {
  readonly shape?: readonly number[];
  readonly data: readonly number[];
  readonly layout?: Layout;
}

/** What an int8 op makes of q. */
function run(
  name: keyof typeof INT8_OPS,
  op: unknown,
  inputs: readonly Input[],
  from: readonly QuantParams[],
  to: QuantParams,
): number[] {
  const definition = INT8_OPS[name].definition as OpDefinition;
  const attributes = { op, inputs: from, outputs: [to] };
  const tensors = inputs.map(
    ({ shape, data, layout = 'NCHW' }): HostTensor => ({
      shape: shape ?? [data.length],
      dtype: 'float32',
      layout,
      data: Float32Array.from(data),
    }),
  );
  const [desc] = definition.shape(attributes, tensors, 'here');
  const size = desc.shape.reduce((product, extent) => product * extent, 1);
  const y = { ...desc, data: new Float32Array(size) };
  definition.reference(attributes, tensors, [y]);
  return Array.from(y.data, (value) => value + 0);
}

describe('Int8BinaryOp', () => {
  const [a, b, y] = [params(0.5, 1), params(0.25, -2), params(0.5, 3)];
  const binary = (operation: number, p: number[], q: number[], relu = false, to = y) =>
    run('BinaryOp', { operation, relu }, [{ data: p }, { data: q }], [a, b], to);

  it('ADD rounds halves away from zero', () => {
    // 2 + 1.5, 0.5 + 0.25, -0.5 - 0.25 in steps of 0.5 are 7, 1.5, -1.5.
    expect(binary(B.ADD, [5, 2, 0], [4, -1, -3])).toEqual([10, 5, 1]);
  });

  it('saturates at the ends', () => {
    expect(binary(B.ADD, [127, -127], [127, -127], false, params(0.1, 0, -90, 100))).toEqual([100, -90]);
  });

  it('everything is the zero point of an output without a scale', () => {
    expect(binary(B.ADD, [5, -5], [4, 4], false, params(0, 3))).toEqual([3, 3]);
  });

  it('MUL and SUB', () => {
    expect(binary(B.MUL, [5], [4])).toEqual([9]);
    expect(binary(B.SUB, [5], [4])).toEqual([4]);
  });

  it('a quotient by zero has no int32 and becomes the lower end', () => {
    expect(binary(B.REALDIV, [5, -5, 1], [-2, -2, -2])).toEqual([-127, -127, -127]);
  });

  it('MAXIMUM and MINIMUM leave the scale of the output out', () => {
    // The larger of 2 and 1.5, the smaller of them, and of -2 and -1.5.
    expect(binary(B.MAXIMUM, [5], [4])).toEqual([5]);
    expect(binary(B.MINIMUM, [5, -3], [4, -8])).toEqual([5, 1]);
  });

  it('a fused ReLU ends at q = 0, not at the zero point', () => {
    expect(binary(B.ADD, [0], [-3], true)).toEqual([1]);
    expect(binary(B.ADD, [-9], [-3], true)).toEqual([0]);
  });

  it('refuses what has no int8 kernel', () => {
    expect(() => binary(B.DIV, [1], [1])).toThrow('no int8 kernel');
    expect(() => binary(B.LESS, [1], [1])).toThrow('no int8 kernel');
  });
});

describe('Int8UnaryOp', () => {
  const unary = (operation: number, data: number[], to: QuantParams, table?: Int8Array) =>
    run('UnaryOp', { operation, table }, [{ data }], [params(0.5)], to);

  it('NEG cuts towards zero', () => {
    // -1.5 / 0.4 = -3.75; 1.5 / 0.4 - 5 = -1.25.
    expect(unary(U.NEG, [3], params(0.4))).toEqual([-3]);
    expect(unary(U.NEG, [-3], params(0.4, -5))).toEqual([-1]);
    expect(unary(U.NEG, [127, -127], params(0.1))).toEqual([-127, 127]);
  });

  it('ABS cuts downwards', () => {
    expect(unary(U.ABS, [-3, 3], params(0.4))).toEqual([3, 3]);
    expect(unary(U.ABS, [-3], params(0.4, -5))).toEqual([-2]);
  });

  it('SIGN is not clamped: a byte runs over', () => {
    expect(unary(U.SIGN, [7, -7, 0], params(0.4, -5))).toEqual([-2, -7, -5]);
    expect(unary(U.SIGN, [7], params(0.005))).toEqual([200 - 256]);
  });

  it('looks numbers up in a table, which has none for -128', () => {
    const table = Int8Array.from({ length: 255 }, (_, i) => 127 - i);
    expect(unary(U.TANH, [-127, 0, 127, -128], params(0.1), table)).toEqual([127, 0, -127, 0]);
  });

  it('refuses other operations without a table, and a table too short', () => {
    expect(() => unary(U.EXP, [1], params(1))).toThrow('needs a table');
    expect(() => unary(U.EXP, [1], params(1), new Int8Array(254))).toThrow('got 254');
  });
});

describe('Int8Pooling', () => {
  const pool = (kind: 'max' | 'average', data: number[], options: object = {}) =>
    run(
      'Pooling',
      {
        kind,
        global: false,
        kernel: [1, data.length],
        stride: [1, 1],
        padType: PoolPadType.CAFFE,
        ceil: false,
        pads: [0, 0, 0, 0],
        countPadding: false,
        indices: false,
        ...options,
      },
      [{ shape: [1, 1, 1, data.length], data }],
      [params(1)],
      params(1),
    );

  it('a maximum is right among one sign only', () => {
    expect(pool('max', [2, 7])).toEqual([7]);
    expect(pool('max', [-5, -2])).toEqual([-2]);
    // The bytes 123 and 131 are 123 and -125 where they are compared.
    expect(pool('max', [-5, 3])).toEqual([-5]);
  });

  it('an average is rounded down, and once more by its factor', () => {
    expect(pool('average', [1, 2])).toEqual([1]);
    expect(pool('average', [-1, -2])).toEqual([-2]);
    // (129 + 130 + 131) · 5592405 / 2^24 = 129.99…
    expect(pool('average', [1, 2, 3])).toEqual([1]);
  });

  it('padding is not counted', () => {
    expect(pool('average', [8, 4], { pads: [0, 1, 0, 1], kernel: [1, 2], countPadding: true })).toEqual([
      8, 6, 4,
    ]);
  });

  it('a window is cut to the image before it is placed', () => {
    // In float 3 pixels wide from -1 on, with one output for each place; here 2 wide.
    expect(pool('average', [8, 4], { pads: [0, 1, 0, 1], kernel: [1, 3] })).toEqual([8, 6]);
  });

  it('refuses indices, and averages of nothing', () => {
    expect(() => pool('max', [1, 2], { indices: true })).toThrow('indices');
    expect(() => pool('average', [1, 2], { pads: [0, 2, 0, 2], kernel: [1, 2] })).toThrow('no pixel');
  });
});

describe('Int8Interp', () => {
  const widen = (method: string, data: number[], width: number, from = params(1), to = params(1)) =>
    run(
      'Interp',
      {
        method,
        mode: 2,
        alignCorners: false,
        halfPixelCenters: false,
        size: [0, 1, width],
        scales: [1, 1, 1],
      },
      [{ shape: [1, 1, 1, data.length], data }],
      [from],
      to,
    );

  it('nearest hands bytes on, whatever they stand for', () => {
    expect(widen('nearest', [3, -7], 4, params(1, 5), params(2, -9))).toEqual([3, 3, 3, -7]);
  });

  it('bilinear has weights of 1/128 and rounds once', () => {
    expect(widen('bilinear', [0, 101], 4)).toEqual([0, 25, 76, 101]);
    expect(widen('bilinear', [0, -101], 4)).toEqual([0, -25, -76, -101]);
  });

  it('bilinear lets a byte run over', () => {
    expect(widen('bilinear', [120], 1, params(1, -100))).toEqual([220 - 256]);
    expect(widen('bilinear', [120], 1, params(1, -100), params(1, -100))).toEqual([120]);
  });

  it('cubic goes beyond the pixels around and is clamped', () => {
    // At 1.5 between 0, 100, 100, 0: (-0.09375 · 0 + 0.59375 · 100) · 2.
    expect(widen('cubic', [0, 100, 100, 0], 4)).toEqual([0, 100, 100, 0]);
    expect(widen('cubic', [0, 100, 100, 0], 1)).toEqual([119]);
    expect(widen('cubic', [0, 100, 100, 0], 1, params(1), params(1, 0, -127, 110))).toEqual([110]);
  });

  it('refuses volumes', () => {
    const size = [1, 1, 1] as const;
    const op = {
      method: 'nearest',
      mode: 2,
      alignCorners: false,
      halfPixelCenters: false,
      size,
      scales: size,
    };
    const volume = { shape: [1, 1, 1, 1, 1], data: [1] };
    expect(() => run('Interp', op, [volume], [params(1)], params(1))).toThrow('volumes');
  });
});

describe('Int8PReLU and Int8ReLU', () => {
  const prelu = (slope: number[], data: number[], from: QuantParams, to: QuantParams) =>
    run(
      'PReLU',
      { slope: Float32Array.from(slope) },
      [{ shape: [1, slope.length, 1, data.length / slope.length], data }],
      [from],
      to,
    );

  it('halves go up', () => {
    expect(prelu([1], [1, -1, -3], params(1), params(2))).toEqual([1, 0, -1]);
    expect(prelu([0.5, 2], [-4, 4, -4, 4], params(1), params(2))).toEqual([-1, 2, -4, 2]);
  });

  it('one slope for all is clamped to the ends of the input', () => {
    expect(prelu([1], [8], params(1, 0, -127, 10), params(0.5))).toEqual([10]);
    expect(prelu([1, 1], [8, 8], params(1, 0, -127, 10), params(0.5))).toEqual([16, 16]);
  });

  it('one slope of 0 knows no scales', () => {
    const data = Array.from({ length: 16 }, (_, i) => i - 8);
    expect(prelu([0], data, params(1), params(0.5, 3))).toEqual(data.map((q) => Math.max(q, 3)));
  });

  it('ReLU is right but for what fills no vector of 16', () => {
    const data = [...Array.from({ length: 16 }, (_, i) => i - 8), 5, -5, 0];
    const both = params(1);
    expect(run('ReLU', { slope: 0 }, [{ data }], [both], both)).toEqual([
      ...data.slice(0, 16).map((q) => Math.max(q, 0)),
      -128,
      -5,
      -128,
    ]);
  });

  it('the rest of packed channels is their last pixel', () => {
    const input = { shape: [1, 2, 1, 3], data: [1, 2, 3, -4, -5, -6], layout: 'NC4HW4' as const };
    const both = params(1);
    expect(run('ReLU', { slope: 0 }, [input], [both], both)).toEqual([1, 2, -128, 0, 0, -6]);
  });
});

describe('Int8Scale', () => {
  it('computes in steps of 2^-15 and rounds halves away from zero', () => {
    const op = { scale: Float32Array.of(0.5), bias: Float32Array.of(1) };
    const input = { shape: [1, 1, 1, 2], data: [3, -3] };
    expect(run('Scale', op, [input], [params(1)], params(1, 2))).toEqual([5, 1]);
  });
});

describe('ops that MNN computes in float inside', () => {
  it('Softmax', () => {
    const input = { data: [10, 10] };
    expect(run('Softmax', { axis: 0 }, [input], [params(0.1)], params(0.25))).toEqual([2, 2]);
    expect(run('Softmax', { axis: 0 }, [{ data: [100, -100] }], [params(1)], params(0.25, 1))).toEqual([
      5, 1,
    ]);
  });

  it('LayerNorm, but of one input only', () => {
    const op = { axes: [-1], epsilon: 0, gamma: undefined, beta: undefined, group: 1, rms: false };
    expect(run('LayerNorm', op, [{ data: [3, 9] }], [params(0.1, 4)], params(0.25))).toEqual([-4, 4]);
    const two = [{ data: [3, 9] }, { data: [3, 9] }];
    expect(() => run('LayerNorm', op, two, [params(1), params(1)], params(1))).toThrow('unwritten');
    const packed = { shape: [1, 2], data: [3, 9], layout: 'NC4HW4' as const };
    expect(() => run('LayerNorm', op, [packed], [params(1)], params(1))).toThrow('not packed');
  });
});

it('no file holds such an op', () => {
  for (const { definition } of Object.values(INT8_OPS))
    expect(() => (definition as OpDefinition).parse({} as never, { where: 'x' } as never)).toThrow('x: Int8');
});
