import {
  elementCount,
  type GraphNode,
  type MatMulAttributes,
  pairBatches,
  type TensorDesc,
} from '@mnnquant/graph';
import { flat, view } from '../device/gpu-array.ts';
import { program } from '../device/program.ts';
import type { GpuKernel, KernelBinder, KernelContext } from './context.ts';
import { packWeights } from './convolution-job.ts';
import { wholeNumber } from './dispatch.ts';
import { hasInnerProduct, innerProduct } from './inner-product.ts';
import { canStart } from './threads.ts';

const PARAMETERS = {
  a: 'array',
  b: 'array',
  bias: 'array',
  /** Which matrix of a, and which of b, belongs to each result. */
  pairs: 'array',
  turns: 'integer',
  block: 'integer',
} as const;

/** What a thread does with product number t * block + i. */
const overProducts = (start: string, body: string, end: string): string => `
    const left = pairs[0][0][this.thread.z];
    const right = pairs[0][1][this.thread.z];
    ${start}
    for (let t = 0; t < turns; t++) {
      ${body}
    }
    ${end}`;

/** Loads of a and b for an output column, either way they lie. */
const loads = (flipA: boolean, flipB: boolean, left: string, right: string) => ({
  a: flipA ? `a[${left}][t * block + i][this.thread.y]` : `a[${left}][this.thread.y][t * block + i]`,
  b: (column: string): string =>
    flipB ? `b[${right}][${column}][t * block + i]` : `b[${right}][t * block + i][${column}]`,
});

function oneColumn(flipA: boolean, flipB: boolean) {
  const { a, b } = loads(flipA, flipB, 'left', 'right');
  return program({
    name: `matrix-product-${Number(flipA)}${Number(flipB)}`,
    rank: 3,
    parameters: PARAMETERS,
    body: overProducts(
      'let sum = bias[this.thread.x];',
      `let part = 0.0;
      for (let i = 0; i < block; i++) part += ${a} * ${b('this.thread.x')};
      sum += part;`,
      'return sum;',
    ),
  });
}

/** Five loads for four products. */
function fourColumns(flipA: boolean, flipB: boolean) {
  const { a, b } = loads(flipA, flipB, wholeNumber('left'), wholeNumber('right'));
  const names = ['A', 'B', 'C', 'D'];
  const each = (line: (name: string, column: string) => string): string =>
    names.map((name, k) => line(name, `this.thread.x * 4 + ${k}`)).join('\n      ');
  return program({
    name: `matrix-product-wide-${Number(flipA)}${Number(flipB)}`,
    rank: 3,
    width: 4,
    parameters: PARAMETERS,
    body: overProducts(
      each((name, column) => `let sum${name} = bias[${column}];`),
      `${each((name) => `let part${name} = 0.0;`)}
      for (let i = 0; i < block; i++) {
        const value = ${a};
        ${each((name, column) => `part${name} += value * ${b(column)};`)}
      }
      ${each((name) => `sum${name} += part${name};`)}`,
      'return [sumA, sumB, sumC, sumD];',
    ),
  });
}

const FLIPS = [false, true] as const;
/** By `flipA`, then by `flipB`. */
const ONE_COLUMN = FLIPS.map((flipA) => FLIPS.map((flipB) => oneColumn(flipA, flipB)));
const FOUR_COLUMNS = FLIPS.map((flipA) => FLIPS.map((flipB) => fourColumns(flipA, flipB)));

