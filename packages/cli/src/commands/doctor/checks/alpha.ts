import { listed } from '../../../listed.ts';
import { imageCheck, shareOf } from '../finding.ts';

/** Transparent pixels, which MNN takes as if they were opaque; formats with alpha for images without. */
export const alpha = imageCheck('alpha', ({ config: { format }, images: { used } }) => {
  const names = (images: typeof used): string => listed(images.map(({ name }) => name));
  if (format === 'RGBA' || format === 'BGRA') {
    const opaque = used.filter((image) => !image.alpha);
    if (opaque.length === 0) return [];
    return [
      {
        level: 'note',
        text: `${shareOf(opaque.length, used.length)} have no alpha, the network takes ${format}: it is 255 there; ${names(opaque)}`,
      },
    ];
  }
  const transparent = used.filter((image) => image.transparent);
  if (transparent.length === 0) return [];
  return [
    {
      level: 'warning',
      text: `${shareOf(transparent.length, used.length)} have transparent pixels, whose hidden colours are used: ${names(transparent)}`,
      advice: 'lay them on the background that the application has, and save them without alpha',
    },
  ];
});
