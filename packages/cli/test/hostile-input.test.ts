import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { checkConfig, parseConfig } from '../src/config/check.ts';
import { UsageError } from '../src/errors.ts';
import { parseArchive } from '../src/samples/arrays.ts';
import { npy } from './sample-files.ts';

describe('a config with brackets in brackets', () => {
  it.each([
    ['arrays', '['],
    ['objects', '{"a":'],
    ['both', '{"inputs":['],
  ])('%s, is refused before anything recurses', (_, open) => {
    const parse = () => parseConfig(`{"path": "x",\n "inputs": ${open.repeat(20_000)}`, 'c.json');
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(
      /^c\.json: expected at most 64 brackets within each other, got more at line 2, column/,
    );
  });

  it('in a text are none', () => {
    const { config } = parseConfig(`{"path": ${JSON.stringify('['.repeat(500))}}`, 'c.json', () => []);
    expect(config.path).toHaveLength(500);
  });

  it('as an object are not shown as a whole', () => {
    let mean: unknown = 1;
    for (let i = 0; i < 100_000; i++) mean = [mean];
    expect(() => checkConfig({ mean: [mean] }, 'config')).toThrow('got an array of 1');
  });

  it('which hold themselves, or what JSON cannot, are shown all the same', () => {
    const mean: unknown[] = [];
    mean.push([mean]);
    expect(() => checkConfig({ mean }, 'config')).toThrow('got an array of 1');
    expect(() => checkConfig({ width: 3n }, 'config')).toThrow('width: expected a number, got 3');
  });
});

describe('an .npz file', () => {
  const array = npy('|u1', '4,', Uint8Array.of(1, 2, 3, 4));

  it('whose header claims more than can be packed is refused before memory is taken', () => {
    const archive = zipSync({ 'a.npy': array });
    const view = new DataView(archive.buffer);
    const directory = archive.findIndex(
      (_, i) => i + 4 <= archive.length && view.getUint32(i, true) === 0x02014b50,
    );
    view.setUint32(directory + 24, 0xfffffff0, true);
    expect(() => parseArchive(archive)).toThrow(
      /^it is not an \.npz file: a\.npy: \d+ bytes cannot unpack to 4294967280; the file is damaged$/,
    );
  });

  it('may hold other files, which are not unpacked', () => {
    const archive = zipSync({ 'a.npy': array, 'bomb.bin': new Uint8Array(10_000_000) });
    expect([...parseArchive(archive).keys()]).toEqual(['a']);
  });
});
