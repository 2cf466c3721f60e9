import type { ImageFact } from '../facts.ts';
import { type ImageRun, imageCheck, shareOf } from '../finding.ts';

/** Ratios of width to height that differ by less are not seen. */
const SEEN = 1.1;
/** 4:3 for a square is 1.33. */
const MUCH = 1.3;

/** Images of another ratio of sides than the network's input: they are stretched, as MNN does. */
export const stretched = imageCheck('stretched', ({ config, images: { used }, model: { image: input } }) => {
  if (input === undefined) return [];
  const factors = used.map((image) => ({ image, factor: stretch(image, config, input) }));
  const seen = factors.filter(({ factor }) => factor >= SEEN);
  if (seen.length === 0) return [];
  const worst = seen.reduce((a, b) => (b.factor > a.factor ? b : a));
  const much = factors.filter(({ factor }) => factor >= MUCH).length;
  const { name, width, height } = worst.image;
  return [
    {
      // What most images have, the scales are made for.
      level: 2 * much >= used.length ? 'warning' : 'note',
      text: `${shareOf(seen.length, used.length)} are stretched to ${input.width}x${input.height}; most of all ${name}, ${width}x${height}, by ${worst.factor.toFixed(2)}`,
      advice: cropAdvice(used, input),
    },
  ];
});

type Crops = Pick<ImageRun['config'], 'center_crop_h' | 'center_crop_w'>;
type Size = { readonly width: number; readonly height: number };

/** By how much one side is stretched more than the other; 1 for none. */
export function stretch(image: Size, { center_crop_h, center_crop_w }: Crops, input: Size): number {
  const ratio = (image.width * center_crop_w) / (image.height * center_crop_h);
  const wanted = input.width / input.height;
  return Math.max(ratio / wanted, wanted / ratio);
}

function cropAdvice(used: readonly ImageFact[], input: Size): string {
  const same = 'right if the application stretches its images, too; if it crops or pads them';
  const [{ width, height }] = used as [ImageFact];
  const ratio = width / height;
  if (!used.every((image) => Math.abs(image.width / image.height / ratio - 1) < 0.02))
    return `${same}, do the same to these before`;
  const wanted = input.width / input.height;
  const crop =
    ratio > wanted
      ? `"center_crop_w": ${digits(wanted / ratio)}`
      : `"center_crop_h": ${digits(ratio / wanted)}`;
  return `${same}: ${crop} cuts off what is too much`;
}

const digits = (share: number): string => String(Math.round(share * 1e4) / 1e4);
