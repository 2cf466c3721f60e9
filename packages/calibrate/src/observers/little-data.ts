import type { TensorDesc } from '@mnnquant/graph';

// As MNN 3.6.1 (TensorStatistic.cpp): fewer positions than this make too thin a histogram.
const FEWEST_POSITIONS = 100;

/**
 * Whether a tensor's maximum is used instead of a search: MNN asks for width * height < 100, where
 * width and height are dimensions 3 and 2 (NHWC: 2 and 1), a missing dimension counting as 1.
 */
export function hasLittleData({ shape, layout }: TensorDesc): boolean {
  const [height, width] = layout === 'NHWC' ? [shape[1], shape[2]] : [shape[2], shape[3]];
  return (height ?? 1) * (width ?? 1) < FEWEST_POSITIONS;
}
