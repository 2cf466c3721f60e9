import type { BoundKernel } from '@mnnquant/graph';
import { UNARY_FUNCTIONS } from '@mnnquant/graph';
import { UnaryOpOperation as U } from '@mnnquant/mnn-format';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KernelContext } from '../src/context.ts';
import type { UnaryFunction } from '../src/kernel-exports.ts';
import { live } from '../src/tensor.ts';
import { makeContext, runKernel } from './support/harness.ts';

const FUNCTIONS: [UnaryFunction, number][] = [
  ['absolute', U.ABS],
  ['ceil', U.CEIL],
  ['exponential', U.EXP],
  ['floor', U.FLOOR],
  ['gelu', U.GELU],
  ['hardSwish', U.HARDSWISH],
  ['inverseRoot', U.RSQRT],
  ['negate', U.NEG],
  ['reciprocal', U.RECIPROCAL],
  ['root', U.SQRT],
  ['sigmoid', U.SIGMOID],
  ['silu', U.SILU],
  ['square', U.SQUARE],
  ['tanh', U.TANH],
  ['logarithm', U.LOG],
  ['errorFunction', U.ERF],
  ['geluStandard', U.GELU_STANDARD],
  ['exponentialMinus1', U.EXPM1],
];

const EDGES = [
  ...[
    0, -0, 1e-45, -1e-45, 1e-38, -1e-38, 1e-8, 0.175, 0.17500001, 0.34657, 0.35, 20, 20.5, 44, 88.72, 88.73,
  ],
  ...[89, -87.3, -88, -103.2, -103.9, -104, -709.7, 709.8, -745, -746, 3.4e38, -3.4e38],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

let context: KernelContext;
beforeAll(async () => {
  context = await makeContext();
});

/** Every size from tiny to huge, both signs, and what lies at the edges. */
const numbers = Float32Array.from([
  ...EDGES,
  ...Array.from({ length: 8001 }, (_, i) => (i - 4000) / 37),
  ...Array.from({ length: 2000 }, (_, i) => (i % 2 ? -1 : 1) * 1.0713 ** (i - 1000)),
]);

describe('functions of one number give the bits of the reference', () => {
  test.each(FUNCTIONS)('%s', (name, operation) => {
    const run: BoundKernel = ([x], [y]) =>
      context.wasm[name](live(x).address, live(y).address, live(x).count);
    const actual = runKernel(context, run, [{ shape: [numbers.length], data: numbers }], [numbers.length]);
    const expected = Float32Array.from(numbers, UNARY_FUNCTIONS[operation]);
    const wrong = [...actual.keys()].filter((i) => !Object.is(actual[i], expected[i]));
    expect(wrong.map((i) => [numbers[i], actual[i], expected[i]])).toEqual([]);
  });
});
