import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat, channelView } from './support.ts';
import { windowFields } from './window.ts';

/** Global pooling over all dimensions after the channels; smaller windows are left to the reference. */
export const bindPooling3D: KernelBinder = ({ wasm, constants }, node, inputs) => {
  const { kind, global } = node.attributes as { readonly kind: 'max' | 'average'; readonly global: boolean };
  if (!global || !allFloat(inputs) || inputs[0].layout === 'NHWC') return undefined;
  const { samples, channels, plane } = channelView(inputs[0]);
  const planes = samples * channels;
  const window = constants.integers(wholePlane(plane));
  if (kind === 'max') return ([x], [y]) => wasm.maxPool(live(x).address, live(y).address, window, planes);
  const inverse = constants.floats(node, `inverse ${plane}`, () =>
    Float32Array.of(plane === 0 ? 0 : 1 / plane),
  );
  return ([x], [y]) => wasm.averagePool(live(x).address, live(y).address, window, planes, inverse);
};

/** The plane as one row, under a window as long. */
function wholePlane(size: number): readonly number[] {
  return windowFields({
    channels: 1,
    height: 1,
    width: size,
    outHeight: 1,
    outWidth: 1,
    kernelHeight: 1,
    kernelWidth: size,
    strideY: 1,
    strideX: 1,
    dilationY: 1,
    dilationX: 1,
    padTop: 0,
    padLeft: 0,
  });
}
