import { OpType } from '@mnnquant/mnn-format';
import { spatialAxis } from '../format.ts';
import { GraphError, type OpCase, type OpDefinition, type ParseContext } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides, type View } from './support/strides.ts';

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

/** Blocks and paddings, from the inputs where these say them. */
export function spaceBatchAttributes(
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
  const { blocks, pads } = spaceBatchAttributes(attributes, inputs, where);
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

/** Where a pixel of each block lies: in the large batch, and in the large images. */
export interface SpaceBatchView {
  readonly deep: View;
  readonly wide: View;
  readonly extents: readonly number[];
}

/** One view per place in a block, of the pixels that are not padding. */
export function spaceBatchViews(
  { blocks, pads }: SpaceBatchAttributes,
  deep: TensorDesc | HostTensor,
  wide: TensorDesc | HostTensor,
): SpaceBatchView[] {
  const [from, to] = [denseStrides(deep.shape), denseStrides(wide.shape)];
  const first = spatialAxis(deep.layout);
  const steps = denseStrides(blocks);
  const places = blocks.reduce((product, block) => product * block, 1);
  return Array.from({ length: places }, (_, place) => {
    const extents = [wide.shape[0], ...deep.shape.slice(1)];
    const strides = [...to];
    let [deepOffset, wideOffset] = [place * wide.shape[0] * from[0], 0];
    for (const [k, block] of blocks.entries()) {
      const axis = first + k;
      const shift = (Math.floor(place / steps[k]) % block) - pads[2 * k];
      const start = Math.max(0, Math.ceil(-shift / block));
      const end = Math.min(deep.shape[axis], Math.ceil((wide.shape[axis] - shift) / block));
      extents[axis] = Math.max(0, end - start);
      strides[axis] *= block;
      deepOffset += start * from[axis];
      wideOffset += (start * block + shift) * to[axis];
    }
    return { deep: { offset: deepOffset, strides: from }, wide: { offset: wideOffset, strides }, extents };
  });
}

/** Moves the pixels of each block of the padded images into the batch; x [N,C,H,W] or NHWC (TensorFlow's op). */
export const spaceToBatchNd: OpDefinition<SpaceBatchAttributes> = {
  name: 'SpaceToBatchND',
  opTypes: [OpType.SpaceToBatchND],
  parse,
  shape: (attributes, inputs, where) => outputOf(attributes, inputs, where, true),
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'SpaceToBatchND');
    y.data.fill(0);
    const found = spaceBatchAttributes(attributes, valued(inputs), 'SpaceToBatchND');
    for (const { deep, wide, extents } of spaceBatchViews(found, y, x))
      copyView(x.data, wide, y.data, deep, extents);
  },
  cases: () => spaceBatchCases([1, 3, 4, 5], [1, 4, 5, 3], [0, 0, 1, 0]),
};

/** The opposite of SpaceToBatchND; the padding is cut off. */
export const batchToSpaceNd: OpDefinition<SpaceBatchAttributes> = {
  name: 'BatchToSpaceND',
  opTypes: [OpType.BatchToSpaceND],
  parse,
  shape: (attributes, inputs, where) => outputOf(attributes, inputs, where, false),
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'BatchToSpaceND');
    const found = spaceBatchAttributes(attributes, valued(inputs), 'BatchToSpaceND');
    for (const { deep, wide, extents } of spaceBatchViews(found, x, y))
      copyView(x.data, deep, y.data, wide, extents);
  },
  cases: () => spaceBatchCases([8, 3, 2, 3], [8, 2, 3, 3], [0, 1, 1, 0]),
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
