// Images of every format that libvips reads here, and what is left of them when they are cut off:
//   node make_images.mjs FOLDER_WITH_SHARP TARGET
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [from, target] = process.argv.slice(2);
const sharp = createRequire(join(from, 'here.js'))('sharp');

const SIZE = { width: 61, height: 43, channels: 3 };
/** Waves of different length in each channel, so that every part of a format has something to do. */
const pixels = Uint8Array.from({ length: SIZE.width * SIZE.height * SIZE.channels }, (_, at) => {
  const [x, y, c] = [Math.floor(at / 3) % SIZE.width, Math.floor(at / 3 / SIZE.width), at % 3];
  return 128 + 127 * Math.sin((x * (c + 1)) / 7) * Math.cos((y * (3 - c)) / 11);
});

const image = () => sharp(pixels, { raw: SIZE });
const FORMATS = {
  'lossy.webp': () => image().webp({ quality: 60 }),
  'lossless.webp': () => image().webp({ lossless: true }),
  'a.avif': () => image().avif(),
  'a.gif': () => image().gif(),
  'lzw.tiff': () => image().tiff({ compression: 'lzw' }),
  'jpeg.tiff': () => image().tiff({ compression: 'jpeg' }),
  'palette.png': () => image().png({ palette: true }),
  '16.png': () => image().toColourspace('rgb16').png(),
  'grey.png': () => image().toColourspace('b-w').png(),
  'alpha.png': () => image().ensureAlpha(0.4).png(),
  'progressive.jpg': () => image().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'plain.jpg': () => image().jpeg({ quality: 70 }),
  'grey.jpg': () => image().toColourspace('b-w').jpeg(),
  'ink.jpg': () => image().toColourspace('cmyk').jpeg(),
};

for (const [name, make] of Object.entries(FORMATS)) {
  const path = join(target, name);
  await make().toFile(path);
  const bytes = readFileSync(path);
  writeFileSync(join(target, `cut-${name}`), bytes.subarray(0, bytes.length * 0.6));
}
