import { listed } from '../../../listed.ts';
import type { ImageFact } from '../facts.ts';
import { imageCheck, shareOf } from '../finding.ts';

/** Levels of 255 by which thumbnails of nearly the same picture differ on average. */
const SAME_LEVELS = 3;
/** Of thumbnails in grey; low where two dark pictures have nothing in common but darkness. */
const SAME_CORRELATION = 0.98;
/** Pictures without contrast, whose correlation is noise. */
const FLAT = 1;
/** Every pair is compared; so many pictures are enough to tell. */
const MOST = 1000;

/** Images that show nearly the same, such as neighbouring frames of a video. Copies of a file count once. */
export const nearIdentical = imageCheck('near-identical', ({ images: { used } }) => {
  const digests = new Set<string>();
  const files = used.slice(0, MOST).filter(({ digest }) => !digests.has(digest) && digests.add(digest));
  const distinct: ImageFact[] = [];
  const alike: string[] = [];
  for (const image of files) {
    const twin = distinct.find((other) => isAlike(image.thumbnail, other.thumbnail));
    if (twin === undefined) distinct.push(image);
    else alike.push(`${image.name} ~ ${twin.name}`);
  }
  // A few frames of the same scene do no harm.
  if (alike.length < 2 || alike.length < files.length / 4) return [];
  return [
    {
      level: 'warning',
      text: `${shareOf(alike.length, files.length)} show nearly the same as others: ${listed(alike)}; ${distinct.length} differ`,
      advice:
        'take images that differ: scenes, light, size of what they show; of a video a frame every few seconds',
    },
  ];
});

/** @param a means of cells, RGB */
export function isAlike(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference += Math.abs(a[i]! - b[i]!);
  if (difference > SAME_LEVELS * a.length) return false;
  const [first, second] = [moments(a, a), moments(b, b)];
  if (first < FLAT ** 2 || second < FLAT ** 2) return first < FLAT ** 2 && second < FLAT ** 2;
  return moments(a, b) / Math.sqrt(first * second) >= SAME_CORRELATION;
}

/** Covariance. */
function moments(a: Uint8Array, b: Uint8Array): number {
  let [sumA, sumB, product] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    sumA += a[i]!;
    sumB += b[i]!;
    product += a[i]! * b[i]!;
  }
  return product / a.length - (sumA / a.length) * (sumB / b.length);
}
