import { type BigIntStats, closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { QuantizeError } from './errors.ts';

/**
 * Reads a whole file.
 *
 * @throws {QuantizeError} where it changed meanwhile: what was read may be half of the one and half of the other
 */
export function readWhole(path: string): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    const before = fstatSync(descriptor, { bigint: true });
    const bytes = readFileSync(descriptor);
    checkUnchanged(path, before, fstatSync(descriptor, { bigint: true }), bytes);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** As {@link readWhole}, while other work goes on. */
export async function readWholeLater(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const before = await file.stat({ bigint: true });
    const bytes = await file.readFile();
    checkUnchanged(path, before, await file.stat({ bigint: true }), bytes);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Pipes and devices have no size and no time that says anything. */
function checkUnchanged(path: string, before: BigIntStats, after: BigIntStats, bytes: Uint8Array): void {
  if (!before.isFile()) return;
  const same = before.size === after.size && before.mtimeNs === after.mtimeNs;
  if (!same || BigInt(bytes.length) !== after.size)
    throw new QuantizeError(`${path} changed while it was read; start again when nothing writes to it`);
}

/** Notices content that is another one when it is read again. */
export class SeenContent {
  readonly #sums = new Map<string, string>();

  /**
   * @param name of the content, for the message
   * @throws {QuantizeError} where it is not what it was before
   */
  check(name: string, parts: Iterable<ArrayBufferView>): void {
    // Against accidents; a checksum that nobody can forge takes several times as long.
    let [sum, size] = [0, 0];
    for (const { buffer, byteOffset, byteLength } of parts) {
      sum = crc32(new Uint8Array(buffer, byteOffset, byteLength), sum);
      size += byteLength;
    }
    const known = this.#sums.get(name);
    if (known !== undefined && known !== `${size} ${sum}`)
      throw new QuantizeError(
        `${name} changed since it was read first; start again when nothing changes the samples`,
      );
    this.#sums.set(name, `${size} ${sum}`);
  }
}
