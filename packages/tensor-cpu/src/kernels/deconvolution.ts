import {
  activationBounds,
  type BoundKernel,
  type DeconvolutionAttributes,
  type DeconvolutionGeometry,
  deconvolutionGeometry,
  denseStrides,
  wholeView,
} from '@mnnquant/graph';
import type { KernelBinder, KernelContext } from '../context.ts';
import { CpuTensor, live } from '../tensor.ts';
import { bindMoves } from './boxes.ts';
import type { ConvolutionJob } from './convolution-job.ts';
import { bindDenseConvolution } from './dense-convolution.ts';
import { bindDepthwiseConvolution } from './depthwise-convolution.ts';
import { allFloat } from './support.ts';

/**
 * Deconvolution as convolutions with stride 1, one per remainder of the output's rows and columns by the
 * strides: the pixels of one remainder read the same taps of the window. x [N,C,H,W] · w [C,O/g,kH,kW]
 * → y [N,O,oH,oW]. Weights that are an input, and NHWC, are left to the reference.
 */
export const bindDeconvolution: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as DeconvolutionAttributes;
  const [x] = inputs;
  if (attributes.weight === undefined || !allFloat([x]) || x?.layout === 'NHWC') return undefined;
  if (attributes.hasOutputShape && inputs.at(-1)?.value === undefined) return undefined;
  const geometry = deconvolutionGeometry(attributes, inputs, `${node.name} (${node.definition.name})`);
  const rows = phases(geometry, attributes, 0);
  const columns = phases(geometry, attributes, 1);
  const parts: BoundKernel[] = [];
  for (const row of rows)
    for (const column of columns) {
      if (row.taps.length === 0 || column.taps.length === 0) return undefined;
      const job = phaseJob(node, attributes, geometry, row, column);
      const part = bindPhase(context, job, geometry, attributes, row, column);
      if (part === undefined) return undefined;
      parts.push(part);
    }
  return parts.length === 0
    ? undefined
    : async (sources, targets) => {
        for (const part of parts) await part(sources, targets);
      };
};

/** The output's rows (or columns) of one remainder by the stride. */
interface Phase {
  readonly remainder: number;
  /** How many there are. */
  readonly count: number;
  /** Positions in the window, in the order of the pixels that they read. */
  readonly taps: readonly number[];
  /** Pixels from one tap to the next. */
  readonly dilation: number;
  /** First pixel that the first output reads; negative in the padding. */
  readonly first: number;
}

function phases(
  { output, kernel, pad }: DeconvolutionGeometry,
  { stride, dilation }: DeconvolutionAttributes,
  axis: 0 | 1,
): Phase[] {
  const step = stride[axis];
  return Array.from({ length: Math.min(step, output[axis]) }, (_, remainder) => {
    const reach = (tap: number): number => remainder + pad[axis] - tap * dilation[axis];
    const taps = Array.from({ length: kernel[axis] }, (_, tap) => kernel[axis] - 1 - tap).filter(
      (tap) => reach(tap) % step === 0,
    );
    return {
      remainder,
      count: Math.ceil((output[axis] - remainder) / step),
      taps,
      dilation: taps.length > 1 ? (reach(taps[1]) - reach(taps[0])) / step : 1,
      first: taps.length > 0 ? reach(taps[0]) / step : 0,
    };
  });
}

function phaseJob(
  owner: object,
  attributes: DeconvolutionAttributes,
  { batch, group, inputChannels, outputChannels, input }: DeconvolutionGeometry,
  row: Phase,
  column: Phase,
): ConvolutionJob {
  const [lo, hi] = activationBounds(attributes);
  const window = {
    channels: inputChannels / group,
    height: input[0],
    width: input[1],
    outHeight: row.count,
    outWidth: column.count,
    kernelHeight: row.taps.length,
    kernelWidth: column.taps.length,
    strideY: 1,
    strideX: 1,
    dilationY: row.dilation,
    dilationX: column.dilation,
    padTop: -row.first,
    padLeft: -column.first,
  };
  const weight = () => phaseWeights(attributes, inputChannels, outputChannels, group, row.taps, column.taps);
  const role = `taps ${row.taps} by ${column.taps}: `;
  return { owner, role, window, batch, group, outputChannels, weight, bias: attributes.bias, lo, hi };
}

/** Weights [O, C/g, rows, columns] of the taps, out of [C, O/g, kH, kW]. */
function phaseWeights(
  { weight, kernel }: DeconvolutionAttributes,
  channels: number,
  outputs: number,
  group: number,
  rows: readonly number[],
  columns: readonly number[],
): Float32Array {
  const [perGroup, outPerGroup] = [channels / group, outputs / group];
  const made = new Float32Array(outputs * perGroup * rows.length * columns.length);
  let next = 0;
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < perGroup; c++) {
      const source = Math.floor(o / outPerGroup) * perGroup + c;
      const start = (source * outPerGroup + (o % outPerGroup)) * kernel[0] * kernel[1];
      for (const row of rows)
        for (const column of columns) made[next++] = weight![start + row * kernel[1] + column];
    }
  return made;
}

/** The convolution of one phase, and the way of its pixels to their places. */
function bindPhase(
  context: KernelContext,
  job: ConvolutionJob,
  { output, outputChannels }: DeconvolutionGeometry,
  { stride }: DeconvolutionAttributes,
  row: Phase,
  column: Phase,
): BoundKernel | undefined {
  const depthwise = job.window.channels === 1 && job.group === job.outputChannels;
  const run = depthwise ? bindDepthwiseConvolution(context, job) : bindDenseConvolution(context, job);
  if (stride[0] === 1 && stride[1] === 1) return run;
  const extents = [job.batch, outputChannels, row.count, column.count];
  const desc = { shape: extents, dtype: 'float32', layout: 'NCHW' } as const;
  const whole = denseStrides([job.batch, outputChannels, output[0], output[1]]);
  const to = {
    offset: row.remainder * whole[2] + column.remainder,
    strides: [whole[0], whole[1], whole[2] * stride[0], stride[1]],
  };
  const move = bindMoves(context, [desc], [{ input: 0, output: 0, from: wholeView(extents), to, extents }]);
  if (move === undefined) return undefined;
  const count = extents.reduce((product, extent) => product * extent, 1);
  return async (sources, targets) => {
    const part = new CpuTensor(desc, context.heap.allocate(count * 4), count);
    try {
      await run(sources, [part]);
      await move([part], [live(targets[0])]);
    } finally {
      context.heap.free(part.address);
    }
  };
}
