import type { RgbaImage } from '@mnnquant/calibrate';
import { checkImageSize } from './image-size.ts';

const WHITESPACE = new Set([9, 10, 11, 12, 13, 32]);

/** PGM and PPM with binary samples (P5, P6), as MNN reads them. */
export function isNetpbm(bytes: Uint8Array): boolean {
  return (
    bytes.length > 3 && bytes[0] === 0x50 && bytes[1] >= 0x31 && bytes[1] <= 0x36 && WHITESPACE.has(bytes[2])
  );
}

/** No kept library reads these: own reader of the format of `man 5 ppm`. */
export function decodeNetpbm(bytes: Uint8Array): RgbaImage {
  const kind = bytes[1] - 0x30;
  if (kind !== 5 && kind !== 6) throw new Error(`expected a binary PGM or PPM (P5, P6), got P${kind}`);
  const header = new HeaderReader(bytes);
  const [width, height, largest] = [
    header.number('width'),
    header.number('height'),
    header.number('largest value'),
  ];
  checkImageSize(width, height);
  if (largest < 1 || largest > 65535)
    throw new Error(`expected a largest value of 1 to 65535, got ${largest}`);
  const channels = kind === 6 ? 3 : 1;
  const sampleBytes = largest > 255 ? 2 : 1;
  const start = header.position + 1;
  const expected = width * height * channels * sampleBytes;
  if (bytes.length - start < expected)
    throw new Error(`expected ${expected} bytes of pixels, got ${Math.max(0, bytes.length - start)}`);
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      // Of 16-bit samples the upper byte, which comes first, is kept.
      data[i * 4 + c] = bytes[start + (i * channels + (channels === 3 ? c : 0)) * sampleBytes];
    }
  }
  return { data, width, height };
}

class HeaderReader {
  position = 2;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(what: string): number {
    this.#skip();
    let text = '';
    while (
      this.position < this.#bytes.length &&
      !WHITESPACE.has(this.#bytes[this.position]) &&
      text.length < 10
    ) {
      text += String.fromCharCode(this.#bytes[this.position++]);
    }
    if (!/^\d+$/.test(text)) throw new Error(`expected the ${what} in the header, got "${text}"`);
    return Number(text);
  }

  #skip(): void {
    while (this.position < this.#bytes.length) {
      if (this.#bytes[this.position] === 0x23) {
        while (this.position < this.#bytes.length && this.#bytes[this.position] !== 10) this.position++;
      } else if (!WHITESPACE.has(this.#bytes[this.position])) return;
      else this.position++;
    }
  }
}
