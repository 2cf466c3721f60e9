import { OpType } from '@mnnquant/mnn-format';
import { layoutOf } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount, type HostTensor, type Layout, type TensorDesc } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';
import { permuteData } from './support/strides.ts';

export interface ReshapeAttributes {
  /** Target shape when it is not an input; 0 copies the input's extent, one -1 is inferred. */
  readonly shape: readonly number[] | undefined;
  /** The order in which elements are taken from an NC4HW4 input. */
  readonly elementOrder: Layout;
}

/** Same elements, other dimensions (MNN 3.6.1 ShapeReshape.cpp, GeometryReshape.cpp). */
export const reshape: OpDefinition<ReshapeAttributes> = {
  name: 'Reshape',
  opTypes: [OpType.Reshape],
  parse(op, { where, inputCount }) {
    const table = optionalParameter(op, 'Reshape');
    if (inputCount < 2 && table?.dims === undefined)
      throw new GraphError(`${where}: expected a target shape, got none`);
    return {
      shape: inputCount > 1 ? undefined : Array.from(table!.dims!),
      elementOrder: table === undefined ? 'NCHW' : layoutOf(table.dimType, where),
    };
  },
  shape({ shape, elementOrder }, inputs, where) {
    const input = required(inputs, 0, where);
    const target = shape ?? shapeFromInput(inputs, input, elementOrder, where);
    return [
      {
        shape: resolve(target, input, shape === undefined && inputs[1]?.layout === 'NHWC', where),
        dtype: input.dtype,
        layout: input.layout,
      },
    ];
  },
  reference({ elementOrder }, inputs, [y]) {
    const x = required(inputs, 0, 'Reshape');
    if (x.layout === 'NC4HW4' && elementOrder === 'NHWC') reshapeInChannelsLastOrder(x, y);
    else y.data.set(x.data);
  },
  cases: () => [
    {
      title: 'inferred extent',
      attributes: { shape: [0, -1], elementOrder: 'NCHW' },
      inputs: [{ shape: [2, 3, 4, 5] }],
    },
    {
      title: 'NC4HW4 in NHWC order',
      attributes: { shape: [1, 20, 3, 1], elementOrder: 'NHWC' },
      inputs: [{ shape: [1, 3, 4, 5], layout: 'NC4HW4' }],
    },
    {
      title: 'shape from an input',
      attributes: { shape: undefined, elementOrder: 'NCHW' },
      inputs: [{ shape: [6, 4] }, { shape: [3], dtype: 'int32', data: [2, -1, 4] }],
    },
    { title: 'to a scalar', attributes: { shape: [], elementOrder: 'NCHW' }, inputs: [{ shape: [1, 1] }] },
  ],
};

function shapeFromInput(
  inputs: readonly (TensorDesc | undefined)[],
  input: TensorDesc,
  order: Layout,
  where: string,
): number[] {
  const shape = knownIntegers(inputs, 1, where);
  // A TensorFlow model names the target in NHWC order, but the tensor is stored channels first.
  if (input.layout === 'NC4HW4' && order === 'NHWC' && shape.length === 4)
    return [shape[0], shape[3], shape[1], shape[2]];
  return shape;
}

function resolve(target: readonly number[], input: TensorDesc, zeroIsZero: boolean, where: string): number[] {
  const total = elementCount(input.shape);
  const shape = target.map((extent, i) => (extent === 0 && !zeroIsZero ? (input.shape[i] ?? 0) : extent));
  if (shape.filter((extent) => extent === -1).length > 1)
    throw new GraphError(`${where}: expected at most one extent of -1, got [${target}]`);
  const free = shape.indexOf(-1);
  if (free >= 0) {
    const rest = elementCount(shape.map((extent) => (extent === -1 ? 1 : extent)));
    shape[free] = rest === 0 ? 0 : total / rest;
  }
  if (elementCount(shape) !== total || shape.some((extent) => !Number.isInteger(extent) || extent < 0)) {
    throw new GraphError(`${where}: cannot reshape [${input.shape}] (${total} elements) to [${target}]`);
  }
  return shape;
}

function reshapeInChannelsLastOrder(x: HostTensor, y: HostTensor): void {
  const last = x.data.slice();
  permuteData(x.data, x.shape, channelsLast(x.shape.length), last);
  const order = channelsLast(y.shape.length);
  const shapeLast = order.map((axis) => y.shape[axis]);
  permuteData(last, shapeLast, inverse(order), y.data);
}

function channelsLast(rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, i) => i);
  return rank < 3 ? axes : [0, ...axes.slice(2), 1];
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}
