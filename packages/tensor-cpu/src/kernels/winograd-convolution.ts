import type { BoundKernel } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { live } from '../tensor.ts';
import type { ConvolutionJob } from './convolution-job.ts';
import { columnTiles, denseSample, type SampleConvolution } from './dense-convolution.ts';
import { packBias, TILE_ROWS } from './pack.ts';
import { windowFields } from './window.ts';
import { oddLines, PRODUCTS, transformWeights, weightStep } from './winograd-weights.ts';

/** Output pixels of a tile along an axis. */
const TILE = 4;

/** Tiles in one panel of columns. */
const PANEL_COLUMNS = 8;

/** Room for the transformed input of a band; with the products it stays in a second-level cache of 2 MiB. */
const VALUES_BYTES = 1280 * 1024;

/** Room for the products of some output channels of a band. */
const PRODUCTS_BYTES = 160 * 1024;

/** How a layer is cut into bands and chunks; fields in the order of `assembly/winograd.ts`, offsets in bytes. */
interface Plan {
  readonly outputs: number;
  readonly weightStep: number;
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly bandRows: number;
  readonly chunk: number;
  readonly paddedWidth: number;
  readonly rows: number;
  readonly values: number;
  readonly valuesStep: number;
  readonly products: number;
  readonly productsStep: number;
  readonly zeros: number;
  /** Bytes of working memory in all. */
  readonly bytes: number;
}

/**
 * Where the time goes, in multiply-adds of `gemm`, as measured by `bench/kernels.mjs` on x86-64: moving an input pixel into
 * a column, finding one tap of a column, the transforms of a tile, and reading a weight that no cache of 1 MiB holds.
 */
const COST = { move: 4.5, tap: 25, tileIn: 350, tileOut: 500, weight: 8 } as const;
const CACHED_WEIGHTS = 2 ** 18;

/** What must be gained before the other order of sums is worth it. */
const GAIN = 1.1;

/** Whether Winograd's F(4,3) covers the layer and is faster than sums in order. */
export function winogradPays(job: ConvolutionJob): boolean {
  const { window } = job;
  const covered =
    job.group === 1 &&
    window.kernelHeight === 3 &&
    window.kernelWidth === 3 &&
    window.strideY === 1 &&
    window.strideX === 1 &&
    window.dilationY === 1 &&
    window.dilationX === 1 &&
    job.outputChannels * window.channels * window.outHeight * window.outWidth > 0;
  return covered && costInOrder(job) > GAIN * costByTiles(job);
}

function costInOrder({ window, outputChannels }: ConvolutionJob): number {
  const { channels, outHeight, outWidth } = window;
  const rows = roundUp(outputChannels, TILE_ROWS);
  const taps = 9 * outHeight * outWidth;
  const weights = 9 * channels * rows;
  const passes = columnTiles(outHeight * outWidth, 9 * channels);
  const reading = weights > CACHED_WEIGHTS ? COST.weight * weights * passes : 0;
  return taps * (channels * (rows + COST.move) + COST.tap) + reading;
}

function costByTiles(job: ConvolutionJob): number {
  const { channels } = job.window;
  const rows = roundUp(job.outputChannels, TILE_ROWS);
  const { tileRows, tileColumns, bandRows } = planOf(job);
  const tiles = tileRows * tileColumns;
  const weights = PRODUCTS * channels * rows;
  const passes = Math.ceil(tileRows / bandRows);
  const reading = weights > CACHED_WEIGHTS ? COST.weight * weights * passes : 0;
  // Four columns at a time take more than half of the time of eight.
  const columns = roundUp(tiles, PANEL_COLUMNS / 2) + (tiles <= PANEL_COLUMNS / 2 ? 2 : 0);
  return weights * columns + tiles * (COST.tileIn * channels + COST.tileOut * job.outputChannels) + reading;
}

/**
 * 3x3 convolution with stride 1 by Winograd's F(4,3), x [N,C,H,W] · w [O,C,3,3] → y [N,O,oH,oW]: a quarter of the products.
 * Its rounding error is about twice that of the sum in order, and below 2e-6 of the largest sum of absolute products.
 * A sample with results that are not finite is computed again by im2col, since such values would spread over their tiles.
 */
export function bindWinogradConvolution(context: KernelContext, job: ConvolutionJob): BoundKernel {
  const { window, outputChannels, batch, lo, hi } = job;
  const { constants, scratch, wasm } = context;
  const weights = constants.floats(job.owner, `${job.role ?? ''}winograd`, () =>
    transformWeights(job.weight(), outputChannels, window.channels),
  );
  const bias = constants.floats(job.owner, `${job.role ?? ''}bias`, () =>
    packBias(job.bias, 1, outputChannels),
  );
  const { bytes, ...fields } = planOf(job);
  const geometry = constants.integers(windowFields(window));
  const plan = constants.integers(Object.values(fields));
  scratch.reserve(bytes);
  const xBytes = window.channels * window.height * window.width * 4;
  const yBytes = outputChannels * window.outHeight * window.outWidth * 4;
  let inOrder: SampleConvolution | undefined;
  return (inputs, outputs) => {
    let x = live(inputs[0]).address;
    let y = live(outputs[0]).address;
    for (let n = 0; n < batch; n++, x += xBytes, y += yBytes) {
      if (wasm.winograd(x, weights, bias, y, geometry, plan, scratch.address, lo, hi) === 0) continue;
      inOrder ??= denseSample(context, job);
      inOrder(x, y);
    }
  };
}

function planOf({ window, outputChannels }: ConvolutionJob): Plan {
  const tileRows = Math.ceil(window.outHeight / TILE);
  const tileColumns = Math.ceil(window.outWidth / TILE);
  const panelBytes = (window.channels + 1) * PANEL_COLUMNS * 4;
  const rowBytes = (PRODUCTS * tileColumns * panelBytes) / PANEL_COLUMNS;
  const bands = Math.ceil(tileRows / Math.max(1, Math.floor(VALUES_BYTES / rowBytes)));
  const bandRows = Math.ceil(tileRows / bands);
  const tiles = bandRows * tileColumns;
  const most = Math.floor(PRODUCTS_BYTES / (PRODUCTS * tiles * 4) / TILE_ROWS) * TILE_ROWS;
  const chunk = Math.min(Math.max(TILE_ROWS, most), roundUp(outputChannels, TILE_ROWS));
  // Groups of four tiles read 20 pixels; the last one may be incomplete.
  const paddedWidth = Math.ceil(tileColumns / 4) * 16 + 4;
  const valuesStep = oddLines((Math.ceil(tiles / PANEL_COLUMNS) + 1) * panelBytes);
  const productsStep = oddLines(chunk * tiles * 4);
  const rows = (bandRows * TILE + 2) * paddedWidth * 4;
  const values = oddLines(rows + 6 * paddedWidth * 4);
  const products = values + PRODUCTS * valuesStep;
  const zeros = products + PRODUCTS * productsStep;
  const bytes = zeros + chunk * 4;
  return {
    outputs: outputChannels,
    weightStep: weightStep(outputChannels, window.channels),
    tileRows,
    tileColumns,
    bandRows,
    chunk,
    paddedWidth,
    rows,
    values,
    valuesStep,
    products,
    productsStep,
    zeros,
    bytes,
  };
}

function roundUp(count: number, unit: number): number {
  return Math.ceil(count / unit) * unit;
}
