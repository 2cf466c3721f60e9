import { listed } from '../../../listed.ts';
import { imageCheck, shareOf } from '../finding.ts';

/** Images that a viewer turns; neither MNN nor this tool does. */
export const exifRotation = imageCheck('exif-rotation', ({ images: { used } }) => {
  const turned = used.filter(({ orientation = 1 }) => orientation > 1);
  if (turned.length === 0) return [];
  return [
    {
      level: 'warning',
      text: `${shareOf(turned.length, used.length)} are turned by their EXIF data only, which is not read: ${listed(turned.map(({ name }) => name))}`,
      advice: 'save them upright, as the network will see them (exiftran -a, mogrify -auto-orient)',
    },
  ];
});
