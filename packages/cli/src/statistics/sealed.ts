import { createHash } from 'node:crypto';

/** What begins the comment of the archive; the hash of all bytes before its digits follows. */
const LABEL = 'sha256:';
const DIGITS = 64;
const COMMENT = LABEL.length + DIGITS;
/** A zip archive without a comment ends with the length of one, 0 (PKWARE's APPNOTE 6.3, 4.3.16). */
const LENGTH_BYTES = 2;

export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** A zip archive with the hash of its own content as its comment. */
export function sealed(archive: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(archive.length + COMMENT);
  bytes.set(archive);
  new DataView(bytes.buffer).setUint16(archive.length - LENGTH_BYTES, COMMENT, true);
  const encoder = new TextEncoder();
  bytes.set(encoder.encode(LABEL), archive.length);
  const end = archive.length + LABEL.length;
  bytes.set(encoder.encode(sha256(bytes.subarray(0, end))), end);
  return bytes;
}

/** Whether every byte is as `sealed` left it. */
export function isIntact(bytes: Uint8Array): boolean {
  const end = bytes.length - DIGITS;
  if (end < LABEL.length) return false;
  const text = new TextDecoder('latin1').decode(bytes.subarray(end - LABEL.length));
  return text === LABEL + sha256(bytes.subarray(0, end));
}
