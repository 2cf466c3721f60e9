import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PixelImage, type SampleOptions, sampleImage } from '@mnnquant/calibrate';
import type { ImageInput } from '../../check-input.ts';
import type { Config } from '../../config/schema.ts';
import { messageOf, QuantizeError } from '../../errors.ts';
import { decodePixels } from '../../images/decode.ts';
import { imageEntries } from '../../images/folder.ts';
import { orientationOf } from '../../images/sharp.ts';
import { askedFor } from '../../samples/asked-for.ts';
import { samplingOf } from '../../samples/image-samples.ts';
import type { SkippedFile } from '../../samples/opened.ts';
import type { ImageFact, ImageFacts } from './facts.ts';
import { InputStatistics } from './input-statistics.ts';
import { greyOnly, isTransparent, thumbnailOf } from './pixels.ts';

/** Decoding happens in Node's pool of four threads. */
const AT_ONCE = 4;

/**
 * Looks at every image that a run would use, each once; none is kept.
 *
 * @param input absent where the model does not fit: the images are looked at alone
 */
export async function gatherImages(
  config: Config,
  input: ImageInput | undefined,
  onProgress?: (done: number, total: number) => void,
): Promise<ImageFacts> {
  const { names, skipped: noFiles } = await imageEntries(config.path);
  const limit = askedFor(config) ?? Number.POSITIVE_INFINITY;
  const used: ImageFact[] = [];
  const skipped: SkippedFile[] = [...noFiles];
  const statistics = new InputStatistics(input);
  const sampling = input && samplingOf(config, input);
  for (let at = 0; at < names.length && used.length < limit; ) {
    const chunk = names.slice(at, at + Math.min(AT_ONCE, limit - used.length));
    for (const one of await Promise.all(chunk.map((name) => lookAt(config.path, name, input, sampling)))) {
      if (!('fact' in one)) skipped.push(one);
      else {
        used.push(one.fact);
        if (one.tensor) statistics.add(one.tensor);
      }
    }
    at += chunk.length;
    onProgress?.(at, Math.min(names.length, limit + at - used.length));
  }
  const problem = used.length === 0 ? noImage(config.path, skipped) : undefined;
  return { used, skipped, channels: statistics.channels, ...(problem !== undefined && { problem }) };
}

function noImage(path: string, skipped: readonly SkippedFile[]): string {
  const [first] = skipped;
  const why = first === undefined ? 'it is empty' : `${first.name}: ${first.reason}`;
  return `path: no readable image in the folder ${path} (${why})`;
}

interface Look {
  readonly fact: ImageFact;
  readonly tensor?: Float32Array;
}

async function lookAt(
  folder: string,
  name: string,
  input: ImageInput | undefined,
  sampling: SampleOptions | undefined,
): Promise<Look | SkippedFile> {
  try {
    const bytes = await readFile(join(folder, name));
    const pixels = await decodePixels(bytes, name);
    const tensor = input && sampling && sampleImage(pixels, sampling, input.layout);
    return { fact: await factOf(name, bytes, pixels), ...(tensor && { tensor }) };
  } catch (error) {
    // A broken installation is not the image's fault.
    if (error instanceof QuantizeError) throw error;
    return { name, reason: messageOf(error).replace(`${name}: `, '') };
  }
}

async function factOf(name: string, bytes: Uint8Array, pixels: PixelImage): Promise<ImageFact> {
  const orientation = await orientationOf(bytes);
  return {
    name,
    width: pixels.width,
    height: pixels.height,
    alpha: pixels.channels !== 3,
    transparent: isTransparent(pixels),
    grey: greyOnly(pixels),
    digest: createHash('sha256').update(bytes).digest('hex'),
    thumbnail: thumbnailOf(pixels),
    ...(orientation !== undefined && { orientation }),
  };
}
