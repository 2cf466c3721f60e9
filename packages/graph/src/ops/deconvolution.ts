import { type Op, OpType, PadMode } from '@mnnquant/mnn-format';
import { channelAxis, spatialAxis } from '../format.ts';
import { GraphError, type OpDefinition, type ParseContext } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { activationBounds } from './convolution.ts';
import { type ConvolutionAttributes, parseConvolution, windowShape } from './convolution-attributes.ts';
import { deconvolutionCases, deconvolutionDepthwiseCases } from './deconvolution-cases.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { imageStrides } from './support/strides.ts';

/** As a convolution's, but the weights are [C, O/group, kH, kW]. */
export interface DeconvolutionAttributes extends ConvolutionAttributes {
  /** Rows and columns added at the bottom and at the right. */
  readonly outPads: readonly [number, number];
  /** The last input holds the output's shape in the order N, H, W, C. */
  readonly hasOutputShape: boolean;
  /** N, C, H, W where the model is saved for one input size. */
  readonly outputShape?: readonly number[];
}

/** A deconvolution with every size known. All extents in elements. */
export interface DeconvolutionGeometry {
  readonly batch: number;
  readonly inputChannels: number;
  readonly input: readonly [height: number, width: number];
  readonly outputChannels: number;
  readonly output: readonly [height: number, width: number];
  readonly kernel: readonly [height: number, width: number];
  readonly group: number;
  readonly pad: readonly [top: number, left: number];
}

/** x [N,C,H,W] spread by w [C,O/g,kH,kW], + b [O] → y [N,O,oH,oW], then an optional ReLU or ReLU6. */
const common = {
  parse: parseDeconvolution,
  shape(
    attributes: DeconvolutionAttributes,
    inputs: readonly (TensorDesc | undefined)[],
    where: string,
  ): TensorDesc[] {
    const { layout } = required(inputs, 0, where);
    const g = deconvolutionGeometry(attributes, inputs, where);
    const shape =
      layout === 'NHWC' ? [g.batch, ...g.output, g.outputChannels] : [g.batch, g.outputChannels, ...g.output];
    return [{ shape, dtype: 'float32', layout }];
  },
  reference: deconvolve,
};

export const deconvolution: OpDefinition<DeconvolutionAttributes> = {
  name: 'Deconvolution',
  opTypes: [OpType.Deconvolution],
  ...common,
  cases: deconvolutionCases,
};

export const deconvolutionDepthwise: OpDefinition<DeconvolutionAttributes> = {
  name: 'DeconvolutionDepthwise',
  opTypes: [OpType.DeconvolutionDepthwise],
  ...common,
  cases: deconvolutionDepthwiseCases,
};

/** Every size, from descriptions; shared with kernels. The output's shape, where it is an input, must be known. */
export function deconvolutionGeometry(
  attributes: DeconvolutionAttributes,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): DeconvolutionGeometry {
  const { outputShape, hasOutputShape } = attributes;
  const asked = hasOutputShape ? knownIntegers(inputs, inputs.length - 1, where) : undefined;
  return geometryOf(attributes, inputs, outputShape ? outputShape.slice(1) : asked, where);
}

function parseDeconvolution(op: Op, context: ParseContext): DeconvolutionAttributes {
  const { common: fields } = parameter(op, 'Convolution2D', context);
  // In a model saved for one input size that input is gone.
  const outputShape = context.described?.[0]?.desc.shape;
  const hasOutputShape = outputShape === undefined && (fields?.hasOutputShape ?? false);
  const weightInputs = context.inputCount - (hasOutputShape ? 1 : 0);
  const attributes = parseConvolution(op, { ...context, inputCount: weightInputs });
  const [bottom = 0, right = 0] = fields?.outPads ?? [];
  return { ...attributes, outPads: [bottom, right], hasOutputShape, ...(outputShape && { outputShape }) };
}

function geometryOf(
  attributes: DeconvolutionAttributes,
  inputs: readonly (TensorDesc | HostTensor | undefined)[],
  wanted: readonly number[] | undefined,
  where: string,
): DeconvolutionGeometry {
  const { shape, layout } = required(inputs, 0, where);
  if (shape.length !== 4) throw new GraphError(`${where}: expected a 4-D input, got [${shape}]`);
  const inputChannels = shape[channelAxis(layout, 4)];
  const at = spatialAxis(layout);
  const input = [shape[at], shape[at + 1]] as const;
  const weight =
    attributes.weight === undefined
      ? windowShape(attributes, required(inputs, 1, where).shape, where)
      : undefined;
  const kernel = weight ? ([weight[2], weight[3]] as const) : attributes.kernel;
  const { depthwise, outputChannels } = attributes;
  const group = depthwise ? inputChannels : Math.max(1, attributes.group);
  const count = weight ? weight[0] * weight[1] : attributes.weight!.length / (kernel[0] * kernel[1]);
  if (count * group !== inputChannels * outputChannels) {
    throw new GraphError(
      `${where}: expected ${(inputChannels * outputChannels) / group} windows of weights for ${inputChannels} input and ${outputChannels} output channels, got ${count}`,
    );
  }
  const axes = [0, 1].map((axis) => spread(attributes, kernel, input, axis, wanted?.[axis + 1]));
  return {
    batch: shape[0],
    inputChannels,
    input,
    outputChannels,
    output: [axes[0].size, axes[1].size],
    kernel,
    group,
    pad: [axes[0].pad, axes[1].pad],
  };
}

