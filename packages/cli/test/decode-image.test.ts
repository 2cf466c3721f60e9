import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { QuantizeError } from '../src/errors.ts';
import { decodeImage, decodePixels, ImageError } from '../src/images/decode.ts';
import { bmp, bmp565, bmpFiles, netpbmFiles, rgb565, tgaFiles } from './image-files.ts';

const WIDTH = 6;
const HEIGHT = 4;

function rgba(colour: (x: number, y: number) => readonly number[]): Uint8Array {
  const all = Array.from({ length: WIDTH * HEIGHT }, (_, i) => colour(i % WIDTH, Math.floor(i / WIDTH)));
  return Uint8Array.from(all.flat());
}

const colours = rgba((x, y) => [x * 40, y * 60, x * y * 10, 100 + x]);
const raw = (data: Uint8Array, channels: 1 | 2 | 3 | 4) =>
  sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } });
const opaque = (data: Uint8Array): Uint8Array => data.map((value, i) => (i % 4 === 3 ? 255 : value));

async function decoded(bytes: Uint8Array, name = 'image'): Promise<Uint8Array> {
  const { data, width, height } = await decodeImage(bytes, name);
  expect([width, height]).toEqual([WIDTH, HEIGHT]);
  return data;
}

describe('formats that libvips does not read', () => {
  it.each([...bmpFiles(), ...tgaFiles(), ...netpbmFiles()])(
    '$name',
    async ({ bytes, name, width, height, rgba }) => {
      const image = await decodeImage(bytes, name);
      expect([image.width, image.height]).toEqual([width, height]);
      expect(image.data).toEqual(rgba);
    },
  );

  it('are told by their content, not by their name', async () => {
    for (const { bytes, rgba } of [bmpFiles()[4], tgaFiles()[0], netpbmFiles()[0]]) {
      expect((await decodeImage(bytes, 'photo.jpg')).data).toEqual(rgba);
    }
  });

  it('reads 16-bit bitmaps with masks behind a header of 40 bytes', async () => {
    expect((await decodeImage(bmp565(40), 'a.bmp')).data).toEqual(rgb565());
  });

  it('keeps the upper byte of 16-bit PPM', async () => {
    const header = new TextEncoder().encode('P5 2 1 65535\n');
    const { data } = await decodeImage(Uint8Array.from([...header, 200, 99, 3, 255]), 'a.pgm');
    expect([...data]).toEqual([200, 200, 200, 255, 3, 3, 3, 255]);
  });
});

describe('PNG', () => {
  it('with alpha, byte for byte', async () => {
    expect(await decoded(await raw(colours, 4).png().toBuffer())).toEqual(colours);
  });

  it('without alpha: 255', async () => {
    expect(await decoded(await raw(colours, 4).removeAlpha().png().toBuffer())).toEqual(opaque(colours));
  });

  it('grey: all three colours', async () => {
    const grey = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => i * 9);
    const png = await raw(grey, 1).toColourspace('b-w').png().toBuffer();
    expect(await decoded(png)).toEqual(rgba((x, y) => [...Array(3).fill((y * WIDTH + x) * 9), 255]));
  });

  it('grey with alpha', async () => {
    const pairs = Uint8Array.from({ length: WIDTH * HEIGHT * 2 }, (_, i) => i * 5);
    const png = await raw(pairs, 2).toColourspace('b-w').png().toBuffer();
    expect(png[25]).toBe(4);
    const expected = Array.from({ length: WIDTH * HEIGHT }, (_, p) => [
      ...Array(3).fill(pairs[p * 2]),
      pairs[p * 2 + 1],
    ]);
    expect(await decoded(png)).toEqual(Uint8Array.from(expected.flat()));
  });

  it('with a palette', async () => {
    const flags = rgba((x) => (x % 2 ? [255, 0, 0, 255] : [0, 0, 255, 255]));
    const png = await raw(flags, 4).png({ palette: true, colours: 4 }).toBuffer();
    const colourType = png[25];
    expect(colourType).toBe(3);
    expect(await decoded(png)).toEqual(flags);
  });

  it.each([3, 4] as const)(
    'of 16 bits and %d channels: the upper byte, whatever the lower one',
    async (channels) => {
      const samples = Uint16Array.from(
        { length: WIDTH * HEIGHT * channels },
        (_, i) => (i * 977 + 250) & 0xffff,
      );
      const input = { raw: { width: WIDTH, height: HEIGHT, channels } };
      const png = await sharp(samples, input).toColourspace('rgb16').png().toBuffer();
      expect((await sharp(png).metadata()).depth).toBe('ushort');
      const upper = Array.from({ length: WIDTH * HEIGHT }, (_, p) =>
        Array.from({ length: 4 }, (_, c) => (c < channels ? samples[p * channels + c] >> 8 : 255)),
      );
      expect(await decoded(png)).toEqual(Uint8Array.from(upper.flat()));
    },
  );

  it('of 16 bits and grey: the upper byte', async () => {
    const samples = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 2777 + 250) & 0xffff);
    const input = { raw: { width: WIDTH, height: HEIGHT, channels: 1 as const } };
    const png = await sharp(samples, input).toColourspace('grey16').png().toBuffer();
    expect((await sharp(png).metadata()).depth).toBe('ushort');
    const upper = [...samples].flatMap((v) => [v >> 8, v >> 8, v >> 8, 255]);
    expect(await decoded(png)).toEqual(Uint8Array.from(upper));
  });

  it('with a colour profile: the stored numbers', async () => {
    const png = await raw(colours, 4).withIccProfile('p3', { attach: true }).png().toBuffer();
    const stored = await sharp(png, { ignoreIcc: true }).raw().toBuffer();
    expect((await sharp(png).metadata()).icc).toBeDefined();
    expect(await decoded(png)).toEqual(new Uint8Array(stored));
  });
});

