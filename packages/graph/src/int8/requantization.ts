import { GraphError } from '../op.ts';
import type { ConvolutionAttributes } from '../ops/convolution-attributes.ts';
import type { Int8Attributes } from './attributes.ts';
import { BYTE_OFFSET, toInt32 } from './rounding.ts';

/** Of a convolution in int8. The weights of `op` are whole numbers from -128 to 127, it has no bias and no activation bounds. */
export interface Int8ConvolutionAttributes extends Int8Attributes<ConvolutionAttributes> {
  /** [O]: weight ≈ whole number * scale of its output channel. */
  readonly weightScales: Float32Array;
  /** [O], as the file has it. */
  readonly bias: Float32Array;
}

/**
 * How sums of products become int8. Of an output channel c, with sum = Σ weight * (q - zero point of the input):
 * q = round(clamp((float)(sum + offset[c]) * scale[c] * factor + bias[c], low, high)), each step in float32.
 */
export interface Requantization {
  /** Added to the sums, in int32. */
  readonly offset: Int32Array;
  readonly scale: Float32Array;
  readonly factor: number;
  readonly bias: Float32Array;
  readonly low: number;
  readonly high: number;
}

const round = Math.fround;

/** Weight scales of depthwise convolutions count as this at least (CPUConvolution.cpp, MNN 3.6.1). */
const SMALLEST_SCALE = 1e-6;

/**
 * From scales, zero points and bias as MNN 3.6.1 computes it (CPUConvolution.cpp `updateInputOutputScale`,
 * ConvInt8TiledExecutor.cpp, CPUDepthwiseConvInt8.cpp). A channel that gets NaN has the value that the runtime gives it:
 * the upper bound, in a depthwise convolution the lower.
 */
export function requantization(attributes: Int8ConvolutionAttributes, where: string): Requantization {
  const { op, inputs, outputs } = attributes;
  const [input] = inputs;
  const [output] = outputs;
  if (input === undefined || output === undefined || !(input.scale > 0) || !(output.scale > 0))
    throw new GraphError(
      `${where}: expected scales above 0 of input and output, got ${input?.scale} and ${output?.scale}`,
    );
  const made = (op.depthwise ? depthwiseSteps : denseSteps)(attributes, weightSums(attributes));
  const low = op.relu || op.relu6 ? output.zeroPoint : output.min;
  const forNaN = op.depthwise ? low : output.max;
  for (const [channel, scale] of made.scale.entries())
    if (Number.isNaN(scale) || Number.isNaN(made.bias[channel])) {
      made.scale[channel] = 0;
      made.bias[channel] = forNaN;
    }
  return { ...made, low, high: output.max };
}

/** [O]: the weights of each output channel, summed. */
function weightSums({ op }: Int8ConvolutionAttributes): Int32Array {
  const area = op.weight!.length / op.outputChannels;
  return Int32Array.from({ length: op.outputChannels }, (_, channel) => {
    let sum = 0;
    for (let i = channel * area; i < (channel + 1) * area; i++) sum += op.weight![i];
    return sum;
  });
}

type Steps = Omit<Requantization, 'low' | 'high'>;

/** The bias is a float in steps of the output. */
function denseSteps(
  { inputs, outputs, weightScales, bias }: Int8ConvolutionAttributes,
  sums: Int32Array,
): Steps {
  const [inputScale, outputScale] = [round(inputs[0]!.scale), round(outputs[0].scale)];
  const stored = inputs[0]!.zeroPoint + BYTE_OFFSET;
  return {
    offset: sums.map((sum) => stored * sum),
    scale: Float32Array.from(weightScales),
    factor: round(inputScale / outputScale),
    bias: Float32Array.from(bias, (value, channel) => {
      const weights = round(sums[channel] * weightScales[channel]);
      const zeros = round(round(weights * stored) * inputScale);
      return round(round(round(value - zeros) / outputScale) + outputs[0].zeroPoint);
    }),
  };
}

/** Bias and zero point of the output are whole numbers in steps of the sums. */
function depthwiseSteps(
  { inputs, outputs, weightScales, bias }: Int8ConvolutionAttributes,
  sums: Int32Array,
): Steps {
  const inputScale = round(inputs[0]!.scale);
  const ratio = round(inputScale / round(outputs[0].scale));
  const stored = inputs[0]!.zeroPoint + BYTE_OFFSET;
  const usable = weightScales.map((scale) => (Math.abs(scale) < SMALLEST_SCALE ? SMALLEST_SCALE : scale));
  const scale = usable.map((one) => one * ratio);
  return {
    offset: sums.map((sum, channel) => {
      const step = round(inputScale * usable[channel]);
      const own = toInt32(round(bias[channel] / step));
      const zero = toInt32(round(outputs[0].zeroPoint / scale[channel]));
      const all = round(round(round(own) - round(sum * stored)) + round(zero));
      return stored * sum + toInt32(all);
    }),
    scale,
    factor: 1,
    bias: new Float32Array(sums.length),
  };
}
