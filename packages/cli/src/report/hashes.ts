import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf, QuantizeError } from '../errors.ts';

/** A file as a report names it. */
export interface HashedFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Hash of a model's file; where its weights lie in other files, of all of them one after the other.
 *
 * @throws {QuantizeError} where one cannot be read any more
 */
export async function hashFiles(files: readonly string[]): Promise<HashedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const path of files) {
    await readInto(path, (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
    });
  }
  return { file: files[0] ?? '', bytes, sha256: hash.digest('hex') };
}

/** The same of what is still in memory. */
export function hashBytes(file: string, parts: readonly Uint8Array[]): HashedFile {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return { file, bytes: parts.reduce((sum, { length }) => sum + length, 0), sha256: hash.digest('hex') };
}

/**
 * One hash for all samples: of the lines that `sha256sum FILE …` prints in the folder `path`, in the order of use.
 *
 * @throws {QuantizeError} where one cannot be read any more
 */
export async function hashSamples(path: string, files: readonly string[]): Promise<string> {
  const lines = createHash('sha256');
  for (const file of files) {
    const { sha256 } = await hashFiles([file]);
    lines.update(`${sha256}  ${relative(path, file).split(sep).join('/')}\n`);
  }
  return lines.digest('hex');
}

async function readInto(path: string, take: (chunk: Buffer) => void): Promise<void> {
  try {
    await pipeline(createReadStream(path), async (chunks) => {
      for await (const chunk of chunks) take(chunk as Buffer);
    });
  } catch (error) {
    throw new QuantizeError(`report: cannot read ${path} again: ${messageOf(error)}`, { cause: error });
  }
}
