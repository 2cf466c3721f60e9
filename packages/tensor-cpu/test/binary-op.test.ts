import { elementCount, type GraphNode, OPS, type TensorDesc } from '@mnnquant/graph';
import { BinaryOpOperation as B } from '@mnnquant/mnn-format';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CpuBackend, createCpuBackend } from '../src/node.ts';
import { randomFloats } from './support/random.ts';

const DEFINITION = OPS.find(({ name }) => name === 'BinaryOp')!;

/** [operation, whether it is for whole numbers too] */
const OPERATIONS: [keyof typeof B, boolean][] = [
  ['ADD', true],
  ['SUB', true],
  ['MUL', true],
  ['REALDIV', false],
  ['MAXIMUM', true],
  ['MINIMUM', true],
  ['SquaredDifference', false],
  ['GREATER', true],
  ['GREATER_EQUAL', true],
  ['LESS', true],
  ['LESS_EQUAL', true],
  ['EQUAL', true],
  ['NOTEQUAL', true],
];

const SHAPES: [readonly number[], readonly number[]][] = [
  [[], []],
  [[7], []],
  [[], [9]],
  [
    [2, 5, 3, 3],
    [5, 1, 1],
  ],
  [
    [1, 5, 1, 1],
    [2, 5, 3, 3],
  ],
  [
    [1, 1, 6],
    [1, 5, 1],
  ],
  [
    [1, 3, 4, 4],
    [1, 1, 4, 4],
  ],
  [
    [1, 4, 3],
    [4, 3],
  ],
  [
    [2, 1, 3, 1],
    [1, 4, 1, 5],
  ],
  [
    [0, 3],
    [1, 3],
  ],
];

let backend: CpuBackend;
beforeAll(async () => {
  backend = await createCpuBackend();
});

describe('operations of two tensors give the bits of the reference', () => {
  for (const [operation, whole] of OPERATIONS) {
    const dtypes = whole ? (['float32', 'int32'] as const) : (['float32'] as const);
    test.each(dtypes)(`${operation} of %s`, async (dtype) => {
      for (const [a, b] of SHAPES)
        for (const relu of dtype === 'float32' ? [false, true] : [false])
          await compare(operation, dtype, a, b, relu);
    });
  }

  test('what has no kernel, and boxes of more than four axes, are left to the reference', () => {
    expect(bound('POW', 'float32', [3], [3])).toBeUndefined();
    expect(bound('REALDIV', 'int32', [3], [3])).toBeUndefined();
    expect(bound('ADD', 'float32', [2, 1, 2, 1, 2, 1], [1, 2, 1, 2, 1, 2])).toBeUndefined();
  });
});

type DType = 'float32' | 'int32';

function desc(shape: readonly number[], dtype: DType): TensorDesc {
  return { shape, dtype, layout: 'NCHW' };
}

function bound(
  operation: keyof typeof B,
  dtype: DType,
  a: readonly number[],
  b: readonly number[],
  relu = false,
) {
  const attributes = { operation: B[operation], relu };
  const inputs = [desc(a, dtype), desc(b, dtype)];
  const outputs = DEFINITION.shape(attributes, inputs, operation);
  const node = { definition: DEFINITION, attributes } as unknown as GraphNode;
  const kernel = backend.bind(node, inputs, outputs);
  return kernel && { attributes, inputs, outputs, kernel };
}

async function compare(
  operation: keyof typeof B,
  dtype: DType,
  a: readonly number[],
  b: readonly number[],
  relu: boolean,
): Promise<void> {
  const what = bound(operation, dtype, a, b, relu);
  if (what === undefined) {
    expect(relu).toBe(true);
    return;
  }
  const { attributes, inputs, outputs, kernel } = what;
  const data = inputs.map(({ shape }, i) => numbers(elementCount(shape), i + 1, dtype));
  const [output] = outputs;
  const y = {
    ...output,
    data:
      output.dtype === 'int32'
        ? new Int32Array(elementCount(output.shape))
        : new Float32Array(elementCount(output.shape)),
  };
  DEFINITION.reference(
    attributes,
    inputs.map((input, i) => ({ ...input, data: data[i] })),
    [y],
  );
  const tensors = [...inputs, output].map((item) => backend.allocate(item));
  for (const [i, values] of data.entries()) backend.upload(tensors[i], values);
  await kernel(tensors.slice(0, 2), tensors.slice(2));
  const actual = await backend.download(tensors[2]);
  for (const tensor of tensors) backend.free(tensor);
  const wrong = [...y.data.keys()].filter((i) => !Object.is(actual[i] + 0, y.data[i] + 0));
  expect(
    wrong.map((i) => [i, actual[i], y.data[i]]),
    `[${a}] and [${b}]`,
  ).toEqual([]);
}

/** With zeros, equal numbers, NaN and infinities among them. */
function numbers(count: number, seed: number, dtype: DType): Float32Array | Int32Array {
  const values = randomFloats(count, seed);
  if (dtype === 'int32') return Int32Array.from(values, (value) => Math.round(value * 3));
  for (const [i, value] of [0, -0, Number.NaN, 1, Infinity, -Infinity].entries())
    if (5 * i < count) values[(5 * i + seed) % count] = value;
  return values;
}
