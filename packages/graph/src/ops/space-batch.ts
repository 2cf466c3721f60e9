import { OpType } from '@mnnquant/mnn-format';
import { spatialAxis } from '../format.ts';
import { GraphError, type OpCase, type OpDefinition, type ParseContext } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

/** Blocks and paddings; absent where the second and the third input say them. */
export interface SpaceBatchAttributes {
  /** Per spatial dimension. */
  readonly blocks: readonly number[];
  /** Before and after, per spatial dimension. */
  readonly pads: readonly number[];
}

function parse(op: Parameters<OpDefinition['parse']>[0], context: ParseContext): SpaceBatchAttributes {
  if (context.inputCount >= 3) return { blocks: [], pads: [] };
  const { blockShape, padding } = parameter(op, 'SpaceBatch', context);
  return { blocks: Array.from(blockShape?.int32s ?? []), pads: Array.from(padding?.int32s ?? []) };
}

function resolve(
  { blocks, pads }: SpaceBatchAttributes,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): SpaceBatchAttributes {
  const found =
    inputs.length >= 3
      ? { blocks: knownIntegers(inputs, 1, where), pads: knownIntegers(inputs, 2, where) }
      : { blocks, pads };
  const { shape, layout } = required(inputs, 0, where);
  const count = found.blocks.length;
  if (count === 0 || count + spatialAxis(layout) > shape.length)
    throw new GraphError(`${where}: expected a block for each spatial dimension of [${shape}], got ${count}`);
  if (found.pads.length !== 2 * count)
    throw new GraphError(`${where}: expected ${2 * count} paddings, got ${found.pads.length}`);
  if (!found.blocks.every((block) => block >= 1))
    throw new GraphError(`${where}: expected blocks of at least 1, got [${found.blocks}]`);
  return found;
}

function outputOf(
  attributes: SpaceBatchAttributes,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
  toBatch: boolean,
): TensorDesc[] {
  const { shape, dtype, layout } = required(inputs, 0, where);
  const { blocks, pads } = resolve(attributes, inputs, where);
  const total = blocks.reduce((product, block) => product * block, 1);
  const result = [...shape];
  result[0] = toBatch ? shape[0] * total : shape[0] / total;
  for (const [i, block] of blocks.entries()) {
    const axis = spatialAxis(layout) + i;
    const padding = pads[2 * i] + pads[2 * i + 1];
    result[axis] = toBatch ? (shape[axis] + padding) / block : shape[axis] * block - padding;
  }
  if (!result.every((extent) => Number.isInteger(extent) && extent >= 0))
    throw new GraphError(
      `${where}: [${shape}] does not divide into blocks [${blocks}] with padding [${pads}]`,
    );
  return [{ shape: result, dtype, layout }];
}

/** Copies every element of `deep` (the large batch) from or to its place in `wide` (the large images). */
function move(
  deep: HostTensor,
  wide: HostTensor,
  { blocks, pads }: SpaceBatchAttributes,
  toBatch: boolean,
): void {
  const [from, to] = [denseStrides(deep.shape), denseStrides(wide.shape)];
  const first = spatialAxis(deep.layout);
  const steps = denseStrides(blocks);
  for (let i = 0; i < deep.data.length; i++) {
    const place = deep.shape.map((extent, axis) => Math.floor(i / from[axis]) % extent);
    const within = Math.floor(place[0] / wide.shape[0]);
    place[0] %= wide.shape[0];
    for (const [k, block] of blocks.entries())
      place[first + k] = place[first + k] * block + (Math.floor(within / steps[k]) % block) - pads[2 * k];
    const inside = place.every((at, axis) => at >= 0 && at < wide.shape[axis]);
    const target = place.reduce((sum, at, axis) => sum + at * to[axis], 0);
    if (toBatch) deep.data[i] = inside ? wide.data[target] : 0;
    else if (inside) wide.data[target] = deep.data[i];
  }
}

/** Moves the pixels of each block of the padded images into the batch; x [N,C,H,W] or NHWC (TensorFlow's op). */
export const spaceToBatchNd: OpDefinition<SpaceBatchAttributes> = {
  name: 'SpaceToBatchND',
  opTypes: [OpType.SpaceToBatchND],
  parse,
  shape: (attributes, inputs, where) => outputOf(attributes, inputs, where, true),
  reference(attributes, inputs, [y]) {
    move(
      y,
      required(inputs, 0, 'SpaceToBatchND'),
      resolve(attributes, valued(inputs), 'SpaceToBatchND'),
      true,
    );
  },
  cases: spaceBatchCases([1, 3, 4, 5], [1, 4, 5, 3], [0, 0, 1, 0]),
};

/** The opposite of SpaceToBatchND; the padding is cut off. */
export const batchToSpaceNd: OpDefinition<SpaceBatchAttributes> = {
  name: 'BatchToSpaceND',
  opTypes: [OpType.BatchToSpaceND],
  parse,
  shape: (attributes, inputs, where) => outputOf(attributes, inputs, where, false),
  reference(attributes, inputs, [y]) {
    move(
      required(inputs, 0, 'BatchToSpaceND'),
      y,
      resolve(attributes, valued(inputs), 'BatchToSpaceND'),
      false,
    );
  },
  cases: spaceBatchCases([8, 3, 2, 3], [8, 2, 3, 3], [0, 1, 1, 0]),
};

function valued(inputs: readonly (HostTensor | undefined)[]): (TensorDesc | undefined)[] {
  return inputs.map((input) => input && { ...input, value: input.data });
}

function spaceBatchCases(
  nchw: readonly number[],
  nhwc: readonly number[],
  pads: readonly number[],
): OpCase<SpaceBatchAttributes>[] {
  const attributes = { blocks: [2, 2], pads };
  return [
    { title: 'NCHW', attributes, inputs: [{ shape: nchw }] },
    { title: 'NHWC', attributes, inputs: [{ shape: nhwc, layout: 'NHWC' }] },
    {
      title: 'blocks and padding from inputs',
      attributes: { blocks: [], pads: [] },
      inputs: [
        { shape: nchw },
        { shape: [2], dtype: 'int32', data: [2, 2] },
        { shape: [2, 2], dtype: 'int32', data: pads },
      ],
    },
    {
      title: 'one dimension',
      attributes: { blocks: [2], pads: [2, 0] },
      inputs: [{ shape: [4, 6, 3], layout: 'NHWC' }],
    },
  ];
}
