// Runs a workspace script on a bare machine: only Node and npm are needed, pnpm comes through npx.
// npm's own variables are dropped, since pnpm would read them as its configuration.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const env = Object.fromEntries(
  Object.entries(process.env).filter(([key]) => !/^npm_(package|lifecycle)_/.test(key)),
);
Object.assign(env, { CI: '1', TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' });

function pnpm(...args) {
  const shell = process.platform === 'win32';
  const { status, error } = spawnSync('npx', ['--yes', '--', packageManager, ...args], {
    cwd: root,
    env,
    shell,
    stdio: 'inherit',
  });
  if (error) {
    process.stderr.write(`Cannot start npx: ${error.message}. Install Node.js 20.19 or newer with npm.\n`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Node.js 20.19 or newer is needed, this is ${process.versions.node}.\n`);
  process.exit(1);
}
const [script, ...rest] = process.argv.slice(2);
pnpm('install', '--frozen-lockfile', '--prefer-offline');
pnpm('run', script, ...rest);
