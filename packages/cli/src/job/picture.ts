import { channelCount } from '@mnnquant/calibrate';
import type { TensorData } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';

/** Rows of pixels, a byte per channel: grey, or red, green and blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/**
 * The input of a network turned back into what can be looked at: pixel = value / normal + mean, as far as there are
 * such pixels. The first channel is drawn red whatever `format` says, as a network that was trained with RGB takes it:
 * so BGR given to such a network shows. Alpha is left out. A channel whose `normal` is 0 tells nothing and shows its mean.
 *
 * @param shape [1,C,H,W], with `nhwc` [1,H,W,C]
 */
export function pictureOf(
  data: TensorData,
  shape: readonly number[],
  nhwc: boolean,
  { format, mean = [], normal = [] }: Pick<Config, 'format' | 'mean' | 'normal'>,
): Picture {
  const [height, width] = nhwc ? [shape[1], shape[2]] : [shape[2], shape[3]];
  const [pixelStep, channelStep] = nhwc ? [channelCount(format), 1] : [1, width * height];
  const colours = format === 'GRAY' ? 1 : 3;
  // Clamps, and makes 0 of what is no number.
  const pixels = new Uint8ClampedArray(width * height * colours);
  for (let channel = 0; channel < colours; channel++) {
    const [scale, shift] = [normal[channel] ?? 1, mean[channel] ?? 0];
    for (let i = 0; i < width * height; i++) {
      const value = data[channel * channelStep + i * pixelStep];
      pixels[i * colours + channel] = scale === 0 ? shift : value / scale + shift;
    }
  }
  return {
    width,
    height,
    channels: colours,
    data: new Uint8Array(pixels.buffer),
  };
}
