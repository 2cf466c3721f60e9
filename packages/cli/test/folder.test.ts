import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { PixelImage } from '@mnnquant/calibrate';
import { describe, expect, it, vi } from 'vitest';
import { type ImageFolderOptions, openImageFolder } from '../src/images/folder.ts';
import { fill, photo, scratchFolder } from './scratch.ts';

/** The first pixel's red tells the images apart. */
const firstRed = ({ data }: PixelImage): Float32Array => Float32Array.of(data[0]);

function open(path: string, options: Partial<ImageFolderOptions> = {}) {
  return openImageFolder({ path, limit: undefined, prepare: firstRed, cacheBytes: 1 << 20, ...options });
}

describe('a folder of images', () => {
  it('is read in the order of code units, whatever the file system says', async () => {
    const path = scratchFolder();
    fill(path, {
      'b.bmp': photo(1),
      'a10.bmp': photo(2),
      'a9.bmp': photo(3),
      'B.bmp': photo(4),
      'ä.bmp': photo(5),
    });
    expect((await open(path)).names).toEqual(['B.bmp', 'a10.bmp', 'a9.bmp', 'b.bmp', 'ä.bmp']);
  });

  it('is cut after sorting, and what cannot be read does not count', async () => {
    const path = scratchFolder();
    fill(path, { 'c.bmp': photo(1), 'b.txt': 'text', 'a.bmp': photo(2), 'd.bmp': photo(3) });
    const folder = await open(path, { limit: 2 });
    expect(folder.names).toEqual(['a.bmp', 'c.bmp']);
    expect(folder.skipped.map(({ name }) => name)).toEqual(['b.txt']);
    expect(folder.unused).toBe(1);
  });

  it('lists what is skipped with the reason, in order', async () => {
    const path = scratchFolder();
    fill(path, {
      'a.bmp': photo(1),
      'cut.bmp': photo(2).slice(0, 60),
      'empty.png': '',
      'notes.txt': 'text',
      'sub/b.bmp': photo(3),
      '.hidden.bmp': photo(4),
    });
    symlinkSync(join(path, 'nowhere'), join(path, 'broken.png'));
    const { names, skipped } = await open(path);
    expect(names).toEqual(['a.bmp']);
    expect(skipped.map(({ name }) => name)).toEqual([
      '.hidden.bmp',
      'broken.png',
      'cut.bmp',
      'empty.png',
      'notes.txt',
      'sub',
    ]);
    const reasons = skipped.map(({ reason }) => reason);
    expect(reasons[0]).toMatch(/hidden/);
    expect(reasons[1]).toMatch(/not a regular file/);
    expect(reasons[2]).toMatch(/cut off/);
    expect(reasons[3]).toBe('the file is empty');
    expect(reasons[4]).toMatch(/unsupported image format/);
    expect(reasons[5]).toBe('is a folder');
  });

  it('follows links to files', async () => {
    const path = scratchFolder();
    fill(path, { 'store/a.bmp': photo(1) });
    symlinkSync(join(path, 'store', 'a.bmp'), join(path, 'link.bmp'));
    expect((await open(path)).names).toEqual(['link.bmp']);
  });

  it('gives the same images with and without memory for them', async () => {
    const path = scratchFolder();
    for (let i = 0; i < 6; i++) fill(path, { [`${i}.bmp`]: photo(i) });
    const [kept, again] = [await open(path), await open(path, { cacheBytes: 8 })];
    for (let i = 0; i < 6; i++) expect(await again.load(i)).toEqual(await kept.load(i));
  });

  it('keeps no more than it may, and prepares the rest again', async () => {
    const path = scratchFolder();
    for (let i = 0; i < 6; i++) fill(path, { [`${i}.bmp`]: photo(i) });
    let prepared = 0;
    const prepare = (image: PixelImage): Float32Array => {
      prepared++;
      return firstRed(image);
    };
    const folder = await open(path, { prepare, cacheBytes: 8 });
    expect(prepared).toBe(6);
    for (let i = 0; i < 6; i++) await folder.load(i);
    expect(prepared).toBe(10);
  });

  it.each([1, 2, 3, 5, 8, 13, 40])(
    'with a limit of %i, takes the first that can be read and opens no further file',
    async (limit) => {
      const path = scratchFolder();
      const names = Array.from({ length: 20 }, (_, i) => `${String(i).padStart(2, '0')}.bmp`);
      const readable = (i: number): boolean => i % 3 !== 1 && i !== 6;
      for (const [i, name] of names.entries()) fill(path, { [name]: readable(i) ? photo(i) : 'text' });
      const wanted = names.filter((_, i) => readable(i)).slice(0, limit);
      const opened = limit >= 12 ? names.length : names.indexOf(wanted.at(-1)!) + 1;
      const steps: number[][] = [];
      const folder = await open(path, { limit, onProgress: (...step) => steps.push(step) });
      expect(folder.names).toEqual(wanted);
      expect(folder.skipped.map(({ name }) => name)).toEqual(
        names.slice(0, opened).filter((_, i) => !readable(i)),
      );
      expect(folder.unused).toBe(names.length - opened);
      expect(steps.map(([done]) => done)).toEqual(Array.from({ length: opened }, (_, i) => i + 1));
      expect(steps.at(-1)).toEqual([opened, opened]);
    },
  );

  it('has few images in memory at once, however many there are', async () => {
    const path = scratchFolder();
    for (let i = 0; i < 40; i++) fill(path, { [`${i}.bmp`]: photo(i) });
    let [underWay, most, waiting] = [0, 0, [] as (() => void)[]];
    vi.doMock('../src/images/decode.ts', async (original) => {
      const decode = await original<typeof import('../src/images/decode.ts')>();
      const decodePixels: typeof decode.decodePixels = async (...args) => {
        most = Math.max(most, ++underWay);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          setImmediate(() => {
            for (const go of waiting) go();
            waiting = [];
          });
        });
        underWay--;
        return decode.decodePixels(...args);
      };
      return { ...decode, decodePixels };
    });
    vi.resetModules();
    try {
      const { openImageFolder: openSlowly } = await import('../src/images/folder.ts');
      await openSlowly({ path, limit: undefined, prepare: firstRed, cacheBytes: 0 });
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(5);
    } finally {
      vi.doUnmock('../src/images/decode.ts');
      vi.resetModules();
    }
  });

  it('counts up while it is read', async () => {
    const path = scratchFolder();
    for (let i = 0; i < 9; i++) fill(path, { [`${i}.bmp`]: photo(i) });
    const steps: number[][] = [];
    await open(path, { onProgress: (done, total) => steps.push([done, total]) });
    expect(steps.at(-1)).toEqual([9, 9]);
  });

  it('skips an image that cannot be prepared', async () => {
    const path = scratchFolder();
    fill(path, { 'a.bmp': photo(1), 'b.bmp': photo(2) });
    let calls = 0;
    const prepare = (image: PixelImage): Float32Array => {
      if (calls++ === 0) throw new Error('too small');
      return firstRed(image);
    };
    const { names, skipped } = await open(path, { prepare });
    expect(names).toHaveLength(1);
    expect(skipped[0].reason).toBe('too small');
  });

  it('without a readable image is an error that says why', async () => {
    const path = scratchFolder();
    await expect(open(path)).rejects.toThrow(/is empty; put sample images into it/);
    for (let i = 0; i < 7; i++) fill(path, { [`${i}.txt`]: 'text' });
    await expect(open(path)).rejects.toThrow(/no readable image in .*\n {2}0\.txt: .*[\s\S]* and 2 more/);
  });
});
