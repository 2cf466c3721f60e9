import { flat, type GpuArray, view } from '../device/gpu-array.ts';
import type { GpuKernel, KernelContext } from './context.ts';
import { type ConvolutionJob, packWeights } from './convolution-job.ts';
import { FINISH, WINDOW, WINDOW_SLIDING, WINDOW_WIDE } from './convolution-programs.ts';
import { slabsOf, slabThreads } from './dispatch.ts';
import { hasInnerProduct, innerProduct } from './inner-product.ts';
import {
  inRanges,
  type OutputRange,
  outputRanges,
  type RangeStep,
  type WeightedSum,
} from './output-ranges.ts';
import { POINTWISE, POINTWISE_WIDE } from './pointwise-programs.ts';
import { releasing } from './support.ts';
import { canStart } from './threads.ts';

/** The convolution of a job, in as many runs as its weights need arrays. */
export function bindJob(context: KernelContext, job: ConvolutionJob): GpuKernel | undefined {
  const inner = innerOf(job);
  const sum: WeightedSum = {
    owner: job.owner,
    batch: job.batch,
    outputs: job.outputs,
    plane: job.outHeight * job.outWidth,
    inner,
    bias: job.bias,
    pack: (range) => packWeights(job.weight, inner, range),
  };
  const ranges = outputRanges(sum, context.device.maxArrayBytes);
  const step = bindWhole(context, job, ranges) ?? bindWindows(context, job, ranges);
  return step && inRanges(context, sum, ranges, step);
}

/** Weights per output channel. */
function innerOf({ channels, kernel }: ConvolutionJob): number {
  return channels * kernel[0] * kernel[1];
}

/** A window as large as the image: a product of each sample with all weights. */
function bindWhole(
  { device }: KernelContext,
  job: ConvolutionJob,
  ranges: readonly OutputRange[],
): RangeStep | undefined {
  const { batch, group, height, width, outHeight, outWidth, kernel, dilation, pad, lo, hi } = job;
  const along = (axis: 0 | 1, input: number): boolean =>
    kernel[axis] === input && pad[axis] === 0 && (dilation[axis] === 1 || input === 1);
  if (group > 1 || outHeight * outWidth > 1 || !along(0, height) || !along(1, width)) return undefined;
  const productOf = ({ count }: OutputRange) => ({
    rows: batch,
    inner: innerOf(job),
    outputs: count,
    lo,
    hi,
  });
  if (!ranges.every((range) => hasInnerProduct(device, productOf(range)))) return undefined;
  return (x, w, bias, range) => innerProduct(device, productOf(range), x, w, bias);
}

/** How the pixels of an output plane and the channels are spread over threads. */
interface Spread {
  /** 1x1 with stride 1: the plane is one row. */
  readonly pointwise: boolean;
  readonly rows: number;
  /** Pixels of a row. */
  readonly row: number;
  readonly wide: boolean;
  /** Threads of a row. */
  readonly rowThreads: number;
  /** Pixels of a row with those that a last group of four has too many. */
  readonly longRow: number;
  /** Into how many the channels are divided, so that there are enough threads. */
  readonly parts: number;
}

/** Products per output below which cutting rows takes longer than groups of four save. */
const WORTH_CUTTING = 32;

/** Pixels computed per pixel wanted, above which groups of four save nothing: they need five loads in place of eight. */
const MOST_WASTE = 1.5;

/** What fills a large GPU. */
const ENOUGH_THREADS = 2 ** 16;

/** Products per thread below which adding parts takes longer than more threads save. */
const WORTH_DIVIDING = 256;

