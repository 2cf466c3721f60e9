import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTargets } from '../src/check-targets.ts';
import { QuantizeError, UsageError } from '../src/errors.ts';
import { writeTogether } from '../src/files.ts';
import { fill, scratchFolder } from './scratch.ts';

function scratch(files: Readonly<Record<string, string>> = {}) {
  const folder = scratchFolder();
  fill(folder, files);
  return { folder, at: (name: string): string => join(folder, name) };
}

describe('checkTargets', () => {
  it('takes new files and older results', () => {
    const { at } = scratch({ 'in.mnn': 'in', 'out.mnn': 'older' });
    expect(() => checkTargets([at('out.mnn'), at('new.mnn')], [at('in.mnn')])).not.toThrow();
  });

  it('takes inputs that are not there: whether they are needed is known later', () => {
    const { at } = scratch();
    expect(() => checkTargets([at('out.mnn')], [at('in.mnn.weight')])).not.toThrow();
  });

  it('tells the folder that is missing, or that is a file', () => {
    const { at, folder } = scratch({ file: '' });
    expect(() => checkTargets([at('no/out.mnn')], [])).toThrow(`there is no folder ${join(folder, 'no')}`);
    expect(() => checkTargets([at('file/out.mnn')], [])).toThrow(UsageError);
  });

  it('refuses a folder, also one behind a link', () => {
    const { at } = scratch();
    mkdirSync(at('sub'));
    symlinkSync(at('sub'), at('link'));
    for (const name of ['sub', 'link', '.'])
      expect(() => checkTargets([at(name)], [])).toThrow(/is a folder/);
  });

  it.each<[string, (at: (name: string) => string) => string]>([
    ['its own name', (at) => at('in.mnn')],
    ['another spelling', (at) => `${at('sub')}/.././in.mnn`],
    ['a symbolic link', (at) => at('symbolic.mnn')],
    ['a hard link', (at) => at('hard.mnn')],
    ['a folder that is a link', (at) => at('here/in.mnn')],
  ])('sees the input behind %s', (_, target) => {
    const { at, folder } = scratch({ 'in.mnn': 'in', 'sub/x': '' });
    symlinkSync(at('in.mnn'), at('symbolic.mnn'));
    linkSync(at('in.mnn'), at('hard.mnn'));
    symlinkSync(folder, at('here'));
    expect(() => checkTargets([at('fine.mnn'), target(at)], [at('in.mnn')])).toThrow(
      /would overwrite the input .*in\.mnn; give another name/,
    );
  });

  it('sees an input that is not there yet by its place', () => {
    const { at, folder } = scratch();
    symlinkSync(folder, at('here'));
    expect(() => checkTargets([at('here/a.weight')], [at('a.weight')])).toThrow(/would overwrite/);
  });
});

describe('writeTogether', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const outputs = (...paths: string[]) => paths.map((path) => ({ path, bytes }));

  it('writes all, and nothing but them', () => {
    const { at, folder } = scratch({ 'sub/x': '' });
    writeTogether([...outputs(at('a'), at('sub/b')), { path: at('empty'), bytes: new Uint8Array(0) }]);
    expect(readdirSync(folder).sort()).toEqual(['a', 'empty', 'sub']);
    expect(readdirSync(at('sub')).sort()).toEqual(['b', 'x']);
    expect([...readFileSync(at('sub/b'))]).toEqual([1, 2, 3]);
    expect(readFileSync(at('empty'))).toHaveLength(0);
  });

  it('leaves older results as they were when a later file fails, before or while renaming', () => {
    for (const last of ['no/c', 'occupied']) {
      const { at, folder } = scratch({ a: 'older a', 'occupied/x': '' });
      const before = readdirSync(folder).sort();
      const write = () => writeTogether(outputs(at('a'), at('b'), at(last)));
      expect(write).toThrow(QuantizeError);
      expect(write).toThrow(`cannot write ${at(last)}`);
      expect(readdirSync(folder).sort()).toEqual(before);
      expect(readFileSync(at('a'), 'utf8')).toBe('older a');
    }
  });

  it('lets the default effect of signals back in when it failed', () => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const listeners = () => signals.map((signal) => process.listenerCount(signal));
    const before = listeners();
    expect(() => writeTogether(outputs(scratch().at('no/a')))).toThrow(QuantizeError);
    expect(listeners()).toEqual(before);
  });
});
