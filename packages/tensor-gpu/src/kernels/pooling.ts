import { type PoolAttributes, type PoolGeometry, poolGeometry } from '@mnnquant/graph';
import { view } from '../device/gpu-array.ts';
import { program } from '../device/program.ts';
import type { KernelBinder } from './context.ts';
import { OWN_PIXEL, quotient, slabsOf, slabThreads } from './dispatch.ts';
import { canReducePlanes, reducePlanes } from './plane-reduction.ts';

const WINDOW = {
  x: 'array',
  slabs: 'integer',
  height: 'integer',
  width: 'integer',
  outWidth: 'integer',
  kernelHeight: 'integer',
  kernelWidth: 'integer',
  strideY: 'integer',
  strideX: 'integer',
  padTop: 'integer',
  padLeft: 'integer',
} as const;

/** Where a thread's window begins. */
const WINDOW_START = `${OWN_PIXEL}
    ${quotient('row', 'pixel', 'outWidth')}
    const top = row * strideY - padTop;
    const left = (pixel - row * outWidth) * strideX - padLeft;`;

/** A window that holds no pixel takes the nearest one, as in MNN (3.6.1 CPUPool.hpp). */
const MAXIMUM = program({
  name: 'maximum-pooling',
  rank: 3,
  parameters: { ...WINDOW, lowest: 'number' },
  body: `${WINDOW_START}
    const firstY = Math.max(0, Math.min(top, height - 1));
    const firstX = Math.max(0, Math.min(left, width - 1));
    const endY = Math.min(height, Math.max(top + kernelHeight, 1));
    const endX = Math.min(width, Math.max(left + kernelWidth, 1));
    let maximum = lowest;
    for (let ky = 0; ky < kernelHeight; ky++) {
      if (firstY + ky < endY) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          if (firstX + kx < endX) {
            const value = x[o][firstY + ky][firstX + kx];
            if (value > maximum) maximum = value;
          }
        }
      }
    }
    return maximum;`,
});

/** `countedHeight` and `countedWidth`: up to where padding counts; 0: none does. */
const AVERAGE = program({
  name: 'average-pooling',
  rank: 3,
  parameters: { ...WINDOW, countedHeight: 'integer', countedWidth: 'integer' },
  body: `${WINDOW_START}
    const firstY = Math.max(0, top);
    const firstX = Math.max(0, left);
    const endY = Math.min(height, top + kernelHeight);
    const endX = Math.min(width, left + kernelWidth);
    let sum = 0.0;
    for (let ky = 0; ky < kernelHeight; ky++) {
      if (firstY + ky < endY) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          if (firstX + kx < endX) sum += x[o][firstY + ky][firstX + kx];
        }
      }
    }
    let count = Math.max(0, endY - firstY) * Math.max(0, endX - firstX);
    if (countedHeight > 0) {
      const rows = Math.min(top + kernelHeight, countedHeight) - top;
      const columns = Math.min(left + kernelWidth, countedWidth) - left;
      count = rows * columns;
    }
    let mean = 0.0;
    if (count > 0.5) mean = sum / count;
    return mean;`,
});

/** Maximum and average over windows of x [N,C,H,W]; NHWC and indices are left to the reference. */
export const bindPooling: KernelBinder = ({ device }, node, [x]) => {
  const { kind, countPadding, indices } = node.attributes as PoolAttributes;
  if (x?.dtype !== 'float32' || x.layout === 'NHWC' || indices) return undefined;
  const geometry = poolGeometry(node.attributes as PoolAttributes, x, `${node.name} (Pooling)`);
  const planes = geometry.batch * geometry.channels;
  const size = geometry.inputHeight * geometry.inputWidth;
  if (takesAll(geometry))
    return canReducePlanes(device, planes)
      ? async ([source]) => [await reducePlanes(device, kind, source!, planes, size)]
      : undefined;
  const pixels = geometry.outputHeight * geometry.outputWidth;
  const slabs = slabsOf(device, pixels, planes, 1);
  if (slabs === undefined) return undefined;
  const threads = slabThreads(slabs, pixels, planes, 1);
  const { countedHeight, countedWidth } = countPadding ? geometry : { countedHeight: 0, countedWidth: 0 };
  return async ([source]) => {
    const seen = view(source!, geometry.inputWidth, geometry.inputHeight, planes);
    const window = { x: seen, slabs, ...numbersOf(geometry) };
    if (kind === 'average')
      return [await device.run(AVERAGE, { ...window, countedHeight, countedWidth }, threads)];
    return [await device.run(MAXIMUM, { ...window, lowest: Number.NEGATIVE_INFINITY }, threads)];
  };
};

/** One window, and no padding. */
function takesAll(g: PoolGeometry): boolean {
  return (
    g.outputHeight * g.outputWidth === 1 &&
    g.kernel[0] === g.inputHeight &&
    g.kernel[1] === g.inputWidth &&
    g.padTop === 0 &&
    g.padLeft === 0
  );
}

function numbersOf(g: PoolGeometry) {
  return {
    height: g.inputHeight,
    width: g.inputWidth,
    outWidth: g.outputWidth,
    kernelHeight: g.kernel[0],
    kernelWidth: g.kernel[1],
    strideY: g.stride[0],
    strideX: g.stride[1],
    padTop: g.padTop,
    padLeft: g.padLeft,
  };
}