function spreadOf(
  job: ConvolutionJob,
  ranges: readonly OutputRange[],
  isWide: boolean,
  maxBytes: number,
): Spread {
  const { kernel, stride, pad, height, width, outHeight, outWidth } = job;
  const isOne = [...kernel, ...stride].every((extent) => extent === 1) && pad[0] === 0 && pad[1] === 0;
  const pointwise = isOne && outHeight === height && outWidth === width;
  const [rows, row] = pointwise ? [1, outHeight * outWidth] : [outHeight, outWidth];
  const most = mostOf(ranges);
  const bytesOf = (pixels: number): number => job.batch * most * rows * pixels * 4;
  const longer = Math.ceil(row / 4) * 4;
  const worthCutting = innerOf(job) >= WORTH_CUTTING && longer <= row * MOST_WASTE;
  const wide = isWide && (row % 4 === 0 || (worthCutting && bytesOf(longer) <= maxBytes));
  const longRow = wide ? longer : row;
  const rowThreads = wide ? longer / 4 : row;
  const threads = rows * rowThreads * most * job.batch;
  let parts = 1;
  const canDouble = (): boolean =>
    threads * parts < ENOUGH_THREADS &&
    job.channels % (parts * 2) === 0 &&
    innerOf(job) >= parts * 2 * WORTH_DIVIDING &&
    bytesOf(longRow) * parts * 2 <= maxBytes;
  while (canDouble()) parts *= 2;
  return { pointwise, rows, row, wide, rowThreads, longRow, parts };
}

function bindWindows(
  { device }: KernelContext,
  job: ConvolutionJob,
  ranges: readonly OutputRange[],
): RangeStep | undefined {
  const { batch, outHeight, outWidth, lo, hi } = job;
  const spread = spreadOf(job, ranges, device.wide, device.maxArrayBytes);
  const { rows, row, wide, rowThreads, longRow, parts } = spread;
  const pixels = outHeight * outWidth;
  const most = mostOf(ranges);
  const slabs = slabsOf(device, pixels, most, batch * parts);
  const inFours = [rowThreads * rows, most, batch * parts] as const;
  if (wide && !canStart(device, inFours)) return undefined;
  const whole = parts === 1 && longRow === row;
  if (slabs === undefined) return undefined;
  return async (x, w, bias, range) => {
    const { count } = range;
    const args = argumentsOf(job, spread, slabs, x, w, bias, range);
    const threads = wide
      ? ([inFours[0], count, inFours[2]] as const)
      : slabThreads(slabs, pixels, count, batch * parts);
    const result = await runWindows({ device }, job, spread, args, threads);
    if (whole) return result;
    const partial = view(result, rows * longRow, count, batch * parts);
    const sum = { partial, bias: flat(bias), parts, slabs, outWidth: row, slack: longRow - row, lo, hi };
    return releasing([result], () => device.run(FINISH, sum, slabThreads(slabs, pixels, count, batch)));
  };
}

/** Outputs of the largest range. */
function mostOf(ranges: readonly OutputRange[]): number {
  return Math.max(...ranges.map(({ count }) => count));
}

/** What the programs of windows and of single pixels are given; the latter look at a part of it. */
function argumentsOf(
  job: ConvolutionJob,
  { pointwise, row, rowThreads, longRow, parts }: Spread,
  slabs: number,
  x: GpuArray,
  w: GpuArray,
  bias: GpuArray,
  { first, count }: OutputRange,
) {
  const { batch, group, channels, height, width, kernel, stride, dilation, pad } = job;
  const planes = batch * group * channels;
  return {
    x: pointwise ? view(x, row, planes) : view(x, width, height, planes),
    w: pointwise ? view(w, count, channels) : view(w, count, kernel[0] * kernel[1], channels),
    bias: flat(bias),
    allChannels: group * channels,
    groupChannels: channels,
    partChannels: channels / parts,
    groupOutputs: job.outputs / group,
    firstOutput: first,
    parts,
    slabs,
    height,
    width,
    rowThreads,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideY: stride[0],
    strideX: stride[1],
    dilationY: dilation[0],
    dilationX: dilation[1],
    padTop: pad[0],
    padLeft: pad[1],
    finish: parts === 1 && longRow === row ? 1 : 0,
    lo: job.lo,
    hi: job.hi,
  };
}

function runWindows(
  { device }: Pick<KernelContext, 'device'>,
  { stride, dilation }: ConvolutionJob,
  { pointwise, wide }: Spread,
  args: ReturnType<typeof argumentsOf>,
  threads: readonly [number, number, number],
): Promise<GpuArray> {
  if (pointwise) return device.run(wide ? POINTWISE_WIDE : POINTWISE, args, threads);
  if (!wide) return device.run(WINDOW, args, threads);
  const slides = stride[1] === 1 && dilation[1] === 1;
  return device.run(slides ? WINDOW_SLIDING : WINDOW_WIDE, args, threads);
}
