import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeImage } from 'mnnquant';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EncodedFile, jpegFiles, pngFiles } from '../../cli/test/png-files.ts';
import { hasChromium } from './support/available.ts';
import { TestPage } from './support/chromium.ts';

const DECODER = fileURLToPath(new URL('../../cli/src/browser/decode.ts', import.meta.url));
const EXAMPLE = new URL('../../../examples/digits/calibration/', import.meta.url);

describe.skipIf(!hasChromium())('images that Chromium decodes', () => {
  let page: TestPage;
  beforeAll(async () => {
    page = await TestPage.open();
  });
  afterAll(() => page?.close());

  /** RGBA, as `decodeImage` has it in Node. */
  async function inPage({ name, bytes }: EncodedFile): Promise<Uint8Array> {
    const numbers = await page.page.evaluate<number[]>(`
      import(${JSON.stringify(`/@fs${DECODER}`)}).then(async ({ decodeImageFile }) => {
        const bytes = Uint8Array.from(${JSON.stringify([...bytes])});
        return Array.from((await decodeImageFile(bytes, ${JSON.stringify(name)})).data);
      })`);
    return Uint8Array.from(numbers);
  }

  test('PNG of every kind of pixel, and the example: the same pixels as in Node', async () => {
    const [first] = await readdir(EXAMPLE);
    const example = { name: first, bytes: new Uint8Array(await readFile(new URL(first, EXAMPLE))) };
    for (const file of [...(await pngFiles()), example])
      expect(await inPage(file), file.name).toEqual((await decodeImage(file.bytes, file.name)).data);
  });

  test('JPEG: also turned ones, which stay as they are; of four inks to the last bit', async () => {
    for (const file of await jpegFiles()) {
      const [given, wanted] = [await inPage(file), (await decodeImage(file.bytes, file.name)).data];
      expect(given.length).toBe(wanted.length);
      const furthest = Math.max(...given.map((value, i) => Math.abs(value - wanted[i])));
      expect(furthest, file.name).toBeLessThanOrEqual(file.name === 'cmyk.jpg' ? 1 : 0);
    }
  });

  test('what is no image is an error that names it', async () => {
    const text = { name: 'notes.png', bytes: new TextEncoder().encode('no image at all') };
    await expect(inPage(text)).rejects.toThrow('notes.png: the browser cannot decode it');
  });
});
