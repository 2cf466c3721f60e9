import { type ConvolutionGeometry, convolutionGeometry, type TensorDesc } from '@mnnquant/graph';
import type { Layer } from './layer.ts';

/** The golden section: multiples of it fill an interval evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A place outside of the input. */
const OUTSIDE = -1;

/** Reads what a convolution's windows hold, at places that are spread over the output and always the same for a shape. */
export class Windows {
  /** How many there are of a sample. */
  readonly count: number;
  readonly #layer: Layer;
  /** [taps, count]: where the window's number is in the first channel, or `OUTSIDE`. */
  readonly #places: Int32Array;
  readonly #perChannel: number;

  /**
   * @param desc of the convolution's input
   * @param most windows of a sample
   */
  constructor(layer: Layer, desc: Pick<TensorDesc, 'shape' | 'layout'>, most: number) {
    const geometry = convolutionGeometry(layer.attributes, desc, undefined, layer.name);
    const { batch, inputChannels: c, inputHeight: h, inputWidth: w } = geometry;
    const { outputHeight, outputWidth } = geometry;
    const chosen = spread(batch * outputHeight * outputWidth, most);
    const [perChannel, perLine, perPixel] = desc.layout === 'NHWC' ? [1, w * c, c] : [h * w, w, 1];
    this.count = chosen.length;
    this.#layer = layer;
    this.#perChannel = perChannel;
    this.#places = placesOf(layer, geometry, chosen, [c * h * w, perLine, perPixel]);
  }

  /**
   * @param data the input of the convolution, of one sample
   * @param rows [groups * parts, size + 1, capacity] takes a window in each column from `at` on, with a 1 below
   */
  read(data: ArrayLike<number>, rows: Float32Array, capacity: number, at: number): void {
    const { groups, parts, size, attributes } = this.#layer;
    const area = attributes.kernel[0] * attributes.kernel[1];
    const channels = size / area;
    let to = at;
    for (let piece = 0; piece < groups * parts; piece++) {
      for (let channel = piece * channels; channel < (piece + 1) * channels; channel++)
        for (let tap = 0; tap < area; tap++, to += capacity)
          this.#gather(data, channel * this.#perChannel, tap, rows, to);
      rows.fill(1, to, to + this.count);
      to += capacity;
    }
  }

  #gather(data: ArrayLike<number>, from: number, tap: number, rows: Float32Array, to: number): void {
    const [places, count] = [this.#places, this.count];
    for (let i = 0; i < count; i++) {
      const place = places[tap * count + i]!;
      rows[to + i] = place === OUTSIDE ? 0 : data[from + place]!;
    }
  }
}

/** [taps, chosen] */
function placesOf(
  { attributes: { stride, dilation } }: Layer,
  { outputHeight, outputWidth, inputHeight, inputWidth, padTop, padLeft, kernel }: ConvolutionGeometry,
  chosen: readonly number[],
  [perImage, perLine, perPixel]: readonly [number, number, number],
): Int32Array {
  const plane = outputHeight * outputWidth;
  const places: number[] = [];
  for (let tap = 0; tap < kernel[0] * kernel[1]; tap++)
    for (const place of chosen) {
      const top = Math.floor((place % plane) / outputWidth) * stride[0] - padTop;
      const line = top + Math.floor(tap / kernel[1]) * dilation[0];
      const pixel = (place % outputWidth) * stride[1] - padLeft + (tap % kernel[1]) * dilation[1];
      const outside = line < 0 || line >= inputHeight || pixel < 0 || pixel >= inputWidth;
      const image = Math.floor(place / plane) * perImage;
      places.push(outside ? OUTSIDE : image + line * perLine + pixel * perPixel);
    }
  return Int32Array.from(places);
}

/** At most `most` different numbers below `count`, spread evenly, ascending. */
export function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  let step = Math.max(1, Math.floor(count * GOLDEN));
  while (commonDivisor(step, count) !== 1) step++;
  const chosen = Array.from({ length: most }, (_, i) => (i * step) % count);
  return chosen.sort((a, b) => a - b);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
