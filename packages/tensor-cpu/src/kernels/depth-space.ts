import { blockViews, type DepthSpaceAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { bindMoves } from './boxes.ts';

/** Blocks of pixels to channels. */
export const bindSpaceToDepth: KernelBinder = (context, node, inputs, [output]) => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const views = blockViews(output, x, node.attributes as DepthSpaceAttributes);
  const moves = views.map(({ deep, wide, extents }) => ({
    input: 0,
    output: 0,
    from: wide,
    to: deep,
    extents,
  }));
  return bindMoves(context, inputs, moves);
};

/** Channels to blocks of pixels. */
export const bindDepthToSpace: KernelBinder = (context, node, inputs, [output]) => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const views = blockViews(x, output, node.attributes as DepthSpaceAttributes);
  const moves = views.map(({ deep, wide, extents }) => ({
    input: 0,
    output: 0,
    from: deep,
    to: wide,
    extents,
  }));
  return bindMoves(context, inputs, moves);
};
