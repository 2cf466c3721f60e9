import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scratchFolder } from './scratch.ts';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** Runs the command in a Node that says it is of another version. */
function runAs(version: string) {
  const preload = join(scratchFolder(), 'version.cjs');
  const versions = `{ ...process.versions, node: ${JSON.stringify(version)} }`;
  writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${versions} });`);
  const command = join(PACKAGE, 'bin/mnnquant.js');
  return spawnSync(process.execPath, ['--require', preload, command, '--version'], { encoding: 'utf8' });
}

const { engines, version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
const oldest: string = engines.node.replace('>=', '');

test('a Node that is too old is told what is needed', () => {
  for (const old of ['18.20.4', '20.18.3', '9.0.0']) {
    const { status, stdout, stderr } = runAs(old);
    const needed = oldest.split('.').slice(0, 2).join('.');
    expect(stderr).toBe(`error: mnnquant needs Node.js ${needed} or newer, this is ${old}\n`);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  }
});

test('the oldest one that will do is taken, and newer ones', () => {
  for (const good of [oldest, '22.0.0', '100.1.0'])
    expect(runAs(good)).toMatchObject({ status: 0, stdout: `${version}\n` });
});
