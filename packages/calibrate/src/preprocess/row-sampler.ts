import { createPositions, mixSpan, positionOf, setPositions } from './mix-row.ts';
import type { PixelImage } from './sample-image.ts';
import { isIdentity, type Matrix, mapPoint } from './transform.ts';

/** MNN samples a row in pieces of this many pixels and starts each at an exact position. */
const TILE = 512;

const f = Math.fround;

/** Sets `row` to row `y` of the target, four bytes per pixel. */
export type SampleRow = (y: number, row: Uint8Array) => void;

/**
 * Samples `image` for a target of that size.
 *
 * @param matrix from the target's pixels to the image's
 * @param alpha whether the fourth byte is asked for; the image has it then
 */
export function rowSampler(
  image: PixelImage,
  matrix: Matrix,
  { width, height }: { readonly width: number; readonly height: number },
  alpha: boolean,
): SampleRow {
  const plain = isIdentity(matrix) && image.width >= width && image.height >= height;
  return plain ? (y, row) => copyRow(image, y, row) : bilinearSampler(image, matrix, width, alpha);
}

function copyRow({ data, width, channels = 4 }: PixelImage, y: number, row: Uint8Array): void {
  const start = y * width * channels;
  for (let from = start, to = 0; to < row.length; from += channels, to += 4) {
    row[to] = data[from];
    row[to + 1] = data[from + 1];
    row[to + 2] = data[from + 2];
    if (channels === 4) row[to + 3] = data[from + 3];
  }
}

function bilinearSampler(
  { data, width, height, channels = 4 }: PixelImage,
  matrix: Matrix,
  count: number,
  alpha: boolean,
): SampleRow {
  const across = { extent: width, stride: channels };
  const down = { extent: height, stride: width * channels };
  const columns = createPositions(count);
  const tiles = Array.from({ length: Math.ceil(count / TILE) }, (_, i) => ({
    from: i * TILE,
    to: Math.min((i + 1) * TILE, count),
    // Where the row before began in the image, and its step: nearly always those of this row.
    x: Number.NaN,
    dx: Number.NaN,
  }));
  return (y, row) => {
    for (const tile of tiles) {
      const { from, to } = tile;
      const start = mapPoint(matrix, from, y);
      const end = mapPoint(matrix, to, y);
      const [dx, dy] = [f(f(end.x - start.x) / (to - from)), f(f(end.y - start.y) / (to - from))];
      if (tile.x !== start.x || tile.dx !== dx) {
        setPositions(columns, across, from, to, start.x, dx);
        [tile.x, tile.dx] = [start.x, dx];
      }
      for (let i = from, point = start.y; i < to; ) {
        const next = f(point + dy);
        // A step that is too small to change the height leaves the rest of the row level: most rows are, and
        // the matrix of a crop may slant by its rounding.
        const stop = next === point ? to : i + 1;
        mixSpan(data, columns, positionOf(point, down), i, stop, row, alpha);
        [i, point] = [stop, next];
      }
    }
  };
}
