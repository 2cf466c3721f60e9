import { transformTile, winogradMatrices } from './matrices.ts';

export interface TileJob {
  /** Samples × channels × height × width; with `nhwc` the channels come last. */
  readonly data: ArrayLike<number>;
  readonly nhwc: boolean;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly unit: number;
  /** Rows above and columns left of the input that count as zero. */
  readonly padY: number;
  readonly padX: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Smallest and largest value of each position, row-major over alpha × alpha; both include 0. */
export interface PositionRanges {
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/**
 * The range of every position of the transformed input tiles, over samples, channels and tiles.
 * Values that are not finite are left out. Parts of tiles beyond the input count as zero.
 */
export function tileRanges(job: TileJob): PositionRanges {
  const { inputT, alpha } = winogradMatrices(job.unit, job.kernel);
  const min = new Float64Array(alpha * alpha);
  const max = new Float64Array(alpha * alpha);
  const tile = new Float64Array(alpha * alpha);
  const result = new Float64Array(alpha * alpha);
  const half = new Float64Array(alpha * alpha);
  const planes = job.data.length / (job.height * job.width);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < job.outHeight; y += job.unit)
      for (let x = 0; x < job.outWidth; x += job.unit) {
        readTile(job, plane, y - job.padY, x - job.padX, alpha, tile);
        transformTile(inputT, tile, alpha, alpha, result, half);
        for (let position = 0; position < result.length; position++) {
          const value = result[position]!;
          if (!Number.isFinite(value)) continue;
          if (value < min[position]!) min[position] = value;
          if (value > max[position]!) max[position] = value;
        }
      }
  return { min, max };
}

function readTile(
  { data, nhwc, channels, height, width }: TileJob,
  plane: number,
  top: number,
  left: number,
  alpha: number,
  tile: Float64Array,
): void {
  const step = nhwc ? channels : 1;
  const channel = plane % channels;
  const start = nhwc ? (plane - channel) * height * width + channel : plane * height * width;
  for (let row = 0; row < alpha; row++)
    for (let column = 0; column < alpha; column++) {
      const [y, x] = [top + row, left + column];
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      tile[row * alpha + column] = inside ? data[start + (y * width + x) * step]! : 0;
    }
}
