import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RgbaImage } from '@mnnquant/calibrate';
import { decodeImage } from 'mnnquant';
import { expect, it } from 'vitest';
import { bmpFiles } from '../../packages/cli/test/image-files.ts';
import { type EncodedFile, jpegFiles, pngFiles } from '../../packages/cli/test/png-files.ts';
import { describeWithMnn } from './environment.ts';
import { readNpz } from './npz.ts';
import { inFolder, pythonScript, runPython } from './oracle.ts';

/** JPEG decoders round differently; MNN has its own. */
const JPEG_TOLERANCE = 4;

describeWithMnn('image files are read as MNN reads them', ({ python }) => {
  it('PNG and BMP to the bit (what else its Python package cannot read)', async () => {
    const files = [...(await pngFiles()), ...bmpFiles()];
    const difference = await differences(python, files);
    expect(Object.fromEntries(files.map(({ name }, i) => [name, difference[i]]))).toEqual(
      Object.fromEntries(files.map(({ name }) => [name, 0])),
    );
  });

  it(`JPEG to ${JPEG_TOLERANCE} of 255`, async () => {
    const files = await jpegFiles();
    for (const [i, difference] of (await differences(python, files)).entries()) {
      expect(difference, files[i].name).toBeLessThanOrEqual(JPEG_TOLERANCE);
    }
  });
});

/** The largest difference of a red, green or blue value, by file. */
async function differences(python: string, files: readonly EncodedFile[]): Promise<number[]> {
  const ours = await Promise.all(files.map(({ bytes, name }) => decodeImage(bytes, name)));
  return decodeWithMnn(python, files).map(({ shape, data }, i) => {
    expect(shape, files[i].name).toEqual([ours[i].height, ours[i].width, 3]);
    return largestDifference(ours[i], data);
  });
}

function largestDifference({ data }: RgbaImage, rgb: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < rgb.length; i++) {
    const value = data[Math.floor(i / 3) * 4 + (i % 3)];
    largest = Math.max(largest, Math.abs(value - rgb[i]));
  }
  return largest;
}

function decodeWithMnn(python: string, files: readonly EncodedFile[]) {
  return inFolder((folder) => {
    const paths = files.map(({ name, bytes }) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    });
    writeFileSync(join(folder, 'files.json'), JSON.stringify(paths));
    runPython(python, [pythonScript('decode.py'), join(folder, 'files.json'), join(folder, 'out.npz')]);
    const images = readNpz(join(folder, 'out.npz'));
    return files.map((_, i) => {
      const { shape, data } = images.get(`${i}`)!;
      return { shape, data: data as Uint8Array };
    });
  });
}
