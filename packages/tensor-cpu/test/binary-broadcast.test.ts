import { beforeAll, expect, test } from 'vitest';
import type { KernelContext } from '../src/context.ts';
import { type Arithmetic, bindBroadcast } from '../src/kernels/binary-broadcast.ts';
import { NO_CLAMP, reluBounds } from '../src/kernels/support.ts';
import { desc, makeContext, runKernel } from './support/harness.ts';
import { randomFloats } from './support/random.ts';

const COMPUTE: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
};

let context: KernelContext;
beforeAll(async () => {
  context = await makeContext();
});

const BIG = [2, 5, 3, 3];

/** [small shape, index in it for element i of the big tensor] */
const SMALL: readonly [readonly number[], (i: number) => number][] = [
  [[], () => 0],
  [[1, 1], () => 0],
  [[5, 1, 1], (i) => Math.floor(i / 9) % 5],
  [[1, 5, 1, 1], (i) => Math.floor(i / 9) % 5],
  [[3], (i) => i % 3],
  [[2, 1, 1, 1], (i) => Math.floor(i / 45)],
];

test('one operand that varies along one axis, on either side, to the last bit', () => {
  const big = randomFloats(90, 1);
  for (const [shape, index] of SMALL) {
    const small = randomFloats(
      shape.reduce((p, n) => p * n, 1),
      2,
    );
    for (const operation of ['add', 'subtract', 'multiply'] as const) {
      for (const swapped of [false, true]) {
        for (const bounds of [NO_CLAMP, reluBounds(true)]) {
          const operands = [
            { shape: BIG, data: big },
            { shape, data: small },
          ];
          if (swapped) operands.reverse();
          const descs = operands.map((operand) => desc(operand.shape));
          const kernel = bindBroadcast(context, operation, descs, desc(BIG), bounds)!;
          const expected = big.map((v, i) => {
            const [a, b] = swapped ? [small[index(i)], v] : [v, small[index(i)]];
            return Math.max(Math.fround(COMPUTE[operation](a, b)), bounds[0]) + 0;
          });
          expect(runKernel(context, kernel, operands, BIG).map((v) => v + 0)).toEqual(expected);
        }
      }
    }
  }
});

test('what varies along two axes is left to the reference', () => {
  expect(bindBroadcast(context, 'add', [desc(BIG), desc([5, 3, 1])], desc(BIG), NO_CLAMP)).toBeUndefined();
  expect(bindBroadcast(context, 'add', [desc([3, 1]), desc([1, 4])], desc([3, 4]), NO_CLAMP)).toBeUndefined();
});
