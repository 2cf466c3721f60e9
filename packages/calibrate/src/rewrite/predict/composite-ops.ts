import type { Op } from '@mnnquant/mnn-format';
import type { CommandList } from './command-list.ts';
import { internalTensor, type RuntimeTensor } from './runtime-tensor.ts';

/** Adds the commands that MNN's runtime makes of an op. */
export type Decompose = (
  list: CommandList,
  op: Op,
  inputs: readonly RuntimeTensor[],
  outputs: readonly RuntimeTensor[],
) => void;

/** GeometrySpatialProduct.cpp: a product of views, the weights repeated for each channel. */
export const spatialProduct: Decompose = (list, _op, inputs, [output]) => {
  const [image, weight] = inputs as [RuntimeTensor, RuntimeTensor];
  const factors = [image, weight].map((origin, i) => copyOf(image, origin, i === 0));
  const product = internalTensor(image, 'NCHW');
  list.add('BinaryOp', factors, [product], true);
  show(output as RuntimeTensor, product, true);
};

/** GeometryDilation2D.cpp: pixels under all windows plus the weights, of which the largest are taken. */
export const dilation: Decompose = (list, _op, [input], [output]) => {
  const from = input as RuntimeTensor;
  const sums = internalTensor(from, 'NCHW');
  list.add('BinaryOp', [copyOf(from, from, false), internalTensor(from, 'NCHW')], [sums], true);
  const largest = internalTensor(output as RuntimeTensor, 'NCHW');
  list.add('Reduction', [copyOf(from, sums, true)], [largest], true);
  show(output as RuntimeTensor, largest, false);
};

/** GeometryCosineSimilarity.cpp: three sums of products, joined by arithmetic. */
export const cosineSimilarity: Decompose = (list, _op, inputs, [output]) => {
  const [a, b] = inputs.slice(0, 2).map((origin) => copyOf(origin, origin, true)) as [
    RuntimeTensor,
    RuntimeTensor,
  ];
  const result = output as RuntimeTensor;
  const make = (type: string, sources: readonly RuntimeTensor[], like: RuntimeTensor): RuntimeTensor => {
    const made = internalTensor(like, 'NCHW');
    list.add(type, sources, [made], true);
    return made;
  };
  const products = [
    [a, a],
    [a, b],
    [b, b],
  ].map((factors) => make('BinaryOp', factors, a));
  const [aa, ab, bb] = products.map((product) => make('Reduction', [product], result)) as [
    RuntimeTensor,
    RuntimeTensor,
    RuntimeTensor,
  ];
  const raised = make('BinaryOp', [make('BinaryOp', [aa, bb], result), internalTensor(result)], result);
  const length = make('UnaryOp', [raised], result);
  show(result, make('BinaryOp', [ab, length], result), true);
};

function copyOf(like: RuntimeTensor, origin: RuntimeTensor, plain: boolean): RuntimeTensor {
  const copy = internalTensor(like, 'NCHW');
  show(copy, origin, plain);
  return copy;
}

function show(view: RuntimeTensor, origin: RuntimeTensor, plain: boolean): void {
  view.regions = [{ origin, plain }];
}
