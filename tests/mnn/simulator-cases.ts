import type { INT8_OPS, QuantParams } from '@mnnquant/graph';
import {
  BinaryOpOperation as B,
  BinaryOpOperationNames,
  createTable,
  MNN_DATA_FORMAT as FORMAT,
  type MNN_DATA_FORMAT,
  type OpParameter,
  type OpType,
  PoolPadType,
  PoolType,
  UnaryOpOperation as U,
  UnaryOpOperationNames,
} from '@mnnquant/mnn-format';

export interface Operand {
  readonly shape: readonly number[];
  readonly params: QuantParams;
  /** A Const op instead of an input of the network. */
  readonly constant?: boolean;
}

/** A network of one op between float tensors that have scales: MNN casts, runs the op in int8 and casts back. */
export interface SimulatorCase {
  readonly title: string;
  readonly op: keyof typeof INT8_OPS & keyof typeof OpType;
  readonly main: OpParameter | undefined;
  readonly format: MNN_DATA_FORMAT;
  readonly operands: readonly Operand[];
  /** `undefined`: MNN is to hand on the input's. */
  readonly output: QuantParams | undefined;
}

export const params = (scale: number, zeroPoint = 0, min = -127, max = 127): QuantParams => ({
  scale,
  zeroPoint,
  min,
  max,
});

const { NCHW, NC4HW4 } = FORMAT;

/** Channels and sizes that fill no vector, and such that do. */
const SHAPES = [
  [1, 3, 5, 7],
  [2, 20, 6, 9],
  [1, 16, 8, 8],
] as const;

/** Same scales; other scales with zero points; a narrow output that saturates; ranges that are not symmetric. */
const GRIDS: readonly (readonly [title: string, from: QuantParams, to: QuantParams])[] = [
  ['one scale', params(0.05), params(0.05)],
  ['zero points', params(0.031, 7), params(0.0173, -11)],
  ['saturating', params(0.05, -3), params(0.008, 4)],
  ['asymmetric', params(0.02, -127, -127, 100), params(0.035, -100, -90, 127)],
];

type Of = Pick<SimulatorCase, 'op' | 'main' | 'format'>;

/** One operand, in all shapes and grids. */
function unaries(title: string, of: Of, shapes: readonly (readonly number[])[] = SHAPES): SimulatorCase[] {
  return shapes.flatMap((shape) =>
    GRIDS.map(([grid, from, output]) => ({
      ...of,
      title: `${title}, ${shape.join('x')}, ${grid}`,
      operands: [{ shape, params: from }],
      output,
    })),
  );
}

/** Likewise with one scale for both. */
function sameScale(
  title: string,
  of: Of,
  shapes: readonly (readonly number[])[] = SHAPES,
  output = true,
): SimulatorCase[] {
  return shapes.flatMap((shape) =>
    GRIDS.map(([grid, from]) => ({
      ...of,
      title: `${title}, ${shape.join('x')}, ${grid}`,
      operands: [{ shape, params: from }],
      output: output ? from : undefined,
    })),
  );
}

const OPERATIONS = [
  ...[B.ADD, B.SUB, B.MUL, B.MINIMUM, B.MAXIMUM, B.SquaredDifference, B.REALDIV, B.FLOORDIV],
  ...[B.FLOORMOD, B.POW, B.ATAN2, B.MOD],
];

const binary = (opType: number, activationType = 0): Of => ({
  op: 'BinaryOp',
  main: { type: 'BinaryOp', value: createTable('BinaryOp', { opType, activationType }) },
  format: NCHW,
});

function binaries(): SimulatorCase[] {
  const shape = [2, 5, 6, 9];
  const make = (title: string, of: Of, a: Operand, b: Operand, output: QuantParams): SimulatorCase => ({
    ...of,
    title: `BinaryOp ${title}`,
    operands: [a, b],
    output,
  });
  const all = OPERATIONS.flatMap((operation) => {
    const name = BinaryOpOperationNames[operation];
    return GRIDS.map(([grid, from, output]) =>
      make(
        `${name}, ${grid}`,
        binary(operation),
        { shape, params: from },
        { shape, params: params(0.04, 5) },
        output,
      ),
    );
  });
  const a = { shape, params: params(0.02, 3) };
  const spread = [B.ADD, B.SUB, B.MUL, B.MAXIMUM, B.REALDIV].flatMap((operation) => {
    const name = BinaryOpOperationNames[operation];
    const b = params(0.03, -2);
    const to = params(0.05, 9);
    const scalar = { shape: [1], params: b };
    return [
      make(`${name} of a scalar`, binary(operation), a, scalar, to),
      make(`${name} of a constant scalar`, binary(operation), a, { ...scalar, constant: true }, to),
      make(`${name} of a scalar first`, binary(operation), scalar, a, to),
      make(`${name} of a constant`, binary(operation), a, { shape, params: b, constant: true }, to),
      make(`${name}, packed`, { ...binary(operation), format: NC4HW4 }, a, { shape, params: b }, to),
      make(
        `${name} per channel, packed`,
        { ...binary(operation), format: NC4HW4 },
        a,
        { shape: [1, 5, 1, 1], params: b },
        to,
      ),
    ];
  });
  const rectified = [B.ADD, B.MUL, B.MAXIMUM].map((operation) =>
    make(
      `${BinaryOpOperationNames[operation]} and ReLU`,
      binary(operation, 1),
      a,
      { shape, params: params(0.03, -2) },
      params(0.05, -60),
    ),
  );
  return [...all, ...spread, ...rectified];
}

