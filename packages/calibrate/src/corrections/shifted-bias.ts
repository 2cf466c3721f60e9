import type { GraphNode, Int8ConvolutionAttributes } from '@mnnquant/graph';
import { DEPTHWISE_SMALLEST_SCALE } from '../weights/grid.ts';
import type { ResultGrid } from './fine-convolution.ts';

/** Of a step of a whole bias: keeps it away from where MNN cuts off fractions. */
const WITHIN = 0.25;

/**
 * The bias that moves results by these steps.
 *
 * A depthwise convolution has its bias in whole steps of its sums in MNN's runtime, the fraction cut off (CPUConvolution.cpp, 3.6.1):
 * there the whole number nearest to what is wanted is meant, and written a bit beyond it.
 *
 * @param node of the simulated network
 * @param bias [O] as the file has it
 * @param shifts [O] in steps of the result
 */
export function shiftedBias(
  node: GraphNode,
  bias: Float32Array,
  shifts: Float64Array,
  { scale }: ResultGrid,
): Float32Array {
  const { op, weightScales, inputs } = node.attributes as Partial<Int8ConvolutionAttributes>;
  return bias.map((value, c) => {
    const shift = shifts[c]! * scale;
    if (shift === 0) return value;
    const weightScale = weightScales?.[c];
    if (!op?.depthwise || weightScale === undefined) return value + shift;
    const step = Math.fround(inputs![0]!.scale) * Math.max(weightScale, DEPTHWISE_SMALLEST_SCALE);
    const whole = Math.trunc(Math.fround(value / step)) + Math.round(shift / step);
    return (whole + Math.sign(whole) * WITHIN) * step;
  });
}
