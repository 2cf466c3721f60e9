/**
 * UTF-8 that loses nothing: a byte that is not part of valid UTF-8 becomes the lone surrogate
 * U+DC00 + byte (as Python's `surrogateescape`), and such a surrogate becomes that byte again.
 */

const ESCAPE_FIRST = 0xdc80;
const ESCAPE_LAST = 0xdcff;
const SURROGATE_FIRST = 0xd800;
const SURROGATE_LAST = 0xdfff;
/** Below this length a loop over ASCII is faster than a TextDecoder. */
const SHORT = 64;

/** Text of `bytes`; invalid bytes are escaped, so that {@link encodeUtf8} restores them. */
export function decodeUtf8(bytes: Uint8Array): string {
  const ascii = bytes.length <= SHORT ? decodeAscii(bytes) : undefined;
  if (ascii !== undefined) return ascii;
  try {
    // A copy, since decoders refuse shared memory.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.slice());
  } catch {
    return decodeEscaped(bytes);
  }
}

function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function decodeEscaped(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) parts.push(String.fromCharCode(0xdc00 + bytes[at]!));
    else parts.push(String.fromCodePoint(codePoint(bytes, at, length)));
    at += length || 1;
  }
  return parts.join('');
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at]!;
  let value = bytes[at]! & (0x7f >> length);
  for (let i = 1; i < length; i++) value = (value << 6) | (bytes[at + i]! & 0x3f);
  return value;
}

/** Bytes of the valid sequence at `at`, 0 when there is none (RFC 3629, table 3-7 of Unicode). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const second = bytes[at + 1] ?? 0;
  // The second byte's range rules out overlong forms, surrogates and code points past U+10FFFF.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/**
 * Bytes of `text`; escapes of {@link decodeUtf8} become the bytes they stand for. Undefined when the
 * text has any other lone surrogate, which UTF-8 cannot hold.
 */
export function encodeUtf8(text: string): Uint8Array | undefined {
  const encoder = new TextEncoder();
  if (!/\p{Surrogate}/u.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= ESCAPE_FIRST && code <= ESCAPE_LAST) bytes.push(code & 0xff);
    else if (code >= SURROGATE_FIRST && code <= SURROGATE_LAST) return undefined;
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}