const unary = (opType: number, tableInt8?: Int8Array): Of => ({
  op: 'UnaryOp',
  main: { type: 'UnaryOp', value: createTable('UnaryOp', { opType, tableInt8 }) },
  format: NCHW,
});

function unaryOps(): SimulatorCase[] {
  const table = Int8Array.from({ length: 255 }, (_, i) => ((i * 89) % 255) - 127);
  const plain = [U.ABS, U.NEG, U.SIGN].flatMap((operation) =>
    unaries(`UnaryOp ${UnaryOpOperationNames[operation]}`, unary(operation)),
  );
  const whole: SimulatorCase = {
    ...unary(U.TANH, table),
    title: 'UnaryOp by a table, q = -128 too',
    operands: [{ shape: [1, 4, 8, 8], params: params(0.05, 0, -128) }],
    output: params(0.01),
  };
  return [...plain, ...unaries('UnaryOp by a table', unary(U.TANH, table)), whole];
}

function pools(): SimulatorCase[] {
  const make = (
    title: string,
    options: Parameters<typeof createTable<'Pool'>>[1],
    shapes?: readonly (readonly number[])[],
  ) =>
    [PoolType.MAXPOOL, PoolType.AVEPOOL].flatMap((type) => {
      const value = createTable('Pool', { type, kernelX: 3, kernelY: 3, strideX: 2, strideY: 2, ...options });
      const of: Of = { op: 'Pooling', main: { type: 'Pool', value }, format: NC4HW4 };
      return sameScale(`Pooling ${type === PoolType.MAXPOOL ? 'maximum' : 'average'} ${title}`, of, shapes);
    });
  return [
    ...make('3x3', {}),
    ...make('padded', { padX: 1, padY: 1, ceilModel: false, strideX: 1, strideY: 1 }),
    ...make('ceil, pads', { ceilModel: true, pads: Int32Array.of(1, 0, 1, 1) }),
    ...make('2x3 SAME', { padType: PoolPadType.SAME, kernelY: 2 }),
    ...make('VALID', { padType: PoolPadType.VALID }),
    ...make('global', { isGlobal: true }),
    ...make('larger than the image', { padX: 1, padY: 1 }, [[1, 5, 2, 2]]),
  ];
}

function interps(): SimulatorCase[] {
  const methods = { 1: 'nearest', 2: 'bilinear', 3: 'cubic', 4: 'nearest-rounded' };
  return Object.entries(methods).flatMap(([resizeType, name]) =>
    [
      [11, 7],
      [4, 3],
      [12, 16],
    ].flatMap(([outputHeight, outputWidth]) =>
      [2, 3].flatMap((ctm) => {
        const value = createTable('Interp', {
          resizeType: Number(resizeType),
          outputHeight,
          outputWidth,
          ctm,
        });
        const of: Of = { op: 'Interp', main: { type: 'Interp', value }, format: NC4HW4 };
        return unaries(`Interp ${name} to ${outputHeight}x${outputWidth}, mode ${ctm}`, of);
      }),
    ),
  );
}

function composites(): SimulatorCase[] {
  const shape = [2, 5, 6, 9];
  const products = GRIDS.map(([grid, from, output]) => ({
    op: 'SpatialProduct' as const,
    main: undefined,
    format: NCHW,
    title: `SpatialProduct, ${grid}`,
    operands: [
      { shape, params: from },
      { shape: [2, 1, 6, 9], params: params(0.013, 5) },
    ],
    output,
  }));
  const pools = [PoolType.MAXPOOL, PoolType.AVEPOOL].flatMap((type) =>
    [shape, [1, 5, 7]].flatMap((sizes) => {
      const value = createTable('Pool3D', { type, isGlobal: true });
      return sameScale(
        `Pooling3D ${type}`,
        { op: 'Pooling3D', main: { type: 'Pool3D', value }, format: NC4HW4 },
        [sizes],
      );
    }),
  );
  const resizes = [
    [2, 1.5],
    [0.5, 0.75],
  ].flatMap(([yScale, xScale]) => {
    const value = createTable('Resize', { xScale, yScale });
    return unaries(`Resize by ${yScale} and ${xScale}`, {
      op: 'Resize',
      main: { type: 'Resize', value },
      format: NC4HW4,
    });
  });
  return [...products, ...pools, ...resizes];
}

