import { type InterpAttributes, interpTaps, NO_EXTENT, type Taps } from '@mnnquant/graph';
import type { KernelBinder, KernelContext } from '../context.ts';
import { live } from '../tensor.ts';

/** Resizing of NCHW lines and planes whose size is known beforehand; NHWC and volumes are left to the reference. */
export const bindInterp: KernelBinder = (context, node, inputs, [output]) => {
  const [x, size] = inputs;
  if (x?.dtype !== 'float32' || x.layout === 'NHWC' || x.shape.length > 4) return undefined;
  if (inputs.length > 1 && size?.value === undefined) return undefined;
  const [batch, channels, height, width = 1] = x.shape;
  const given = size && { ...size, data: size.value! };
  const [vertical, horizontal = NO_EXTENT] = interpTaps(
    node.attributes as InterpAttributes,
    x,
    output,
    given,
  );
  const rows = tapTable(context, vertical, width * 4);
  const columns = tapTable(context, horizontal, 4);
  const planes = batch * channels;
  const planeBytes = height * width * 4;
  const [, , outHeight, outWidth = 1] = output.shape;
  const [rowTaps, columnTaps] = [vertical.taps[0].length, horizontal.taps[0].length];
  return ([source], [target]) =>
    context.wasm.resample(
      live(source).address,
      live(target).address,
      planes,
      planeBytes,
      rows,
      outHeight,
      rowTaps,
      columns,
      outWidth,
      columnTaps,
    );
};

/** Offsets and weights as the kernel reads them; equal tables share their place. */
function tapTable({ constants }: KernelContext, { taps }: Taps, stepBytes: number): number {
  const records = taps.flat();
  const weights = Float64Array.from(records, ({ weight }) => weight);
  const bits = new Int32Array(weights.buffer);
  return constants.integers(
    records.flatMap(({ at }, i) => [at * stepBytes, 0, bits[2 * i], bits[2 * i + 1]]),
  );
}
