// Builds what is published into release/, the same bytes from the same sources and the same version of Node:
//
//   pnpm release:build                release/npm/*.tgz, release/python/* and release/SHA256SUMS
//   pnpm release:check                builds once more from a copy in another folder, and compares
//   … --only npm                      without the Python package (or: --only python)
//
// docs/release.md tells what comes before and after it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reproducible } from './release/tarball.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a build leaves beside the sources of a package; turbo keeps what it needs elsewhere. */
const BUILT = ['dist', 'bundle', 'wasm'];

const { values } = parseArgs({ options: { check: { type: 'boolean' }, only: { type: 'string' } } });
if (![undefined, 'npm', 'python'].includes(values.only))
  throw new Error(`--only: expected npm or python, got ${values.only}`);
const parts = values.only === undefined ? ['npm', 'python'] : [values.only];

function run(cwd, command, args, env = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...withoutNpm(process.env), CI: '1', TURBO_TELEMETRY_DISABLED: '1', ...env },
    maxBuffer: 1 << 26,
    shell: process.platform === 'win32' && command === 'npx',
  });
  if (status !== 0)
    throw new Error(
      `${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`,
    );
  return stdout;
}

/** pnpm would take npm's variables for its configuration. */
function withoutNpm(env) {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !/^npm_(package|lifecycle)_/.test(key)));
}

function pnpm(root, ...args) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return run(root, 'npx', ['--yes', '--', packageManager, ...args]);
}

/** Seconds; what archives give as the age of their files. */
function sourceDate() {
  return process.env.SOURCE_DATE_EPOCH ?? run(ROOT, 'git', ['log', '-1', '--format=%ct']).trim();
}

/** The folders of the packages that npm gets. */
function npmPackages(root) {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .filter((folder) => !JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).private);
}

function packNpm(root, target) {
  const filters = npmPackages(root).flatMap((folder) => ['--filter', `./packages/${basename(folder)}`]);
  pnpm(root, '--recursive', ...filters, 'pack', '--pack-destination', target);
  for (const name of readdirSync(target)) {
    const file = join(target, name);
    writeFileSync(file, reproducible(readFileSync(file)));
  }
}

/** Builds `root` into its release/; returns the text of SHA256SUMS. */
function build(root) {
  const target = join(root, 'release');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  // Files that an earlier build made from sources that are gone would be packed.
  for (const folder of npmPackages(root))
    for (const name of BUILT) rmSync(join(folder, name), { recursive: true, force: true });
  pnpm(root, 'run', 'build');
  if (parts.includes('npm')) packNpm(root, join(target, 'npm'));
  const python = join(root, 'packages/python-shim/scripts/build.mjs');
  if (parts.includes('python') && existsSync(python))
    run(root, process.execPath, [python, join(target, 'python')], { SOURCE_DATE_EPOCH: sourceDate() });
  const sums = sumsOf(target);
  writeFileSync(join(target, 'SHA256SUMS'), sums);
  return sums;
}

/** As `sha256sum` prints and checks it. */
function sumsOf(folder) {
  const files = parts.flatMap((part) =>
    existsSync(join(folder, part)) ? readdirSync(join(folder, part)).map((file) => `${part}/${file}`) : [],
  );
  const lines = files.sort().map((file) => {
    const hash = createHash('sha256').update(readFileSync(join(folder, file)));
    return `${hash.digest('hex')}  ${file}\n`;
  });
  if (lines.length === 0) throw new Error(`nothing was built into ${folder}`);
  return lines.join('');
}

/** The sources as they are here, committed or not, in a folder with another name and depth. */
function copySources(target) {
  const files = run(ROOT, 'git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']).split(
    '\0',
  );
  for (const file of files.filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(ROOT, file), join(target, file));
  }
  // Tools that look for the root of a checkout find this one.
  run(target, 'git', ['init', '--quiet']);
}

function check() {
  const here = build(ROOT);
  const scratch = mkdtempSync(join(tmpdir(), 'mnnquant-release-'));
  const copy = join(scratch, 'another/place');
  mkdirSync(copy, { recursive: true });
  copySources(copy);
  pnpm(copy, 'install', '--frozen-lockfile', '--prefer-offline');
  const there = new Set(build(copy).split('\n'));
  const lines = here.split('\n');
  const different = lines.filter((line) => !there.has(line)).map((line) => line.split('  ')[1]);
  if (different.length > 0 || there.size !== lines.length)
    throw new Error(
      `built twice, these differ: ${different.join(', ')}\ncompare ${ROOT}release with ${copy}/release`,
    );
  rmSync(scratch, { recursive: true, force: true });
  process.stdout.write(`${here}built twice, from different folders: the same bytes\n`);
}

try {
  if (values.check) check();
  else process.stdout.write(build(ROOT));
} catch (error) {
  process.stderr.write(`release: ${error.message}\n`);
  process.exitCode = 1;
}