/** Output extent and leading padding along one axis (ShapeDeconvolution.cpp, `convolutionTransposePad`, MNN 3.6.1). */
function spread(
  { stride, dilation, padMode, pads, outPads }: DeconvolutionAttributes,
  kernel: readonly number[],
  input: readonly number[],
  axis: number,
  wanted: number | undefined,
): { readonly size: number; readonly pad: number } {
  const same = padMode === PadMode.SAME;
  const reach = (kernel[axis] - 1) * dilation[axis] + 1;
  const explicit = (input[axis] - 1) * stride[axis] + reach - pads[axis] - pads[axis + 2] + outPads[axis];
  const size = wanted ?? (same ? input[axis] * stride[axis] : explicit);
  if (!same) return { size, pad: pads[axis] };
  // MNN leaves the dilation out of this one.
  return { size, pad: Math.trunc(((input[axis] - 1) * stride[axis] + kernel[axis] - size) / 2) };
}

function deconvolve(
  attributes: DeconvolutionAttributes,
  inputs: readonly (HostTensor | undefined)[],
  [y]: readonly HostTensor[],
): void {
  const x = required(inputs, 0, 'Deconvolution');
  const { outputShape, hasOutputShape } = attributes;
  const asked = hasOutputShape ? Array.from(inputs[inputs.length - 1]!.data, Number) : undefined;
  const g = geometryOf(attributes, inputs, outputShape ? outputShape.slice(1) : asked, 'Deconvolution');
  const weight = attributes.weight ?? inputs[1]!.data;
  const biasInput = attributes.weight === undefined && inputs.length > (attributes.hasOutputShape ? 3 : 2);
  const bias = biasInput ? inputs[2]!.data : attributes.bias;
  const [lowest, highest] = activationBounds(attributes);
  const to = imageStrides(y);
  const plane = new Float64Array(g.output[0] * g.output[1]);
  for (let n = 0; n < g.batch; n++) {
    for (let o = 0; o < g.outputChannels; o++) {
      plane.fill(bias ? bias[o] : 0);
      spreadChannels(x, weight, attributes, g, n, o, plane);
      for (let i = 0; i < plane.length; i++) {
        const place = n * to.n + o * to.c + Math.floor(i / g.output[1]) * to.h + (i % g.output[1]) * to.w;
        y.data[place] = Math.min(highest, Math.max(lowest, plane[i]));
      }
    }
  }
}

/** Adds to one output plane what every input value of its group spreads over it. */
function spreadChannels(
  x: HostTensor,
  weight: HostTensor['data'],
  { stride, dilation }: DeconvolutionAttributes,
  g: DeconvolutionGeometry,
  n: number,
  o: number,
  plane: Float64Array,
): void {
  const [kernelY, kernelX] = g.kernel;
  const outputs = g.outputChannels / g.group;
  const inputs = g.inputChannels / g.group;
  const first = Math.floor(o / outputs) * inputs;
  const from = imageStrides(x);
  for (let tap = 0; tap < inputs * kernelY * kernelX; tap++) {
    const c = first + Math.floor(tap / (kernelY * kernelX));
    const [ky, kx] = [Math.floor(tap / kernelX) % kernelY, tap % kernelX];
    const w = weight[((c * outputs + (o % outputs)) * kernelY + ky) * kernelX + kx];
    for (let iy = 0; iy < g.input[0]; iy++) {
      const oy = iy * stride[0] + ky * dilation[0] - g.pad[0];
      if (oy < 0 || oy >= g.output[0]) continue;
      for (let ix = 0; ix < g.input[1]; ix++) {
        const ox = ix * stride[1] + kx * dilation[1] - g.pad[1];
        if (ox < 0 || ox >= g.output[1]) continue;
        plane[oy * g.output[1] + ox] += w * x.data[n * from.n + c * from.c + iy * from.h + ix * from.w];
      }
    }
  }
}
