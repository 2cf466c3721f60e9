import { DepthToSpaceMode, OpType } from '@mnnquant/mnn-format';
import { channelAxis, spatialAxis } from '../format.ts';
import { GraphError, type OpCase, type OpDefinition, type ParseContext } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView, imageStrides, type View } from './support/strides.ts';

export interface DepthSpaceAttributes {
  readonly block: number;
  /** `DepthToSpaceMode`: which channel a pixel of a block comes from. */
  readonly mode: number;
}

function parse(op: Parameters<OpDefinition['parse']>[0], context: ParseContext): DepthSpaceAttributes {
  const { blockSize, mode } = parameter(op, 'DepthSpaceParam', context);
  if (blockSize < 1)
    throw new GraphError(`${context.where}: expected a block of at least 1, got ${blockSize}`);
  return { block: blockSize, mode };
}

/** Shape with the channels changed by `channels` and both spatial extents by `spatial`, as factors. */
function scaled(input: TensorDesc, channels: number, spatial: number, where: string): TensorDesc[] {
  const { shape, dtype, layout } = input;
  if (shape.length !== 4) throw new GraphError(`${where}: expected a 4-D input, got [${shape}]`);
  const result = [...shape];
  const [c, h] = [channelAxis(layout, 4), spatialAxis(layout)];
  result[c] *= channels;
  result[h] *= spatial;
  result[h + 1] *= spatial;
  if (!result.every(Number.isInteger))
    throw new GraphError(`${where}: [${shape}] does not divide into blocks`);
  return [{ shape: result, dtype, layout }];
}

/** Where the pixels at one place of every block lie in the deep and in the wide tensor. */
export interface BlockViews {
  readonly deep: View;
  readonly wide: View;
  /** Samples, channels of the wide tensor, rows and columns of the deep one. */
  readonly extents: readonly number[];
}

/** One entry per place of a block, for `deep` [N,C·b²,H,W] and `wide` [N,C,H·b,W·b]; shared with kernels. */
export function blockViews(
  deep: TensorDesc,
  wide: TensorDesc,
  { block, mode }: DepthSpaceAttributes,
): BlockViews[] {
  const [d, w] = [imageStrides(deep), imageStrides(wide)];
  const h = spatialAxis(deep.layout);
  const channels = wide.shape[channelAxis(wide.layout, 4)];
  const extents = [deep.shape[0], channels, deep.shape[h], deep.shape[h + 1]];
  const crd = mode === DepthToSpaceMode.CRD;
  return Array.from({ length: block * block }, (_, pixel) => ({
    deep: {
      offset: pixel * (crd ? 1 : channels) * d.c,
      strides: [d.n, d.c * (crd ? block * block : 1), d.h, d.w],
    },
    wide: {
      offset: Math.floor(pixel / block) * w.h + (pixel % block) * w.w,
      strides: [w.n, w.c, w.h * block, w.w * block],
    },
    extents,
  }));
}

/** Moves every pixel of every block between the two. */
function move(deep: HostTensor, wide: HostTensor, attributes: DepthSpaceAttributes, widen: boolean): void {
  for (const views of blockViews(deep, wide, attributes)) {
    if (widen) copyView(deep.data, views.deep, wide.data, views.wide, views.extents);
    else copyView(wide.data, views.wide, deep.data, views.deep, views.extents);
  }
}

function casesFor(
  title: string,
  shape: readonly number[],
  nhwc: readonly number[],
): OpCase<DepthSpaceAttributes>[] {
  return [DepthToSpaceMode.DCR, DepthToSpaceMode.CRD].flatMap((mode) => [
    { title: `${title}, mode ${mode}`, attributes: { block: 2, mode }, inputs: [{ shape }] },
    {
      title: `${title}, mode ${mode}, NHWC`,
      attributes: { block: 2, mode },
      inputs: [{ shape: nhwc, layout: 'NHWC' as const }],
    },
  ]);
}

/** x [N,C·b²,H,W] → y [N,C,H·b,W·b]; NHWC alike (GeometryDepthToSpace.cpp, MNN 3.6.1). */
export const depthToSpace: OpDefinition<DepthSpaceAttributes> = {
  name: 'DepthToSpace',
  opTypes: [OpType.DepthToSpace],
  parse,
  shape: ({ block }, inputs, where) => scaled(required(inputs, 0, where), 1 / block ** 2, block, where),
  reference: (attributes, inputs, [y]) => move(required(inputs, 0, 'DepthToSpace'), y, attributes, true),
  cases: () => casesFor('blocks of 2', [2, 12, 3, 4], [2, 3, 4, 12]),
};

/** x [N,C,H·b,W·b] → y [N,C·b²,H,W]; NHWC alike. */
export const spaceToDepth: OpDefinition<DepthSpaceAttributes> = {
  name: 'SpaceToDepth',
  opTypes: [OpType.SpaceToDepth],
  parse,
  shape: ({ block }, inputs, where) => scaled(required(inputs, 0, where), block ** 2, 1 / block, where),
  reference: (attributes, inputs, [y]) => move(y, required(inputs, 0, 'SpaceToDepth'), attributes, false),
  cases: () => casesFor('blocks of 2', [2, 3, 6, 8], [2, 6, 8, 3]),
};
