import { BinaryOpOperation as B, ReductionType as R, UnaryOpOperation as U } from '@mnnquant/mnn-format';
import type { NamedCase } from './named-case.ts';

interface Input {
  readonly shape: readonly number[];
  readonly data?: readonly number[];
}

/**
 * Element-wise ops, reductions and normalizations in sizes and with numbers for which kernels take another way: long rows, many
 * axes, arguments for which a device's own functions are wrong.
 */
export function elementCases(): NamedCase[] {
  return [...binaryCases(), ...unaryCases(), ...reductionCases(), ...normalizationCases()];
}

const ENDS = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  3e38,
  -3e38,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  65,
  -65,
  1e10,
  -1e10,
];

function binary(title: string, operation: number, a: Input, b: Input): NamedCase {
  return { op: 'BinaryOp', title, attributes: { operation, relu: false }, inputs: [a, b] };
}

function reduction(
  title: string,
  operation: number,
  shape: readonly number[],
  axes: readonly number[],
): NamedCase {
  return { op: 'Reduction', title, attributes: { operation, axes, keepDims: false }, inputs: [{ shape }] };
}

function binaryCases(): NamedCase[] {
  const grid = (title: string, operation: number, a: readonly number[], b: readonly number[]): NamedCase =>
    binary(title, operation, { shape: [a.length, 1], data: a }, { shape: [b.length], data: b });
  const numbers = [-1000.5, -7.5, -6, -3.3, -1, -0.3, 0.25, 0.7, 1, 2.9, 6, 7.5, 99, 4321.125];
  const divisors = [-7, -3, -2, -0.7, -0.3, 0.3, 0.7, 2, 3, 1000];
  return [
    grid('POW', B.POW, [0.01, 0.3, 0.99, 1, 1.01, 2, 9.5], [-2.5, -2, -1, -0.5, 0, 0.3, 0.5, 1, 2, 2.4]),
    grid('POW of large and negative numbers', B.POW, [-3, -2, 2, 3, 20], [-3, -2, 0, 1, 2, 3, 7, 20, 29]),
    grid('POW at its ends', B.POW, ENDS, ENDS),
    grid('ATAN2 at its ends', B.ATAN2, ENDS, ENDS),
    grid('MAXIMUM at its ends', B.MAXIMUM, ENDS, ENDS),
    grid('MINIMUM at its ends', B.MINIMUM, ENDS, ENDS),
    grid('MUL_SILU at its ends', B.MUL_SILU, ENDS, ENDS),
    grid('MOD', B.MOD, numbers, divisors),
    grid('FLOORMOD', B.FLOORMOD, numbers, divisors),
    grid('FLOORDIV', B.FLOORDIV, numbers, divisors),
    grid('FLOORDIV at its ends', B.FLOORDIV, ENDS, ENDS),
    binary('six axes', B.SUB, { shape: [2, 1, 3, 1, 2, 1] }, { shape: [1, 3, 1, 2, 1, 4] }),
    binary('the second inside', B.SUB, { shape: [3, 4, 5, 2] }, { shape: [1, 4, 1, 2] }),
    binary('a number and many', B.SUB, { shape: [] }, { shape: [3, 7001] }),
  ];
}

