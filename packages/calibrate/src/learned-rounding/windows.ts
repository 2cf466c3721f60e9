import { type ConvolutionGeometry, convolutionGeometry, type TensorDesc } from '@mnnquant/graph';
import type { Layer } from './layer.ts';

/** The golden section: multiples of it fill an interval evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** What a convolution's windows hold, each with a 1 behind. */
export interface Windows {
  readonly count: number;
  /** [groups * parts, count, size + 1]. */
  readonly rows: Float32Array;
}

/**
 * Windows at places that are spread over the output, always the same for a shape.
 *
 * @param data the input of the convolution
 * @param most places
 */
export function windowsOf(
  layer: Layer,
  desc: Pick<TensorDesc, 'shape' | 'layout'>,
  data: ArrayLike<number>,
  most: number,
): Windows {
  const geometry = convolutionGeometry(layer.attributes, desc, undefined, layer.name);
  const { batch, outputHeight, outputWidth } = geometry;
  const places = spread(batch * outputHeight * outputWidth, most);
  const pieces = layer.groups * layer.parts;
  const row = layer.size + 1;
  const rows = new Float32Array(pieces * places.length * row);
  const reader = new WindowReader(layer, geometry, desc.layout === 'NHWC', data);
  for (let piece = 0; piece < pieces; piece++)
    for (const [i, place] of places.entries()) {
      const at = (piece * places.length + i) * row;
      reader.read(place, piece, rows, at);
      rows[at + layer.size] = 1;
    }
  return { count: places.length, rows };
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

/** Reads windows; what lies outside of the input stays as it is. */
class WindowReader {
  readonly #layer: Layer;
  readonly #geometry: ConvolutionGeometry;
  readonly #data: ArrayLike<number>;
  /** How far it is in the data from one image, channel, line and pixel to the next. */
  readonly #steps: readonly [image: number, channel: number, line: number, pixel: number];

  constructor(layer: Layer, geometry: ConvolutionGeometry, nhwc: boolean, data: ArrayLike<number>) {
    this.#layer = layer;
    this.#geometry = geometry;
    this.#data = data;
    const { inputChannels: c, inputHeight: h, inputWidth: w } = geometry;
    this.#steps = nhwc ? [c * h * w, 1, w * c, c] : [c * h * w, h * w, w, 1];
  }

  read(place: number, piece: number, rows: Float32Array, to: number): void {
    const { outputHeight, outputWidth, inputHeight, inputWidth, padTop, padLeft, kernel } = this.#geometry;
    const { stride, dilation } = this.#layer.attributes;
    const [perImage, perChannel, perLine, perPixel] = this.#steps;
    const area = kernel[0] * kernel[1];
    const channels = this.#layer.size / area;
    const plane = outputHeight * outputWidth;
    const top = Math.floor((place % plane) / outputWidth) * stride[0] - padTop;
    const left = (place % outputWidth) * stride[1] - padLeft;
    const from = Math.floor(place / plane) * perImage + piece * channels * perChannel;
    for (let tap = 0; tap < area; tap++) {
      const line = top + Math.floor(tap / kernel[1]) * dilation[0];
      const pixel = left + (tap % kernel[1]) * dilation[1];
      if (line < 0 || line >= inputHeight || pixel < 0 || pixel >= inputWidth) continue;
      const at = from + line * perLine + pixel * perPixel;
      for (let c = 0; c < channels; c++) rows[to + c * area + tap] = this.#data[at + c * perChannel]!;
    }
  }
}
