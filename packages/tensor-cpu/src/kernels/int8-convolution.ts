import { convolutionGeometry, type Int8ConvolutionAttributes, requantization } from '@mnnquant/graph';
import type { KernelBinder, KernelContext } from '../context.ts';
import { live } from '../tensor.ts';
import { convolutionWindow } from './convolution.ts';
import type { ConvolutionJob } from './convolution-job.ts';
import { denseSample, type SampleConvolution } from './dense-convolution.ts';
import { depthwiseSample } from './depthwise-convolution.ts';
import { allFloat } from './support.ts';

/** Whole numbers up to here are exact in float32, and so are sums of them in any order. */
const EXACT = 2 ** 24;

const CACHE_LINE = 64;

/** Sums over the input channels from `first` to `end`. */
interface Part {
  readonly first: number;
  readonly end: number;
}

/**
 * Convolutions of whole numbers in float32: x [N,C,H,W] · w [O,C,kH,kW] → y [N,O,oH,oW]. Channels are summed in as many parts
 * as keep every sum below 2^24, and so exact; their total is taken in int32. Never by Winograd, whose fractions are not exact.
 */
export const bindInt8Convolution: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as Int8ConvolutionAttributes;
  const { op } = attributes;
  const { weight } = op;
  if (weight === undefined || !allFloat(inputs) || inputs[0].layout === 'NHWC') return undefined;
  const where = `${node.name} (${node.definition.name})`;
  const geometry = convolutionGeometry(op, inputs[0], undefined, where);
  const { batch, group, outputChannels } = geometry;
  const window = convolutionWindow(op, geometry);
  const zeroPoint = attributes.inputs[0]!.zeroPoint;
  const parts = exactParts(weight, outputChannels, window.channels, largestDistance(zeroPoint));
  if (parts === undefined || (group > 1 && (window.channels > 1 || parts.length > 1))) return undefined;
  const steps = requantization(attributes, where);
  const offset = context.constants.ownIntegers(node, 'offset', () => steps.offset);
  const scale = context.constants.floats(node, 'scale', () => steps.scale);
  const bias = context.constants.floats(node, 'bias', () => steps.bias);
  const plane = window.outHeight * window.outWidth;
  const count = geometry.inputChannels * window.height * window.width;
  const yBytes = outputChannels * plane * 4;
  const rooms = {
    centred: zeroPoint === 0 ? 0 : count * 4,
    sums: parts.length > 1 ? parts.length * yBytes : 0,
  };
  const { inner, room } = withRoom(context, aligned(rooms.centred) + rooms.sums);
  const job = { owner: node, window, batch, group, outputChannels, bias: undefined, ...UNBOUNDED };
  const runs =
    group > 1 ? [wholeRun(inner, job, weight)] : parts.map((part) => partRun(inner, job, weight, part));
  return ([from], [to]) => {
    const centred = room();
    for (let n = 0; n < batch; n++) {
      const y = live(to).address + n * yBytes;
      let x = live(from).address + n * count * 4;
      if (zeroPoint !== 0) {
        context.wasm.fromInt8(x, centred, count, 1, zeroPoint);
        x = centred;
      }
      const sums = runs.length > 1 ? centred + aligned(rooms.centred) : y;
      for (const [i, run] of runs.entries()) run(x, sums + i * yBytes);
      const { factor, low, high } = steps;
      context.wasm.requantize(
        ...([sums, runs.length, yBytes, y, offset, scale, bias] as const),
        ...([factor, outputChannels, plane, low, high] as const),
      );
    }
  };
};

const UNBOUNDED = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY } as const;

type Job = Omit<ConvolutionJob, 'weight'>;

function wholeRun(context: KernelContext, job: Job, weight: Float32Array): SampleConvolution {
  return depthwiseSample(context, { ...job, role: 'sums', weight: () => weight });
}

function partRun(
  context: KernelContext,
  job: Job,
  weight: Float32Array,
  { first, end }: Part,
): SampleConvolution {
  const { window, outputChannels } = job;
  const taps = window.kernelHeight * window.kernelWidth;
  const slice = (): Float32Array => {
    const own = new Float32Array(outputChannels * (end - first) * taps);
    for (let o = 0; o < outputChannels; o++) {
      const row = o * window.channels;
      own.set(weight.subarray((row + first) * taps, (row + end) * taps), o * (end - first) * taps);
    }
    return own;
  };
  const part = { ...job, role: `sums ${first}`, window: { ...window, channels: end - first }, weight: slice };
  const run = denseSample(context, part);
  const skipped = first * window.height * window.width * 4;
  return (x, y) => run(x + skipped, y);
}

/** How far an int8 value can be from the zero point. */
function largestDistance(zeroPoint: number): number {
  return Math.max(127 - zeroPoint, zeroPoint + 128);
}

/**
 * Ranges of input channels over which no sum of weight * value can reach 2^24 in any output channel; `undefined` where one
 * channel alone may.
 */
function exactParts(
  weight: Float32Array,
  outputs: number,
  channels: number,
  largest: number,
): Part[] | undefined {
  const taps = weight.length / outputs / channels;
  const limit = Math.floor((EXACT - 1) / largest);
  const totals = new Float64Array(outputs);
  const parts: Part[] = [];
  let first = 0;
  for (let channel = 0; channel < channels; channel++) {
    const own = Float64Array.from(totals, (_, o) =>
      magnitudes(weight, (o * channels + channel) * taps, taps),
    );
    if (own.some((sum) => sum > limit)) return undefined;
    const full = own.some((sum, o) => totals[o] + sum > limit);
    if (full) {
      parts.push({ first, end: channel });
      first = channel;
      totals.fill(0);
    }
    for (const [o, sum] of own.entries()) totals[o] += sum;
  }
  return [...parts, { first, end: channels }];
}

function magnitudes(weight: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += Math.abs(weight[i]);
  return sum;
}

/** Working memory of its own in front of what other kernels take for theirs. */
function withRoom(
  context: KernelContext,
  bytes: number,
): { readonly inner: KernelContext; readonly room: () => number } {
  const { scratch } = context;
  const own = aligned(bytes);
  scratch.reserve(own);
  const inner = {
    reserve: (more: number) => scratch.reserve(own + more),
    get address() {
      return scratch.address + own;
    },
  };
  return { inner: { ...context, scratch: inner }, room: () => scratch.address };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
}
