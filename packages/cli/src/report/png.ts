import type { Picture } from '../job/picture.ts';
import type { EncodedPicture } from '../job/see-samples.ts';

/** Enough to see colours and crops, in pixels. */
const LARGEST_SIDE = 160;

/** A PNG, made smaller where the picture is larger than it need be. */
export async function encodePng({ data, width, height, channels }: Picture): Promise<EncodedPicture> {
  const { default: sharp } = await import('sharp');
  const { data: png, info } = await sharp(data, { raw: { width, height, channels } })
    .resize({ width: LARGEST_SIDE, height: LARGEST_SIDE, fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 9 })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, png };
}

/** What decodes images, for people who want the same pixels. */
export async function imageVersions(): Promise<Record<string, string>> {
  const { default: sharp } = await import('sharp');
  const { sharp: version, vips } = sharp.versions;
  return { ...(version && { sharp: version }), libvips: vips };
}