function unaryCases(): NamedCase[] {
  const item = (operation: number, title: string, data: readonly number[]): NamedCase => ({
    op: 'UnaryOp',
    title,
    attributes: { operation },
    inputs: [{ shape: [data.length], data }],
  });
  const around = (middle: number, step: number): number[] =>
    Array.from({ length: 41 }, (_, i) => middle + (i - 20) * step);
  const large = Array.from({ length: 126 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 1.2345678 * 2 ** i);
  const quarters = around(0, Math.PI / 4);
  return [
    ...[U.SIN, U.COS].flatMap((operation) => [
      item(operation, `large angles, ${operation}`, large),
      item(operation, `quarter turns, ${operation}`, quarters),
    ]),
    item(U.TAN, 'large angles, tangent', [8191, 8193, 1e5, 1e9, -1e20, 1e30]),
    item(U.EXP, 'large results', around(85, 0.15)),
    item(U.EXP, 'small results', around(-85, 0.15)),
    item(U.LOG, 'around one', around(1, 0.001)),
    item(U.LOG1P, 'around zero', around(0, 0.0001)),
    item(U.EXPM1, 'around zero, e^x - 1', around(0, 0.0001)),
    item(U.TANH, 'around zero, tanh', around(0, 0.0001)),
    item(U.TANH, 'tanh where it changes its way', around(0.175, 0.001)),
    item(U.SINH, 'around zero, sinh', around(0, 0.0001)),
    item(U.SINH, 'sinh, large results', around(87.5, 0.08)),
    item(U.ATANH, 'around zero, artanh', around(0, 0.0001)),
    item(U.ERF, 'around zero, erf', around(0, 0.0001)),
    item(U.ERF, 'erf where it changes its way', around(0.9, 0.05)),
    item(U.ERFC, 'small results, erfc', around(5, 0.1)),
    item(U.ERFINV, 'near its ends', [-0.9999, -0.997, -0.996, -0.5, 1e-5, 0.3, 0.996, 0.997, 0.9999]),
    item(U.ASIN, 'near one, asin', around(0.99, 0.0005)),
    item(U.ROUND, 'halves', [-2.5, -1.5, -0.5, -0.49999997, 0.49999997, 0.5, 1.5, 2.5, 8388609]),
  ];
}

function reductionCases(): NamedCase[] {
  const all = [R.SUM, R.ASUM, R.SUMSQ, R.MEAN, R.MAXIMUM, R.MINIMUM, R.PROD, R.ANY, R.ALL];
  const some = [R.ASUM, R.SUMSQ, R.MEAN, R.MAXIMUM];
  return [
    ...all.map((operation) =>
      reduction(`operation ${operation}, every second axis`, operation, [3, 4, 5, 6], [1, 3]),
    ),
    ...some.flatMap((operation) => [
      reduction(`operation ${operation}, long rows`, operation, [3, 40_000], [1]),
      reduction(`operation ${operation}, everything`, operation, [1, 3, 300, 301], [0, 1, 2, 3]),
      reduction(`operation ${operation}, long columns`, operation, [5000, 3], [0]),
      reduction(`operation ${operation}, in the middle`, operation, [2, 3000, 24], [1]),
      reduction(`operation ${operation}, large planes`, operation, [2, 40, 9001], [1]),
    ]),
  ];
}

function normalizationCases(): NamedCase[] {
  const softmax = (title: string, shape: readonly number[], axis: number): NamedCase => ({
    op: 'Softmax',
    title,
    attributes: { axis },
    inputs: [{ shape }],
  });
  const layerNorm = (
    title: string,
    shape: readonly number[],
    axes: readonly number[],
    rms: boolean,
  ): NamedCase => {
    const count = axes.reduce((product, axis) => product * shape[axis], 1);
    const gamma = Float32Array.from({ length: count }, (_, i) => 1 + (i % 3) / 4);
    const beta = Float32Array.from({ length: count }, (_, i) => (i % 5) / 8 - 0.2);
    return {
      op: 'LayerNorm',
      title,
      attributes: { axes, epsilon: 1e-5, gamma, beta, group: 1, rms },
      inputs: [{ shape }],
    };
  };
  return [
    softmax('long rows', [2, 3000], 1),
    softmax('long columns', [2, 50, 300], 1),
    softmax('the first axis', [40, 9000], 0),
    layerNorm('rows', [7, 768], [1], false),
    layerNorm('rows, RMS', [7, 768], [1], true),
    layerNorm('columns', [2, 100, 40], [1], false),
    {
      op: 'Moments',
      title: 'long rows',
      attributes: { axes: [1], keepDims: true },
      inputs: [{ shape: [2, 5000] }],
    },
  ];
}
