import { imageCheck, shareOf } from '../finding.ts';

/** Enlarged by more, an image has hardly any of the detail that the network looks for. */
const MUCH = 2;

/** Images much smaller than the network's input. */
export const upscaled = imageCheck('upscaled', ({ config, images: { used }, model: { image: input } }) => {
  if (input === undefined) return [];
  const factors = used.map((image) => ({
    image,
    factor: Math.min(
      input.width / (image.width * config.center_crop_w),
      input.height / (image.height * config.center_crop_h),
    ),
  }));
  const small = factors.filter(({ factor }) => factor > MUCH);
  if (small.length === 0) return [];
  const { image, factor } = small.reduce((a, b) => (b.factor > a.factor ? b : a));
  return [
    {
      level: 4 * small.length >= used.length ? 'warning' : 'note',
      text: `${shareOf(small.length, used.length)} are enlarged more than ${MUCH} times; most of all ${image.name}, ${image.width}x${image.height}, ${factor.toFixed(1)} times`,
      advice: `take images of at least ${input.width}x${input.height}: enlarged ones are smooth, and activations stay smaller than in use`,
    },
  ];
});
