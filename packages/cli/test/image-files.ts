/** An image file and the pixels that are in it by construction. */
export interface ImageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

type Colour = readonly [number, number, number, number?];

const WIDTH = 5;
const HEIGHT = 3;

/** Five colours in rows that differ, so that a swapped row, column or channel shows. */
const COLOURS: readonly Colour[] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [0, 0, 0],
];

function indexAt(x: number, y: number): number {
  return (x * 2 + y * 3) % COLOURS.length;
}

function pixels(colour: (x: number, y: number) => Colour): Uint8Array {
  const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [r, g, b, a = 255] = colour(x, y);
      rgba.set([r, g, b, a], (y * WIDTH + x) * 4);
    }
  }
  return rgba;
}

function file(name: string, bytes: Uint8Array, colour: (x: number, y: number) => Colour): ImageFile {
  return { name, bytes, width: WIDTH, height: HEIGHT, rgba: pixels(colour) };
}

const fromPalette = (x: number, y: number): Colour => COLOURS[indexAt(x, y)];
const smooth = (x: number, y: number): Colour => [x * 40 + 3, y * 70 + 5, x * y * 20 + 7];
const translucent = (x: number, y: number): Colour => [...smooth(x, y).slice(0, 3), 50 + x] as never;
const grey = (x: number, y: number): Colour => [x * 40 + y, x * 40 + y, x * 40 + y];

/** n bits repeated to 8, which for 5 and 6 bits is the same as scaling by 255. */
function widen(value: number, bits: number): number {
  return (value << (8 - bits)) | (value >> (2 * bits - 8));
}

function bytesOf(...parts: readonly (readonly [number, 1 | 2 | 4])[]): number[] {
  return parts.flatMap(([value, size]) =>
    Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) & 255),
  );
}

interface BmpOptions {
  readonly bits: number;
  readonly pixel: (x: number, y: number) => number;
  readonly palette?: readonly Colour[];
  readonly topDown?: boolean;
  readonly headerBytes?: 12 | 40 | 108;
  readonly compression?: number;
  readonly masks?: readonly number[];
}

/** A bitmap with the given number for every pixel. */
export function bmp(options: BmpOptions): Uint8Array {
  const {
    bits,
    pixel,
    palette = [],
    topDown = false,
    headerBytes = 40,
    compression = 0,
    masks = [],
  } = options;
  const info: number[] = bytesOf([headerBytes, 4]);
  if (headerBytes === 12) info.push(...bytesOf([WIDTH, 2], [HEIGHT, 2], [1, 2], [bits, 2]));
  else {
    const height = topDown ? 2 ** 32 - HEIGHT : HEIGHT;
    info.push(...bytesOf([WIDTH, 4], [height, 4], [1, 2], [bits, 2], [compression, 4]));
    while (info.length < 40) info.push(0);
    info.push(...masks.flatMap((mask) => bytesOf([mask, 4])));
    while (info.length < headerBytes) info.push(0);
  }
  for (const [r, g, b] of palette) info.push(b, g, r, ...(headerBytes === 12 ? [] : [0]));
  const rows: number[] = [];
  for (let row = 0; row < HEIGHT; row++) {
    rows.push(...bmpRow(bits, (x) => pixel(x, topDown ? row : HEIGHT - 1 - row)));
  }
  const offset = 14 + info.length;
  const header = [0x42, 0x4d, ...bytesOf([offset + rows.length, 4], [0, 4], [offset, 4])];
  return Uint8Array.from([...header, ...info, ...rows]);
}

function bmpRow(bits: number, pixel: (x: number) => number): number[] {
  const row: number[] = [];
  if (bits >= 8) {
    for (let x = 0; x < WIDTH; x++) row.push(...bytesOf([pixel(x), 4]).slice(0, bits / 8));
  } else {
    const text = Array.from({ length: WIDTH }, (_, x) => pixel(x).toString(2).padStart(bits, '0')).join('');
    for (let i = 0; i < text.length; i += 8)
      row.push(Number.parseInt(text.slice(i, i + 8).padEnd(8, '0'), 2));
  }
  while (row.length % 4 !== 0) row.push(0);
  return row;
}