function perChannel(): SimulatorCase[] {
  const numbers = (count: number, middle: number) =>
    Float32Array.from({ length: count }, (_, i) => middle + ((i * 7) % 11) / 9 - 0.6);
  return SHAPES.flatMap((shape) => {
    const channels = shape[1];
    const scale = createTable('Scale', {
      channels,
      scaleData: numbers(channels, 0.7),
      biasData: numbers(channels, -0.2),
    });
    const bare = createTable('Scale', { channels, scaleData: numbers(channels, 0.7) });
    const slopes = [numbers(channels, 0.2), Float32Array.of(0.3), Float32Array.of(0), Float32Array.of(-0.5)];
    return [
      ...unaries('Scale', { op: 'Scale', main: { type: 'Scale', value: scale }, format: NC4HW4 }, [shape]),
      ...unaries(
        'Scale without bias',
        { op: 'Scale', main: { type: 'Scale', value: bare }, format: NC4HW4 },
        [shape],
      ),
      ...slopes.flatMap((slope) => {
        const value = createTable('PRelu', { slopeCount: slope.length, slope });
        const title = slope.length === 1 ? `PReLU ${slope[0].toFixed(1)}` : 'PReLU per channel';
        return unaries(title, { op: 'PReLU', main: { type: 'PRelu', value }, format: NC4HW4 }, [shape]);
      }),
    ];
  });
}

function relus(): SimulatorCase[] {
  const main: OpParameter = { type: 'Relu', value: createTable('Relu', {}) };
  return [NCHW, NC4HW4].flatMap((format) =>
    sameScale(
      format === NCHW ? 'ReLU' : 'ReLU packed',
      { op: 'ReLU', main, format },
      [...SHAPES, [1, 4, 5, 5], [3, 12, 3, 5]],
      false,
    ),
  );
}

function inFloat(): SimulatorCase[] {
  const softmax = (axis: number): Of => ({
    op: 'Softmax',
    main: { type: 'Axis', value: createTable('Axis', { axis }) },
    format: NCHW,
  });
  const norm = (size: number, axis: readonly number[], gamma: boolean, useRMSNorm = false): Of => {
    const numbers = (middle: number) => Float32Array.from({ length: size }, (_, i) => middle + (i % 5) / 9);
    const value = createTable('LayerNorm', {
      axis: Int32Array.from(axis),
      ...(gamma && { gamma: numbers(0.8), beta: numbers(-0.2) }),
      epsilon: 1e-5,
      useRMSNorm,
    });
    return { op: 'LayerNorm', main: { type: 'LayerNorm', value }, format: NCHW };
  };
  const outputs = [params(1 / 127), params(1 / 255, -128, -128), params(0.002, 5)];
  const softmaxes = [-1, 1, 2].flatMap((axis) =>
    [...SHAPES, [1, 4, 9, 11]].flatMap((shape) =>
      outputs.flatMap((output) =>
        [0.05, 0.2].map((step) => ({
          ...softmax(axis),
          title: `Softmax over axis ${axis}, ${shape.join('x')}, from ${step} to ${output.scale.toFixed(4)}`,
          operands: [{ shape, params: params(step, 9) }],
          output,
        })),
      ),
    ),
  );
  const [small, middle, large] = SHAPES;
  return [
    ...softmaxes,
    ...unaries('Softmax packed', { ...softmax(1), format: NC4HW4 }),
    ...unaries('LayerNorm over the last axis', norm(7, [-1], true), [small]),
    ...unaries('LayerNorm over the last axis', norm(9, [-1], false), [middle]),
    ...unaries('LayerNorm over planes', norm(64, [-2, -1], true), [large]),
    ...unaries('LayerNorm RMS', norm(64, [-2, -1], true, true), [large]),
  ];
}

export const SIMULATOR_CASES: readonly SimulatorCase[] = [
  ...binaries(),
  ...unaryOps(),
  ...pools(),
  ...interps(),
  ...composites(),
  ...perChannel(),
  ...relus(),
  ...inFloat(),
];
