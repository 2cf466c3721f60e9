import type { PixelImage } from '@mnnquant/calibrate';
import { messageOf, QuantizeError } from '../errors.ts';
import { compareNames, type SkippedFile } from '../samples/opened.ts';

/** How images become inputs. */
export interface PreparingOptions {
  /** Use at most so many images; `undefined` for all. */
  readonly limit: number | undefined;
  /** Makes the network's input of an image. */
  readonly prepare: (image: PixelImage) => Float32Array;
  /** Prepared inputs are kept up to this many bytes; the rest is decoded again when it is needed. */
  readonly cacheBytes: number;
  /** What is kept lies in memory that threads share, where there is such memory. */
  readonly shared?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Files that may be images, in the order in which they are used. */
export interface ImageFiles {
  /** For messages: the key or option that names them, and where they are. */
  readonly option: string;
  readonly place: string;
  readonly names: readonly string[];
  /** What is known not to be an image before it is opened. */
  readonly skipped: readonly SkippedFile[];
  /** @throws where it is no image; the message may begin with the name */
  decode(name: string): Promise<PixelImage>;
}

/** The readable images among files. */
export interface ImageSet {
  readonly names: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** Files that `limit` left out. */
  readonly unused: number;
  load(index: number): Promise<Float32Array>;
}

/** Decoding happens in Node's pool of four threads; with one more under way none of them waits. */
const FILES_AT_ONCE = 5;

/**
 * Opens images: every file is decoded once, so that what is not an image is known before anything is counted.
 *
 * @throws {QuantizeError} when none is readable
 */
export async function openImageSet(files: ImageFiles, options: PreparingOptions): Promise<ImageSet> {
  const { prepare } = options;
  const skipped = [...files.skipped];
  const outcomes = await prepareFiles(files, options);
  const used: { readonly name: string; readonly input?: Float32Array }[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (typeof outcome === 'string') skipped.push({ name: files.names[i], reason: outcome });
    else used.push({ name: files.names[i], input: outcome });
  }
  if (used.length === 0) throw new QuantizeError(noImages(files, skipped));
  const load = async (index: number): Promise<Float32Array> => {
    const { name, input } = used[index];
    if (input) return input;
    const again = await prepareFile(files, name, prepare);
    if (typeof again === 'string') throw new QuantizeError(`could be read before, but not now: ${again}`);
    return again;
  };
  return {
    names: used.map(({ name }) => name),
    skipped: skipped.sort((a, b) => compareNames(a.name, b.name)),
    unused: files.names.length - outcomes.length,
    load,
  };
}

/** Of a file: the prepared input, `undefined` where there was no memory to keep it, or why there is none. */
type Outcome = Float32Array | undefined | string;

/**
 * Prepares files from the first on, several at once, until as many as the limit asks for are readable. No
 * file is begun that could be one too many.
 */
async function prepareFiles(
  files: ImageFiles,
  { limit = Number.POSITIVE_INFINITY, prepare, cacheBytes, shared, onProgress }: PreparingOptions,
): Promise<Outcome[]> {
  const { names } = files;
  const outcomes: Outcome[] = [];
  let [begun, failed, done, left] = [0, 0, 0, cacheBytes];
  const workThrough = async (): Promise<void> => {
    while (begun < names.length && begun - failed < limit) {
      const index = begun++;
      const result = await prepareFile(files, names[index], prepare);
      if (typeof result === 'string') {
        outcomes[index] = result;
        failed++;
      } else if (result.byteLength <= left) {
        outcomes[index] = shared ? sharedCopy(result) : result;
        left -= result.byteLength;
      } else outcomes[index] = undefined;
      onProgress?.(++done, Math.min(names.length, limit + failed));
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, workThrough));
  return outcomes;
}

/** Only what lives long: the engine's garbage collector does not see how large shared memory is. */
function sharedCopy(floats: Float32Array): Float32Array {
  // A page that is not isolated has none.
  if (typeof SharedArrayBuffer === 'undefined') return floats;
  const copy = new Float32Array(new SharedArrayBuffer(floats.byteLength));
  copy.set(floats);
  return copy;
}

/** The prepared input, or why there is none. */
async function prepareFile(
  files: ImageFiles,
  name: string,
  prepare: (image: PixelImage) => Float32Array,
): Promise<Float32Array | string> {
  try {
    return prepare(await files.decode(name));
  } catch (error) {
    if (error instanceof QuantizeError) throw error;
    return messageOf(error).replace(`${name}: `, '');
  }
}

function noImages({ option, place }: ImageFiles, skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return `${option}: ${place} is empty; put sample images into it`;
  const shown = skipped.slice(0, 5).map(({ name, reason }) => `  ${name}: ${reason}`);
  const more = skipped.length > shown.length ? [`  … and ${skipped.length - shown.length} more`] : [];
  return [`${option}: no readable image in ${place}:`, ...shown, ...more].join('\n');
}
