import type { SampleOptions } from './sample-image.ts';

const f = Math.fround;

/** Writes rows of pixels into the tensor; `row` has four bytes for each pixel. */
export type WriteRow = (row: Uint8Array, y: number) => void;

/** Byte of a pixel that each channel is taken from; `undefined` stands for a channel of all three colours. */
export type SourceBytes = readonly (number | undefined)[];

/**
 * Writes to `tensor` as the layout says: (v - mean) * normal in float32.
 *
 * @param tensor [C,H,W] for `NCHW`, [H,W,C] for `NHWC`
 */
export function tensorWriter(
  tensor: Float32Array,
  sources: SourceBytes,
  { mean, normal, width, height }: SampleOptions,
  layout: 'NCHW' | 'NHWC',
): WriteRow {
  const channels = sources.length;
  const [pixelStep, channelStep] = layout === 'NHWC' ? [channels, 1] : [1, width * height];
  // One table per channel: 256 values instead of a subtraction and a product per pixel.
  const tables = sources.map((_, c) => tableOf(f(mean[c] ?? 0), f(normal[c] ?? 1)));
  return (row, y) => {
    for (const [c, source] of sources.entries()) {
      const at = c * channelStep + y * width * pixelStep;
      if (source === undefined) writeGray(tensor, at, pixelStep, tables[c], row);
      else writeChannel(tensor, at, pixelStep, tables[c], row, source);
    }
  };
}

function tableOf(mean: number, normal: number): Float32Array {
  const table = new Float32Array(256);
  for (let v = 0; v < 256; v++) table[v] = f(f(v - mean) * normal);
  return table;
}

function writeChannel(
  tensor: Float32Array,
  start: number,
  step: number,
  table: Float32Array,
  row: Uint8Array,
  source: number,
): void {
  for (let i = source, at = start; i < row.length; i += 4, at += step) tensor[at] = table[row[i]];
}

/** With MNN's integer weights. */
function writeGray(
  tensor: Float32Array,
  start: number,
  step: number,
  table: Float32Array,
  row: Uint8Array,
): void {
  for (let i = 0, at = start; i < row.length; i += 4, at += step)
    tensor[at] = table[(19 * row[i] + 38 * row[i + 1] + 7 * row[i + 2]) >> 6];
}
