import type { OpCase, OpCaseInput, OpDefinition } from './op.ts';

/** No number, no end, nothing with either sign, and about as large and as small as float32 goes. */
const EDGES: readonly number[] = [NaN, Infinity, -Infinity, 0, -0, 3e38, -3e38, 1e-37, -1e-37, 1, -1, 1e10];

/** Ops that compute with each number by itself, or with a few. */
const ARITHMETIC: ReadonlySet<string> = new Set([
  ...['BatchNorm', 'BinaryOp', 'Cast', 'CastLike', 'CumProd', 'CumSum', 'Eltwise', 'ELU', 'InnerProduct'],
  ...['LayerNorm', 'MatMul', 'Moments', 'PReLU', 'Reduction', 'ReLU', 'ReLU6', 'Scale', 'Select', 'Selu'],
  ...['Sigmoid', 'Softmax', 'TanH', 'Threshold', 'UnaryOp'],
]);

/** Ops that add products: those of the largest numbers have no room in float32, which the definition has on the way. */
const PRODUCTS: ReadonlySet<string> = new Set(['InnerProduct', 'MatMul']);

/** Variants of an op's cases with such numbers among others; one for each set of attributes. */
export function edgeCases({ name, cases }: OpDefinition): OpCase[] {
  if (!ARITHMETIC.has(name)) return [];
  const most = PRODUCTS.has(name) ? 1e18 : Infinity;
  const variants = new Map<string, OpCase>();
  for (const item of cases()) {
    const key = JSON.stringify(item.attributes);
    const [first] = item.inputs;
    const fits = first !== undefined && first.dtype !== 'int32' && first.shape.every((extent) => extent > 0);
    if (!fits || variants.has(key)) continue;
    variants.set(key, {
      ...item,
      title: `${item.title}, at its ends`,
      inputs: item.inputs.map((input, k) => (input && isFloat(input) ? atEnds(input, k, most) : input)),
    });
  }
  return [...variants.values()];
}

function isFloat({ dtype = 'float32' }: OpCaseInput): boolean {
  return dtype === 'float32';
}

/** Each input counts through the edges at another pace, so that they meet in many ways. */
function atEnds(input: OpCaseInput, position: number, most: number): OpCaseInput {
  const fitting = EDGES.map((value) =>
    Number.isFinite(value) ? Math.min(most, Math.max(-most, value)) : value,
  );
  const count = input.shape.reduce((product, extent) => product * extent, 1);
  const at = (i: number): number => (i + position * Math.floor(i / EDGES.length)) % EDGES.length;
  return { ...input, data: Array.from({ length: count }, (_, i) => fitting[at(i)]) };
}
