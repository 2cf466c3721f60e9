import type { BoundKernel } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { live } from '../tensor.ts';
import type { ConvolutionJob } from './convolution-job.ts';
import { packBias, packRows, TILE_ROWS } from './pack.ts';
import { isPointwise, staysInside, windowFields } from './window.ts';

/** Panels of columns are unfolded into this much memory at a time, which stays in the second-level cache. */
const PANEL_BUFFER_BYTES = 192 * 1024;

/** Columns in one panel. */
const PANEL_COLUMNS = 8;

/** Fewer columns than this are not worth a pass over all weights. */
const MIN_COLUMNS = 32;

/** Bytes that one entry of the table of address translations covers, and entries that its first level has at least. */
const PAGE_BYTES = 4096;
const PAGES = 96;

/** Rows of the result that make up for a copy of the pixels. */
const MIN_PACKED_ROWS = 16;

/**
 * Convolution as a matrix product per sample and group: x [N,C,H,W] · w [O,C/g,kH,kW] → y [N,O,oH,oW].
 *
 * Rows are output channels, columns are output pixels, K = C/g * kH * kW. A 1x1 window with stride 1 reads the pixels where
 * they are, or a copy of them in panels; one output pixel (also a fully connected layer) is a matrix-vector product; all
 * else unfolds tiles of columns (im2col). All sum in the same order.
 */
export function bindDenseConvolution(context: KernelContext, job: ConvolutionJob): BoundKernel {
  const { window, group, outputChannels, batch } = job;
  const run = denseSample(context, job);
  const xBytes = group * window.channels * window.height * window.width * 4;
  const yBytes = outputChannels * window.outHeight * window.outWidth * 4;
  return (inputs, outputs) => {
    const x = live(inputs[0]).address;
    const y = live(outputs[0]).address;
    for (let n = 0; n < batch; n++) run(x + n * xBytes, y + n * yBytes);
  };
}

/** Computes one sample: from x [C,H,W] to y [O,oH,oW], both addresses. */
export type SampleConvolution = (x: number, y: number) => void;

export function denseSample(context: KernelContext, job: ConvolutionJob): SampleConvolution {
  const { window, group, outputChannels, lo, hi } = job;
  const M = outputChannels / group;
  const K = window.channels * window.kernelHeight * window.kernelWidth;
  const N = window.outHeight * window.outWidth;
  const weights = context.constants.floats(job.owner, `${job.role ?? ''}rows`, () => packGroups(job, M, K));
  const bias = context.constants.floats(job.owner, `${job.role ?? ''}bias`, () =>
    packBias(job.bias, group, M),
  );
  const run = chooseProduct(context, job, M, N, K);
  const aBytes = Math.ceil(M / TILE_ROWS) * TILE_ROWS * K * 4;
  const biasBytes = Math.ceil(M / TILE_ROWS) * TILE_ROWS * 4;
  const xBytes = window.channels * window.height * window.width * 4;
  return (x, y) => {
    for (let g = 0; g < group; g++) {
      run(weights + g * aBytes, bias + g * biasBytes, x + g * xBytes, y + g * M * N * 4, lo, hi);
    }
  };
}

/** Computes one group of one sample. */
type Product = (a: number, bias: number, x: number, y: number, lo: number, hi: number) => void;

function chooseProduct(
  context: KernelContext,
  job: ConvolutionJob,
  M: number,
  N: number,
  K: number,
): Product {
  const { window } = job;
  const { wasm } = context;
  const coversImage = window.kernelHeight === window.height && window.kernelWidth === window.width;
  // A window as large as the image has its pixels in the order of the weights.
  if (N === 1 && coversImage && staysInside(window)) {
    return (a, bias, x, y, lo, hi) => wasm.gemv(a, bias, x, y, M, K, lo, hi);
  }
  const columns = tileColumns(N, K);
  const rowBytes = N * 4;
  if (isPointwise(window)) return pointwiseProduct(context, M, N, K);
  const panelBytes = K * PANEL_COLUMNS * 4;
  const geometry = context.constants.integers(windowFields(window));
  context.scratch.reserve(Math.ceil(columns / PANEL_COLUMNS) * panelBytes);
  return (a, bias, x, y, lo, hi) => {
    const panels = context.scratch.address;
    for (let first = 0; first < N; first += columns) {
      const count = Math.min(columns, N - first);
      wasm.im2col(x, panels, geometry, first, count);
      wasm.gemm(a, bias, panels, panelBytes, 32, y + first * 4, rowBytes, M, count, K, lo, hi);
    }
  };
}

/** The columns are the pixels of x [K, N], read where they are or from panels. */
function pointwiseProduct({ wasm, scratch }: KernelContext, M: number, N: number, K: number): Product {
  const columns = tileColumns(N, K);
  const rowBytes = N * 4;
  const packed = packingPays(M, N, K);
  const panelBytes = K * PANEL_COLUMNS * 4;
  if (packed) scratch.reserve(Math.ceil(columns / PANEL_COLUMNS) * panelBytes);
  return (a, bias, x, y, lo, hi) => {
    for (let first = 0; first < N; first += columns) {
      const count = Math.min(columns, N - first);
      const pixels = x + first * 4;
      const out = y + first * 4;
      if (packed) {
        const panels = scratch.address;
        wasm.packColumns(pixels, panels, K, rowBytes, count);
        wasm.gemm(a, bias, panels, panelBytes, 32, out, rowBytes, M, count, K, lo, hi);
      } else {
        wasm.gemm(a, bias, pixels, PANEL_COLUMNS * 4, rowBytes, out, rowBytes, M, count, K, lo, hi);
      }
    }
  };
}

/**
 * Whether a 1x1 layer gains by copying its pixels into panels first: a panel that is read where it lies spreads over K rows,
 * and with more pages than the processor keeps translations of, each of its loads waits.
 */
function packingPays(M: number, N: number, K: number): boolean {
  return M >= MIN_PACKED_ROWS && K * Math.min(N * 4, PAGE_BYTES) >= PAGES * PAGE_BYTES;
}

/** Columns per tile: tiles of about equal width and whole panels. */
function tileColumns(N: number, K: number): number {
  return Math.ceil(N / columnTiles(N, K) / PANEL_COLUMNS) * PANEL_COLUMNS;
}

/** Into how many tiles N columns of K rows are cut, so that each fits the buffer: that often all weights are read. */
export function columnTiles(N: number, K: number): number {
  const fitting = Math.max(MIN_COLUMNS, Math.floor(PANEL_BUFFER_BYTES / (K * 4)));
  return Math.ceil(N / fitting);
}

function packGroups({ group, weight }: ConvolutionJob, M: number, K: number): Float32Array {
  const rows = Math.ceil(M / TILE_ROWS) * TILE_ROWS;
  const packed = new Float32Array(group * rows * K);
  for (let g = 0; g < group; g++) packed.set(packRows(weight(), g * M * K, M, K), g * rows * K);
  return packed;
}