/** a [.., M,K] · b [.., K,N] (+ bias [N]) → y [.., M,N]; leading dimensions broadcast. */
export const bindMatMul: KernelBinder = (context, node, inputs, [output]) => {
  const { transposeA, transposeB } = node.attributes as MatMulAttributes;
  if (inputs.some((input) => input?.dtype !== 'float32') || inputs[0]!.shape.length === 0) return undefined;
  const [a, b] = inputs as readonly TensorDesc[];
  const left = a.shape.length === 1 ? [1, a.shape[0]] : a.shape;
  const right = b.shape.length === 1 ? [b.shape[0], 1] : b.shape;
  const flipA = transposeA && a.shape.length > 1;
  const flipB = transposeB && b.shape.length > 1;
  const M = left[left.length - (flipA ? 1 : 2)];
  const K = left[left.length - (flipA ? 2 : 1)];
  const N = right[right.length - (flipB ? 2 : 1)];
  const pairs = pairBatches(left.slice(0, -2), right.slice(0, -2));
  if (pairs.length * M * N !== elementCount(output.shape)) return undefined;
  const sizes = { M, N, K, flipA, flipB, pairs };
  const noBias = () => context.constants.get(node, `no bias of ${N}`, () => new Float32Array(N));
  const run = bindFewRows(context, node, sizes, b) ?? bindProducts(context, node, sizes, a, b);
  return run && (async ([x, w, offset]) => run([x, w, offset ?? (await noBias())]));
};

interface Sizes {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly flipA: boolean;
  readonly flipB: boolean;
  readonly pairs: readonly { readonly a: number; readonly b: number }[];
}

/** With fewer rows most of a group's threads along y would have nothing to do. */
const FEW_ROWS = 4;

/** A vector, or little more, times a matrix; a constant one that lies the other way is turned once. */
function bindFewRows(
  { device, constants }: KernelContext,
  node: GraphNode,
  { M, N, K, flipA, flipB, pairs }: Sizes,
  { value }: TensorDesc,
): GpuKernel | undefined {
  if (pairs.length > 1 || M > FEW_ROWS || (flipB && value === undefined) || (flipA && M > 1))
    return undefined;
  const [lo, hi] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const product = { rows: M, inner: K, outputs: N, lo, hi };
  if (!hasInnerProduct(device, product)) return undefined;
  const turned = () =>
    constants.get(node, `turned ${N}x${K}`, () => packWeights(value!, K, { first: 0, count: N }));
  return async ([x, w, bias]) => [
    await innerProduct(device, product, x!, flipB ? await turned() : w!, bias!),
  ];
}

function bindProducts(
  { device, constants }: KernelContext,
  node: GraphNode,
  { M, N, K, flipA, flipB, pairs }: Sizes,
  a: TensorDesc,
  b: TensorDesc,
): GpuKernel | undefined {
  const wide = device.wide && N % 4 === 0;
  const threads = [wide ? N / 4 : N, M, pairs.length] as const;
  if (!canStart(device, threads)) return undefined;
  const programs = wide ? FOUR_COLUMNS : ONE_COLUMN;
  const block = blockOf(K);
  const [matricesA, matricesB] = [elementCount(a.shape) / (M * K), elementCount(b.shape) / (K * N)];
  const role = `pairs of ${a.shape} and ${b.shape}`;
  return async ([x, w, bias]) => {
    const table = await constants.get(node, role, () =>
      Float32Array.from([...pairs.map((pair) => pair.a), ...pairs.map((pair) => pair.b)]),
    );
    const args = {
      a: flipA ? view(x!, M, K, matricesA) : view(x!, K, M, matricesA),
      b: flipB ? view(w!, K, N, matricesB) : view(w!, N, K, matricesB),
      bias: flat(bias!),
      pairs: view(table, pairs.length, 2),
      turns: K / block,
      block,
    };
    return [await device.run(programs[Number(flipA)][Number(flipB)], args, threads)];
  };
}

/** Products that are summed by themselves, so that rounding errors stay small; they divide the whole. */
const MOST_PRODUCTS = 512;

/** With fewer the loop around them takes longer than it is worth. */
const LEAST_PRODUCTS = 16;

function blockOf(products: number): number {
  for (let block = Math.min(products, MOST_PRODUCTS); block >= LEAST_PRODUCTS; block--)
    if (products % block === 0) return block;
  return products;
}
