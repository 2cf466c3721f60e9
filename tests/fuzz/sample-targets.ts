import { sampleImage } from '@mnnquant/calibrate';
import { zipSync } from 'fflate';
import { decodeBmp, isBmp } from '../../packages/cli/src/images/bmp.ts';
import { decodeNetpbm, isNetpbm } from '../../packages/cli/src/images/netpbm.ts';
import { decodeTga, isTga } from '../../packages/cli/src/images/tga.ts';
import { parseArchive } from '../../packages/cli/src/samples/arrays.ts';
import { parseInputJson } from '../../packages/cli/src/samples/input-json.ts';
import { parseNpy } from '../../packages/cli/src/samples/npy.ts';
import { asTensorData } from '../../packages/cli/src/samples/numbers.ts';
import { parseText } from '../../packages/cli/src/samples/text.ts';
import { bmpFiles, netpbmFiles, tgaFiles } from '../../packages/cli/test/image-files.ts';
import { bytesOf, npy } from '../../packages/cli/test/sample-files.ts';
import { damaged, randomBytes } from './bytes.ts';
import type { Random } from './random.ts';

const IMAGES = [...bmpFiles(), ...tgaFiles(), ...netpbmFiles()].map(({ bytes }) => bytes);

const NPY = [
  npy('<f4', '2, 3', bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6))),
  npy('<f8', '4,', bytesOf(Float64Array.of(1, 2, 3, Number.NaN)), 'True'),
  npy('<i8', '3, 1', bytesOf(BigInt64Array.of(1n, 2n, -3n)), 'True'),
  npy('|b1', '2, 2', Uint8Array.of(0, 1, 1, 0)),
  npy('<f2', '', Uint8Array.of(0, 60)),
  npy('<f4', '0, 1000000', new Uint8Array()),
];

const ARCHIVES = [
  zipSync({ 'a.npy': NPY[0]!, 'b.npy': NPY[1]! }),
  zipSync({ 'a.npy': NPY[2]!, x: new Uint8Array(500) }, { level: 9 }),
  zipSync({ 'sub/a.npy': NPY[3]! }, { level: 0 }),
];

const TEXT = ['1 2 3\n4.5 -6e3 nan', '\t+1e400 .5 5. -inf\r\n', '1,2,3', '0x10 1_000'].map((text) =>
  new TextEncoder().encode(text),
);

const INPUT_JSON = [
  '{"inputs": [{"name": "a", "shape": [1, 2]}, {"name": "b"}], "outputs": ["y"]}',
  '{"inputs": [], "outputs": []}',
].map((text) => new TextEncoder().encode(text));

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Numbers in files: `.npy`, `.npz`, `.txt` and `input.json`. */
export function samples(random: Random): string {
  switch (random.below(5)) {
    case 0:
    case 1: {
      const { data } = parseNpy(damaged(NPY, random));
      asTensorData(data, random.pick(['float32', 'int32', 'int8', 'uint8']));
      return 'npy';
    }
    case 2:
      parseArchive(damaged(ARCHIVES, random));
      return 'npz';
    case 3:
      parseText(text(random.once(3) ? randomBytes(random) : damaged(TEXT, random)));
      return 'text';
    default:
      parseInputJson(text(damaged(INPUT_JSON, random)), ['a', 'b']);
      return 'input.json';
  }
}

/** Images of the formats that are read here. */
export function images(random: Random): string {
  const bytes = damaged(IMAGES, random);
  const decode = isBmp(bytes)
    ? decodeBmp
    : isNetpbm(bytes)
      ? decodeNetpbm
      : isTga(bytes)
        ? decodeTga
        : undefined;
  if (decode === undefined) return 'another format';
  const pixels = decode(bytes);
  if (pixels.data.length !== pixels.width * pixels.height * 4) throw new TypeError('pixels are missing');
  sampleImage(
    pixels,
    { format: 'BGR', mean: [], normal: [], width: 4, height: 3, centerCropHeight: 0.5, centerCropWidth: 1 },
    'NCHW',
  );
  return decode.name;
}
