export interface ConvolutionSize {
  /** Height and width of the output. */
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the kernel. */
  readonly kernel: number;
}

/** Input tiles for which MNN's tool looks; the larger, the fewer multiplications and the larger the error. */
export type WinogradTile = 4 | 6;

const TILES: readonly number[] = [4, 6];
const LARGEST_UNIT = 6;
const SMALLEST_GAIN = 2;
/** Tiles that MNN counts on to fill one step of its matrix product. */
const TILES_PER_STEP = 12;

/**
 * The output tile for which MNN expects int8 Winograd to need the fewest multiplications, if fewer
 * than half (MNN 3.6.1 NN.cpp `bestWinogradUnit`). What the runtime can run is square.
 *
 * @param largestTile the largest input tile, `unit + kernel - 1`, to look at
 */
export function winogradUnit(size: ConvolutionSize, largestTile: WinogradTile = 6): number | undefined {
  const { height, width, inputs, outputs, kernel } = size;
  const largest = Math.trunc(Math.sqrt(Math.ceil((height * width) / TILES_PER_STEP)));
  const direct = height * width * inputs * outputs * kernel * kernel;
  let best: number | undefined;
  let bestGain = SMALLEST_GAIN;
  for (let unit = 2; unit <= Math.max(2, Math.min(largest, LARGEST_UNIT)); unit++) {
    const alpha = unit + kernel - 1;
    if (alpha > largestTile || !TILES.includes(alpha)) continue;
    const tiles = Math.ceil(width / unit) * Math.ceil(height / unit);
    const positions = alpha * alpha;
    const perTile =
      2 * positions * inputs + positions * inputs * outputs + (positions + unit * alpha) * outputs;
    const gain = direct / (perTile * tiles);
    if (gain > bestGain) [best, bestGain] = [unit, gain];
  }
  return best;
}