const pack = ([r, g, b, a = 0]: Colour): number => a * 2 ** 24 + (r << 16) + (g << 8) + b;
const as555 = (x: number, y: number): [number, number, number] => [
  (x * 7) & 31,
  (y * 11 + 3) & 31,
  (x + y) & 31,
];
const as565 = (x: number, y: number): [number, number, number] => [
  (x * 7) & 31,
  (y * 23 + 3) & 63,
  (x + y) & 31,
];
const wide555 = (x: number, y: number): Colour => as555(x, y).map((v) => widen(v, 5)) as never;
const number555 = (x: number, y: number): number => {
  const [r, g, b] = as555(x, y);
  return (r << 10) | (g << 5) | b;
};

/** Bitmaps of every kind that stb_image reads. */
export function bmpFiles(): ImageFile[] {
  const twoColours = (x: number, y: number): number => (x + y) % 2;
  return [
    file(
      'palette1.bmp',
      bmp({ bits: 1, pixel: twoColours, palette: COLOURS.slice(1, 3) }),
      (x, y) => COLOURS[1 + twoColours(x, y)],
    ),
    file('palette4.bmp', bmp({ bits: 4, pixel: indexAt, palette: COLOURS }), fromPalette),
    file('palette8.bmp', bmp({ bits: 8, pixel: indexAt, palette: COLOURS }), fromPalette),
    file('rgb555.bmp', bmp({ bits: 16, pixel: number555 }), wide555),
    file('rgb24.bmp', bmp({ bits: 24, pixel: (x, y) => pack(smooth(x, y)) }), smooth),
    file('rgb24-core.bmp', bmp({ bits: 24, headerBytes: 12, pixel: (x, y) => pack(smooth(x, y)) }), smooth),
    file('rgb24-top-down.bmp', bmp({ bits: 24, topDown: true, pixel: (x, y) => pack(smooth(x, y)) }), smooth),
    file('rgb32.bmp', bmp({ bits: 32, pixel: (x, y) => pack(smooth(x, y)) }), smooth),
    file('rgba32.bmp', bmp({ bits: 32, pixel: (x, y) => pack(translucent(x, y)) }), translucent),
    file('rgb565-masks.bmp', bmp565(108), wide565),
  ];
}

function wide565(x: number, y: number): Colour {
  return as565(x, y).map((v, c) => widen(v, c === 1 ? 6 : 5)) as never;
}

/** 16 bits with masks: behind a header of 40 bytes MNN's decoder starts 12 bytes too late. */
export function bmp565(headerBytes: 40 | 108): Uint8Array {
  const pixel = (x: number, y: number): number => {
    const [r, g, b] = as565(x, y);
    return (r << 11) | (g << 5) | b;
  };
  return bmp({ bits: 16, headerBytes, compression: 3, masks: [0xf800, 0x7e0, 0x1f], pixel });
}

/** What is in {@link bmp565}. */
export function rgb565(): Uint8Array {
  return pixels(wide565);
}

interface TgaOptions {
  readonly kind: number;
  readonly bits: number;
  readonly topDown?: boolean;
  readonly palette?: readonly Colour[];
  readonly data: readonly number[];
}

export function tga({ kind, bits, topDown = false, palette = [], data }: TgaOptions): Uint8Array {
  const comment = [...'made for a test'].map((c) => c.charCodeAt(0));
  const header = bytesOf(
    [comment.length, 1],
    [palette.length > 0 ? 1 : 0, 1],
    [kind, 1],
    [0, 2],
    [palette.length, 2],
  );
  header.push(...bytesOf([palette.length > 0 ? 24 : 0, 1], [0, 4], [WIDTH, 2], [HEIGHT, 2], [bits, 1]));
  header.push(topDown ? 0x20 : 0);
  return Uint8Array.from([...header, ...comment, ...palette.flatMap(([r, g, b]) => [b, g, r]), ...data]);
}

function tgaPixels(topDown: boolean, pixel: (x: number, y: number) => number[]): number[][] {
  return Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const row = Math.floor(i / WIDTH);
    return pixel(i % WIDTH, topDown ? row : HEIGHT - 1 - row);
  });
}

