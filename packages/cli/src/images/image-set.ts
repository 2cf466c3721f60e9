import type { PixelImage } from '@mnnquant/calibrate';
import { messageOf, QuantizeError } from '../errors.ts';
import { compareNames, type OpenOptions, type RejectedFile, type SkippedFile } from '../samples/opened.ts';
import { skippedLines } from '../samples/skipped-lines.ts';

/** How images become inputs. */
export interface PreparingOptions extends OpenOptions {
  /** Use at most so many images; `undefined` for all. */
  readonly limit: number | undefined;
  /** Makes the network's input of an image. */
  readonly prepare: (image: PixelImage) => Float32Array;
}

/** Files that may be images, in the order in which they are used. */
export interface ImageFiles {
  /** For messages: the key or option that names them, and where they are. */
  readonly option: string;
  readonly place: string;
  readonly names: readonly string[];
  /** What is known not to be an image before it is opened. */
  readonly skipped: readonly SkippedFile[];
  read(name: string): Promise<Uint8Array>;
  /** @throws where it is no image; the message may begin with the name */
  decode(bytes: Uint8Array, name: string): Promise<PixelImage>;
}

/** The readable images among files. */
export interface ImageSet {
  readonly names: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** Files that `limit` left out. */
  readonly unused: number;
  /** With `hash`: of the file of each image, and of files that are none. */
  readonly hashes?: readonly string[];
  readonly rejected?: readonly RejectedFile[];
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
  const skipped = [...files.skipped];
  const rejected: RejectedFile[] = [];
  const outcomes = await prepareFiles(files, options);
  const used: Used[] = [];
  for (const [i, { reason, input, hash = '' }] of outcomes.entries()) {
    const name = files.names[i];
    if (reason === undefined) used.push({ name, input, hash });
    else {
      skipped.push({ name, reason });
      rejected.push({ name, reason, hash });
    }
  }
  if (used.length === 0) throw new QuantizeError(noImages(files, skipped));
  return {
    names: used.map(({ name }) => name),
    skipped: skipped.sort((a, b) => compareNames(a.name, b.name)),
    unused: files.names.length - outcomes.length,
    ...(options.hash && { hashes: used.map(({ hash }) => hash), rejected }),
    load: async (index) => used[index].input ?? loadAgain(files, used[index], options),
  };
}

/** An image of the set. */
interface Used {
  readonly name: string;
  readonly input?: Float32Array;
  readonly hash: string;
}

async function loadAgain(files: ImageFiles, { name }: Used, options: PreparingOptions) {
  const again = await prepareFile(files, name, { ...options, known: undefined });
  if (again.input === undefined)
    throw new QuantizeError(`could be read before, but not now: ${again.reason}`);
  return again.input;
}

/** What became of a file. */
interface Outcome {
  /** The prepared input, where there was memory to keep it. */
  readonly input?: Float32Array;
  /** Why there is none. */
  readonly reason?: string;
  readonly hash?: string;
}

/**
 * Prepares files from the first on, several at once, until as many as the limit asks for are readable. No
 * file is begun that could be one too many.
 */
async function prepareFiles(files: ImageFiles, options: PreparingOptions): Promise<Outcome[]> {
  const { limit = Number.POSITIVE_INFINITY, cacheBytes, shared, onProgress } = options;
  const { names } = files;
  const outcomes: Outcome[] = [];
  let [begun, failed, done, left] = [0, 0, 0, cacheBytes];
  const workThrough = async (): Promise<void> => {
    while (begun < names.length && begun - failed < limit) {
      const index = begun++;
      const { input, reason, hash } = await prepareFile(files, names[index], options);
      if (reason !== undefined) {
        outcomes[index] = { reason, hash };
        failed++;
      } else if (input && input.byteLength <= left) {
        outcomes[index] = { input: shared ? sharedCopy(input) : input, hash };
        left -= input.byteLength;
      } else outcomes[index] = { hash };
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

/** The prepared input, or why there is none; neither where the image is known. */
async function prepareFile(
  files: ImageFiles,
  name: string,
  { prepare, hash, known }: PreparingOptions,
): Promise<Outcome> {
  let content: string | undefined;
  try {
    const bytes = await files.read(name);
    content = hash?.(bytes);
    const finding = content === undefined ? undefined : known?.(name, content);
    if (finding === 'image') return { hash: content };
    if (finding !== undefined) return { ...finding, hash: content };
    return { input: prepare(await files.decode(bytes, name)), hash: content };
  } catch (error) {
    if (error instanceof QuantizeError) throw error;
    return { reason: messageOf(error).replace(`${name}: `, ''), hash: content };
  }
}

function noImages({ option, place }: ImageFiles, skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return `${option}: ${place} is empty; put sample images into it`;
  return [`${option}: no readable image in ${place}:`, ...skippedLines(skipped)].join('\n');
}