describe('JPEG', () => {
  const flat = rgba(() => [200, 100, 50, 255]);

  it('ignores the EXIF orientation', async () => {
    const turned = await raw(flat, 4).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    expect((await sharp(turned).metadata()).orientation).toBe(6);
    await decoded(turned);
  });

  it('of one colour is that colour, give or take the rounding of YCbCr', async () => {
    const data = await decoded(await raw(flat, 4).jpeg({ quality: 100 }).toBuffer());
    for (const [i, value] of data.entries()) expect(Math.abs(value - flat[i])).toBeLessThanOrEqual(2);
  });

  it('has three bytes a pixel where nothing asks for alpha', async () => {
    const jpeg = await raw(colours, 4).jpeg().toBuffer();
    const { data, channels } = await decodePixels(jpeg, 'a.jpg');
    expect(channels).toBe(3);
    expect(data).toEqual((await decoded(jpeg)).filter((_, i) => i % 4 !== 3));
  });

  it('grey: all three colours', async () => {
    const data = await decoded(await raw(flat, 4).greyscale().jpeg({ quality: 100 }).toBuffer());
    for (let i = 0; i < data.length; i += 4) {
      expect(data[i]).toBe(data[i + 1]);
      expect(data[i]).toBe(data[i + 2]);
      expect(data[i + 3]).toBe(255);
    }
  });

  it('CMYK without a profile: what the inks leave over, as MNN has it', async () => {
    const jpeg = Buffer.from(
      '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB' +
        '/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAoJ/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwAQ6D5/B/D/2Q==',
      'base64',
    );
    const frame = jpeg.indexOf(Uint8Array.of(0xff, 0xc0));
    const filled = Buffer.concat([
      jpeg.subarray(0, frame),
      Uint8Array.of(0xff, 0xff, 0xff),
      jpeg.subarray(frame),
    ]);
    for (const bytes of [jpeg, filled]) {
      const { data } = await decodeImage(bytes, 'cmyk.jpg');
      // 17, 68, 255: what MNN 3.6.1 reads from this file.
      expect([...data]).toEqual(Array.from({ length: 64 }, () => [17, 68, 255, 255]).flat());
    }
  });
});

describe('unreadable files', () => {
  it.each([
    ['empty', new Uint8Array(0), /the file is empty/],
    [
      'SVG',
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="6" height="4"/>'),
      /drawing/,
    ],
    ['text', new TextEncoder().encode('not an image'), /unsupported image format/],
    ['a cut BMP', bmpFiles()[4].bytes.slice(0, 70), /cut off/],
    ['a cut BMP header', bmpFiles()[4].bytes.slice(0, 30), /cut off/],
    ['a cut TGA', tgaFiles()[0].bytes.slice(0, 60), /expected at least 45 bytes of pixels, got 27/],
    ['a cut run-length coded TGA', tgaFiles()[7].bytes.slice(0, 50), /cut off after \d+ of 15 pixels/],
    ['a cut TGA palette', tgaFiles()[5].bytes.slice(0, 40), /palette is cut off/],
    ['a cut PPM', netpbmFiles()[0].bytes.slice(0, 30), /expected 45 bytes of pixels/],
    ['a PPM without sizes', new TextEncoder().encode('P6\nfive 3\n255\n'), /expected the width/],
    [
      'a run-length coded BMP',
      bmp({ bits: 8, compression: 1, palette: [[0, 0, 0]], pixel: () => 0 }),
      /save it uncompressed/,
    ],
  ])('%s', async (_, bytes, message) => {
    const failing = decodeImage(bytes, 'bad.png');
    await expect(failing).rejects.toThrow(ImageError);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(/^bad\.png: /);
  });

  it.each(['png', 'jpeg', 'webp'] as const)('%s that ends early', async (format) => {
    const noise = Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => (i * 2654435761) >>> 24);
    const whole = await raw(noise, 4).toFormat(format).toBuffer();
    await expect(decodeImage(whole.subarray(0, whole.length - 40), 'cut')).rejects.toThrow(ImageError);
  });

  it('a header with an absurd size does not take memory', async () => {
    const bytes = bmpFiles()[4].bytes.slice();
    new DataView(bytes.buffer).setInt32(18, 2 ** 30, true);
    await expect(decodeImage(bytes, 'huge.bmp')).rejects.toThrow(/too many/);
  });

  it('whatever bytes are changed, there is an image or an ImageError', async () => {
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (const { bytes, name } of [...bmpFiles(), ...tgaFiles(), ...netpbmFiles()]) {
      for (let round = 0; round < 60; round++) {
        const damaged = bytes.slice(0, random(4) === 0 ? random(bytes.length) : bytes.length);
        for (let i = 0; i <= random(4); i++) damaged[random(Math.min(60, damaged.length))] = random(256);
        const result = await decodeImage(damaged, name).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(ImageError);
        else expect(result).toHaveProperty('data');
      }
    }
  });
});

describe('an installation without the binaries of sharp', () => {
  it('says what to do, and still reads BMP', async () => {
    vi.doMock('sharp', () => {
      throw new Error('Could not load the "sharp" module');
    });
    try {
      const failing = decodeImage(Uint8Array.of(1, 2, 3), 'a.png');
      await expect(failing).rejects.toThrow(QuantizeError);
      await expect(failing).rejects.toThrow(/install without --omit=optional/);
      expect((await decodeImage(bmpFiles()[4].bytes, 'a.bmp')).width).toBe(bmpFiles()[4].width);
    } finally {
      vi.doUnmock('sharp');
    }
  });
});
