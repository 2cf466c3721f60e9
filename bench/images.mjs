import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { uniformGenerator } from './random.mjs';

/** Widths and heights of photos as the data set ImageNet has them. */
const SIZES = [
  [500, 375],
  [375, 500],
  [500, 333],
  [640, 480],
  [400, 300],
];
const SHAPES = 12;

/** Writes `count` seeded JPEG images into `folder`: coloured shapes over coarse and fine noise. Stops where `signal` is aborted. */
export async function makeImages(folder, count, signal) {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted();
    const [width, height] = SIZES[index % SIZES.length];
    const uniform = uniformGenerator(1 + index * 7919);
    const fine = await noise(uniform, width, height, 1);
    const coarse = await noise(uniform, width, height, 24);
    await sharp(coarse, { raw: { width, height, channels: 3 } })
      .composite([
        { input: shapes(uniform, width, height) },
        { input: fine, raw: { width, height, channels: 3 }, blend: 'soft-light' },
      ])
      .jpeg({ quality: 85 })
      .toFile(join(folder, `image-${String(index).padStart(4, '0')}.jpg`));
  }
}

/** RGB bytes, drawn at one of `grain` pixels and enlarged. */
async function noise(uniform, width, height, grain) {
  const [w, h] = [Math.ceil(width / grain), Math.ceil(height / grain)];
  const drawn = Uint8Array.from({ length: w * h * 3 }, () => uniform() * 256);
  const raw = { width: w, height: h, channels: 3 };
  return sharp(drawn, { raw }).resize(width, height, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer();
}

function shapes(uniform, width, height) {
  const to = (end) => Math.floor(uniform() * end);
  const drawn = Array.from({ length: SHAPES }, () => {
    const fill = `rgb(${to(256)},${to(256)},${to(256)})`;
    const [x, y, w, h] = [to(width), to(height), 8 + to(width / 2), 8 + to(height / 2)];
    return uniform() < 0.5
      ? `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}" transform="rotate(${to(90)} ${x} ${y})"/>`
      : `<ellipse cx="${x}" cy="${y}" rx="${w / 2}" ry="${h / 2}" fill="${fill}"/>`;
  });
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join('')}</svg>`,
  );
}
