import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const { reproducible } = (await import(new URL('../release/tarball.mjs', import.meta.url).href)) as {
  reproducible(tgz: Uint8Array): Buffer;
};

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-tarball-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function tar(cwd: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync('tar', args, { cwd, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

const LONG = `dist/${'a-folder-with-a-long-name/'.repeat(4)}file.js`;
const MANIFEST = { name: 'x', dependencies: { a: '1', b: '2' }, scripts: { z: '', a: '' } };

/** A tarball as pnpm makes it, with files and dependencies in the order given. */
function packed(files: readonly string[], dependencies: Readonly<Record<string, string>>): Buffer {
  const folder = scratch();
  const content: Readonly<Record<string, string>> = {
    'package.json': JSON.stringify({ ...MANIFEST, dependencies }),
    'bin/x.js': 'x'.repeat(1000),
    'exact.txt': 'y'.repeat(512),
    'empty.txt': '',
    [LONG]: 'ü',
  };
  for (const name of files) {
    const file = join(folder, 'package', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content[name], { mode: name.startsWith('bin/') ? 0o755 : 0o644 });
  }
  const names = files.map((name) => `package/${name}`);
  const alike = ['--format=ustar', '--mtime=@499162500', '--owner=0', '--group=0', '--numeric-owner'];
  tar(folder, ...alike, '-czf', 'x.tgz', ...names);
  return readFileSync(join(folder, 'x.tgz'));
}

const FILES = ['package.json', 'bin/x.js', 'exact.txt', 'empty.txt', LONG];
// Other implementations have other options.
const gnu = /GNU tar/.test(spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '');

it.skipIf(!gnu)('files and dependencies in another order give the same bytes', () => {
  const one = packed(FILES, { a: '1', b: '2' });
  const other = packed([...FILES].reverse(), { b: '2', a: '1' });
  expect(one.equals(other)).toBe(false);
  expect(reproducible(one).equals(reproducible(other))).toBe(true);
  expect(reproducible(reproducible(one)).equals(reproducible(one))).toBe(true);
});

it.skipIf(!gnu)('tar unpacks the same files, with their modes', () => {
  const folder = scratch();
  writeFileSync(join(folder, 'x.tgz'), reproducible(packed(FILES, { b: '2', a: '1' })));
  tar(folder, '-xzf', 'x.tgz');
  const read = (name: string) => readFileSync(join(folder, 'package', name), 'utf8');
  expect(JSON.parse(read('package.json'))).toEqual(MANIFEST);
  expect(Object.keys(JSON.parse(read('package.json')).scripts)).toEqual(['z', 'a']);
  expect([read('bin/x.js'), read('exact.txt'), read('empty.txt'), read(LONG)]).toEqual([
    'x'.repeat(1000),
    'y'.repeat(512),
    '',
    'ü',
  ]);
  expect(statSync(join(folder, 'package/bin/x.js')).mode & 0o111).toBe(0o111);
  expect(statSync(join(folder, 'package/exact.txt')).mode & 0o111).toBe(0);
});

it.skipIf(!gnu)('what is no plain file is refused', () => {
  const folder = scratch();
  mkdirSync(join(folder, 'package'));
  tar(folder, '--format=ustar', '-czf', 'x.tgz', 'package');
  expect(() => reproducible(readFileSync(join(folder, 'x.tgz')))).toThrow(
    'package/: expected a plain file, got type 5',
  );
});