/** Packets of repeated pixels and of different ones, running over the ends of rows. */
function runLength(pixelsInOrder: readonly number[][]): number[] {
  const packed: number[] = [];
  for (let i = 0; i < pixelsInOrder.length; ) {
    let run = 1;
    while (i + run < pixelsInOrder.length && `${pixelsInOrder[i + run]}` === `${pixelsInOrder[i]}`) run++;
    if (run > 1) packed.push(0x80 | (run - 1), ...pixelsInOrder[i]);
    else packed.push(0, ...pixelsInOrder[i]);
    i += run;
  }
  return packed;
}

/** TGA files of every kind that stb_image reads. */
export function tgaFiles(): ImageFile[] {
  const bgr = (colour: Colour): number[] => [colour[2], colour[1], colour[0]];
  const bgra = (colour: Colour): number[] => [...bgr(colour), colour[3] ?? 255];
  const striped = (_: number, y: number): Colour => COLOURS[y > 0 ? 1 : 0];
  const plain = (colour: (x: number, y: number) => Colour, topDown = false): number[] =>
    tgaPixels(topDown, (x, y) => bgr(colour(x, y))).flat();
  return [
    file('rgb24.tga', tga({ kind: 2, bits: 24, data: plain(smooth) }), smooth),
    file('rgb24-top-down.tga', tga({ kind: 2, bits: 24, topDown: true, data: plain(smooth, true) }), smooth),
    file(
      'rgba32.tga',
      tga({ kind: 2, bits: 32, data: tgaPixels(false, (x, y) => bgra(translucent(x, y))).flat() }),
      translucent,
    ),
    file(
      'rgb555.tga',
      tga({ kind: 2, bits: 16, data: tgaPixels(false, (x, y) => bytesOf([number555(x, y), 2])).flat() }),
      (x, y) => as555(x, y).map((v) => Math.floor((v * 255) / 31)) as never,
    ),
    file(
      'grey8.tga',
      tga({ kind: 3, bits: 8, data: tgaPixels(false, (x, y) => [grey(x, y)[0]]).flat() }),
      grey,
    ),
    file(
      'palette8.tga',
      tga({ kind: 1, bits: 8, palette: COLOURS, data: tgaPixels(false, (x, y) => [indexAt(x, y)]).flat() }),
      fromPalette,
    ),
    file(
      'runs24.tga',
      tga({ kind: 10, bits: 24, data: runLength(tgaPixels(false, (x, y) => bgr(striped(x, y)))) }),
      striped,
    ),
    file(
      'runs-mixed24.tga',
      tga({ kind: 10, bits: 24, data: runLength(tgaPixels(false, (x, y) => bgr(smooth(x >> 1, y)))) }),
      (x, y) => smooth(x >> 1, y),
    ),
    file(
      'runs-palette.tga',
      tga({
        kind: 9,
        bits: 8,
        palette: COLOURS,
        data: runLength(tgaPixels(false, (x, y) => [indexAt(x >> 2, y)])),
      }),
      (x, y) => fromPalette(x >> 2, y),
    ),
  ];
}

function netpbm(header: string, data: readonly number[]): Uint8Array {
  return Uint8Array.from([...new TextEncoder().encode(header), ...data]);
}

/** PPM and PGM, with and without a comment. */
export function netpbmFiles(): ImageFile[] {
  const all = <T>(value: (x: number, y: number) => T): T[] =>
    Array.from({ length: WIDTH * HEIGHT }, (_, i) => value(i % WIDTH, Math.floor(i / WIDTH)));
  const colours = all(smooth).flatMap((c) => [c[0], c[1], c[2]]);
  return [
    file('colour.ppm', netpbm(`P6\n${WIDTH} ${HEIGHT}\n255\n`, colours), smooth),
    file('comment.ppm', netpbm(`P6\n# a comment\n${WIDTH} ${HEIGHT}\n# another\n255\n`, colours), smooth),
    file(
      'grey.pgm',
      netpbm(
        `P5 ${WIDTH} ${HEIGHT} 255\n`,
        all((x, y) => grey(x, y)[0]),
      ),
      grey,
    ),
  ];
}
