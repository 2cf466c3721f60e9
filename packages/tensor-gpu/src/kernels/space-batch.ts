import {
  type BoxView,
  denseStrides,
  type GraphNode,
  type SpaceBatchAttributes,
  spaceBatchAttributes,
  spatialAxis,
  type TensorDesc,
} from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst, inTurn } from './moves/move.ts';
import { paddedAxis } from './moves/pad.ts';
import { pickedAxes } from './moves/pick.ts';
import { strided } from './moves/strided.ts';

/** Pixels of each block to the batch; what is padding becomes 0. */
export const bindSpaceToBatch: KernelBinder = (context, node, inputs, [y]) => {
  const [x] = inputs;
  const spatial = knownSpatial(node, inputs);
  if (x === undefined || spatial === undefined) return undefined;
  const wide = wideShape(y.shape, x.shape[0], spatial);
  const axes = x.shape.map((extent, axis) => paddedAxis(extent, spatial[axis].before, wide[axis]));
  const padded = pickedAxes(context, node, axes);
  const moved = strided(context.device, batchOfWide(wide, spatial));
  return fromFirst([padded && moved && inTurn(padded, moved)]);
};

/** The batch to pixels of each block, without the padding. */
export const bindBatchToSpace: KernelBinder = (context, node, inputs, [y]) => {
  const [x] = inputs;
  const spatial = knownSpatial(node, inputs);
  if (x === undefined || spatial === undefined) return undefined;
  const wide = wideShape(x.shape, y.shape[0], spatial);
  const moved = strided(context.device, wideOfBatch(x.shape, y.shape[0], spatial));
  const strides = denseStrides(wide);
  const offset = strides.reduce((sum, stride, axis) => sum + stride * spatial[axis].before, 0);
  const cropped = strided(context.device, { offset, strides, extents: y.shape });
  return fromFirst([moved && cropped && inTurn(moved, cropped)]);
};

/** Of each axis: pixels of a block along it, and padding before it. */
type Spatial = readonly { readonly block: number; readonly before: number }[];

/** `undefined` where inputs say them that are known only when the network runs. */
function knownSpatial(node: GraphNode, inputs: readonly (TensorDesc | undefined)[]): Spatial | undefined {
  const [x, ...others] = inputs;
  if (x === undefined || others.some((input) => input?.value === undefined)) return undefined;
  const { blocks, pads } = spaceBatchAttributes(node.attributes as SpaceBatchAttributes, inputs, node.name);
  const first = spatialAxis(x.layout);
  return x.shape.map((_, axis) => {
    const k = axis - first;
    return k >= 0 && k < blocks.length ? { block: blocks[k], before: pads[2 * k] } : { block: 1, before: 0 };
  });
}

/** The images with their padding. */
function wideShape(deep: readonly number[], samples: number, spatial: Spatial): number[] {
  return [samples, ...deep.slice(1).map((extent, i) => extent * spatial[i + 1].block)];
}

/** Places in the blocks, samples, and pixels of the padded images that are a block apart. */
function batchOfWide(wide: readonly number[], spatial: Spatial): BoxView {
  const strides = denseStrides(wide);
  const ofPlaces = strides.filter((_, axis) => spatial[axis].block > 1);
  return {
    offset: 0,
    strides: [...ofPlaces, ...strides.map((stride, axis) => stride * spatial[axis].block)],
    extents: [
      ...spatial.map(({ block }) => block).filter((block) => block > 1),
      ...wide.map((extent, axis) => extent / spatial[axis].block),
    ],
  };
}

/** Samples, and for each axis its pixels in the deep tensor and the places of a block. */
function wideOfBatch(deep: readonly number[], samples: number, spatial: Spatial): BoxView {
  const strides = denseStrides(deep);
  const steps = denseStrides(spatial.map(({ block }) => block));
  const axes = deep.slice(1).flatMap((extent, i) => [
    { extent, stride: strides[i + 1] },
    { extent: spatial[i + 1].block, stride: steps[i + 1] * samples * strides[0] },
  ]);
  return {
    offset: 0,
    strides: [strides[0], ...axes.map(({ stride }) => stride)],
    extents: [samples, ...axes.map(({ extent }) => extent)],
  };
}
