import type { Check, Found } from '../finding.ts';

/** Means of ImageNet's channels as they are in use, in the order red, green, blue. */
const IMAGENET_RGB: readonly (readonly number[])[] = [
  [123.675, 116.28, 103.53],
  [123.68, 116.779, 103.939],
  [123, 117, 104],
];

/** The numbers are written with more or fewer digits. */
const CLOSE = 0.6;

/** The three means of ImageNet in the other order than `format`. */
export const colourOrder: Check = {
  name: 'colour-order',
  find({ config: { config } }): Found[] {
    const { format, mean = [], input_type } = config ?? {};
    if (input_type !== 'image' || format === undefined || format === 'GRAY' || mean.length < 3) return [];
    const order = orderOf(mean);
    if (order === undefined || format.startsWith(order)) return [];
    const turned = [mean[2], mean[1], mean[0]].join(', ');
    return [
      {
        level: 'warning',
        text: `mean [${mean.join(', ')}] is ImageNet's in the order ${order}, but format is ${format}: red and blue seem to be exchanged`,
        advice: `if the network takes ${format}: "mean": [${turned}], and "normal" in that order; else "format": "${order}${format.slice(3)}"; right as it is for networks of PaddleOCR, which are trained so`,
      },
    ];
  },
};

/** `undefined` where the numbers are not ImageNet's. */
export function orderOf(mean: readonly number[]): 'RGB' | 'BGR' | undefined {
  const is = (trio: readonly number[]): boolean =>
    trio.every((value, i) => Math.abs(value - mean[i]!) <= CLOSE);
  if (IMAGENET_RGB.some(is)) return 'RGB';
  return IMAGENET_RGB.some((trio) => is(trio.toReversed())) ? 'BGR' : undefined;
}
