import type { PixelImage } from '@mnnquant/calibrate';

/** Cells along a side of a thumbnail. */
const GRID = 16;

/** Whether some pixel is not opaque. */
export function isTransparent({ data, channels = 4 }: PixelImage): boolean {
  if (channels === 3) return false;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}

/** Whether every pixel has R = G = B. */
export function greyOnly({ data, channels = 4 }: PixelImage): boolean {
  for (let i = 0; i < data.length; i += channels)
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}

/** Means of the cells of a grid of 16x16, RGB, row by row; of a smaller image pixels stand in several cells. */
export function thumbnailOf({ data, width, height, channels = 4 }: PixelImage): Uint8Array {
  const cells = new Uint8Array(GRID * GRID * 3);
  for (let row = 0; row < GRID; row++) {
    const [top, bottom] = span(row, height);
    for (let column = 0; column < GRID; column++) {
      const [left, right] = span(column, width);
      const sums = [0, 0, 0];
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++)
          for (let c = 0; c < 3; c++) sums[c]! += data[(y * width + x) * channels + c]!;
      const count = (bottom - top) * (right - left);
      for (let c = 0; c < 3; c++) cells[(row * GRID + column) * 3 + c] = Math.round(sums[c]! / count);
    }
  }
  return cells;
}

/** Pixels of a cell, at least one. */
function span(cell: number, length: number): [from: number, to: number] {
  const from = Math.floor((cell * length) / GRID);
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * length) / GRID))];
}
