import { type ColumnAttributes, columnGeometry, denseStrides } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst, inTurn } from './moves/move.ts';
import { paddedAxis } from './moves/pad.ts';
import { pickedAxes } from './moves/pick.ts';
import { strided } from './moves/strided.ts';

/** The pixels under each window as a column: x [N,C,H,W] → y [C·kH·kW, N·windows]. */
export const bindIm2Col: KernelBinder = (context, node, [x]) => {
  if (x === undefined) return undefined;
  const attributes = node.attributes as ColumnAttributes;
  const { windows } = columnGeometry(attributes, x.shape, node.name);
  const { kernel, stride, dilation, pads } = attributes;
  const [samples, channels, ...plane] = x.shape;
  // As many pixels as the windows reach; fewer than there are where the stride passes over some.
  const reached = plane.map((_, i) => (windows[i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1);
  const axes = plane.map((extent, i) => paddedAxis(extent, pads[i], reached[i]));
  const padded = pickedAxes(context, node, [{ extent: samples * channels }, ...axes]);
  const [n, c, h, w] = denseStrides([samples, channels, ...reached]);
  const moved = strided(context.device, {
    offset: 0,
    strides: [c, h * dilation[0], w * dilation[1], n, h * stride[0], w * stride[1]],
    extents: [channels, ...kernel, samples, ...windows],
  });
  return fromFirst([padded && moved && inTurn(padded, moved)]);
};
