import sharp from 'sharp';

const WIDTH = 13;
const HEIGHT = 7;

/** An encoded image; what is in it is for the reader to say. */
export interface EncodedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function noise(channels: number): Uint8Array {
  return Uint8Array.from(
    { length: WIDTH * HEIGHT * channels },
    (_, i) => Math.imul(i + 1, 2654435761) >>> 24,
  );
}

function image(channels: 1 | 2 | 3 | 4) {
  return sharp(noise(channels), { raw: { width: WIDTH, height: HEIGHT, channels } });
}

function deepImage(channels: 1 | 3 | 4) {
  const samples = Uint16Array.from(noise(channels), (value, i) => (value << 8) | ((i * 37 + 200) & 255));
  return sharp(samples, { raw: { width: WIDTH, height: HEIGHT, channels } });
}

/** PNG files of every kind of pixel. */
export async function pngFiles(): Promise<EncodedFile[]> {
  const images = {
    'rgb.png': image(3).png(),
    'rgba.png': image(4).png(),
    'grey.png': image(1).toColourspace('b-w').png(),
    'grey-alpha.png': image(2).toColourspace('b-w').png(),
    'palette.png': image(3).png({ palette: true, colours: 16 }),
    'palette-two.png': image(3).png({ palette: true, colours: 2 }),
    'interlaced.png': image(3).png({ progressive: true }),
    'rgb16.png': deepImage(3).toColourspace('rgb16').png(),
    'rgba16.png': deepImage(4).toColourspace('rgb16').png(),
    'grey16.png': deepImage(1).toColourspace('grey16').png(),
    'profile.png': image(3).withIccProfile('p3').png(),
  };
  return Promise.all(
    Object.entries(images).map(async ([name, png]) => ({
      name,
      bytes: new Uint8Array(await png.toBuffer()),
    })),
  );
}

/** JPEG files of every kind of pixel, of full quality. */
export async function jpegFiles(): Promise<EncodedFile[]> {
  const smooth = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 32, Math.floor(i / 96)];
    return 128 + 100 * Math.sin((x + y * (1 + (i % 3))) / 9);
  });
  const source = () => sharp(smooth, { raw: { width: 32, height: 32, channels: 3 } });
  const quality = 95;
  const images = {
    'full.jpg': source().jpeg({ quality, chromaSubsampling: '4:4:4' }),
    'half.jpg': source().jpeg({ quality, chromaSubsampling: '4:2:0' }),
    'progressive.jpg': source().jpeg({ quality, progressive: true }),
    'grey.jpg': source().greyscale().jpeg({ quality }),
    'cmyk.jpg': source().toColourspace('cmyk').jpeg({ quality }),
    'turned.jpg': source().jpeg({ quality }).withMetadata({ orientation: 6 }),
  };
  return Promise.all(
    Object.entries(images).map(async ([name, jpeg]) => ({
      name,
      bytes: new Uint8Array(await jpeg.toBuffer()),
    })),
  );
}
