import { type BlockViews, blockViews, type DepthSpaceAttributes, elementCount } from '@mnnquant/graph';
import type { GpuDevice } from '../device/gpu-device.ts';
import type { KernelBinder } from './context.ts';
import { fromFirst, type Move } from './moves/move.ts';
import { readInOrder } from './moves/read.ts';
import { strided } from './moves/strided.ts';

/** Blocks of pixels to channels. */
export const bindSpaceToDepth: KernelBinder = ({ device }, node, [x], [y]) => {
  if (x === undefined) return undefined;
  const attributes = node.attributes as DepthSpaceAttributes;
  return fromFirst([blocksMoved(device, blockViews(y, x, attributes), attributes.block, 'wide', 'deep')]);
};

/** Channels to blocks of pixels. */
export const bindDepthToSpace: KernelBinder = ({ device }, node, [x], [y]) => {
  if (x === undefined) return undefined;
  const attributes = node.attributes as DepthSpaceAttributes;
  return fromFirst([blocksMoved(device, blockViews(x, y, attributes), attributes.block, 'deep', 'wide')]);
};

type Side = 'deep' | 'wide';

/** The pixels of a block are two axes more. */
function blocksMoved(
  device: GpuDevice,
  views: readonly BlockViews[],
  block: number,
  read: Side,
  written: Side,
): Move | undefined {
  const [first] = views;
  const withBlocks = (side: Side) => {
    const step = (pixel: number): number => views[pixel][side].offset - first[side].offset;
    const ofBlock = block > 1 ? [step(block), step(1)] : [0, 0];
    return { offset: 0, strides: [...ofBlock, ...first[side].strides] };
  };
  const extents = [block, block, ...first.extents];
  const box = readInOrder(extents, withBlocks(read), withBlocks(written), elementCount(extents));
  return box && strided(device, box);
}
