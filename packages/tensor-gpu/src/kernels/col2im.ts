import { type ColumnAttributes, columnGeometry } from '@mnnquant/graph';
import { view } from '../device/gpu-array.ts';
import { program } from '../device/program.ts';
import type { KernelBinder } from './context.ts';
import { EXACT_ROUNDING } from './dispatch.ts';
import { canStart } from './threads.ts';

/** Pixel (x, y) of plane z: the sum over the windows that lie on it, of which there is at most one for each tap. */
const COL2IM = program({
  name: 'columns to images',
  rank: 3,
  parameters: {
    columns: 'array',
    ...{ kernelY: 'integer', kernelX: 'integer', strideY: 'integer', strideX: 'integer' },
    ...{ dilationY: 'integer', dilationX: 'integer', top: 'integer', left: 'integer' },
    ...{ windowsY: 'integer', windowsX: 'integer' },
  },
  body: `
    let sum = 0.0;
    for (let i = 0; i < kernelY; i++) {
      const below = this.thread.y + top - i * dilationY;
      const row = Math.floor((below + 0.5) / strideY);
      if (row >= 0 && row < windowsY && row * strideY == below) {
        for (let j = 0; j < kernelX; j++) {
          const right = this.thread.x + left - j * dilationX;
          const column = Math.floor((right + 0.5) / strideX);
          if (column >= 0 && column < windowsX && column * strideX == right)
            sum += columns[this.thread.z][i * kernelX + j][row * windowsX + column];
        }
      }
    }
    return sum;`,
});

/** Windows of a plane that float32 counts. */
const MOST_WINDOWS = 2 ** 24;

/** Sums columns back into images: x [N,C·kH·kW,windows] → y [N,C,H,W]. */
export const bindCol2Im: KernelBinder = ({ device }, node, _inputs, [{ shape }]) => {
  const attributes = node.attributes as ColumnAttributes;
  const { windows } = columnGeometry(attributes, shape, node.name);
  const [samples, channels, height, width] = shape;
  const threads = [width, height, samples * channels] as const;
  const area = attributes.kernel[0] * attributes.kernel[1];
  const { kernel, stride, dilation, pads } = attributes;
  const isExact =
    windows[0] * windows[1] < MOST_WINDOWS && Math.max(height, width) + Math.max(...pads) < EXACT_ROUNDING;
  if (!canStart(device, threads) || !isExact) return undefined;
  const parameters = {
    ...{ kernelY: kernel[0], kernelX: kernel[1], strideY: stride[0], strideX: stride[1] },
    ...{ dilationY: dilation[0], dilationX: dilation[1], top: pads[0], left: pads[1] },
    ...{ windowsY: windows[0], windowsX: windows[1] },
  };
  return async ([x]) => {
    const columns = view(x!, windows[0] * windows[1], area, samples * channels);
    return [await device.run(COL2IM, { columns, ...parameters }, threads)];
  };
};
