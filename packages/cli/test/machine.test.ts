import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { pngFiles } from './png-files.ts';
import { fill, scratchFolder, smallJob } from './scratch.ts';

const COMMAND = fileURLToPath(new URL('../bin/mnnquant.js', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../bundle', import.meta.url));
const GUARD = fileURLToPath(new URL('no-network.cjs', import.meta.url));

beforeAll(() => {
  if (!existsSync(join(BUNDLE, 'mnnquant.js')))
    throw new Error('these tests run the built command; build first: npm run build');
});

/** A job that loads all that a run can load: the image library, threads, the table of layers. */
async function wholeJob() {
  const job = smallJob({ debug: true });
  const [{ bytes }] = await pngFiles();
  fill(job.folder, { 'photos/d.png': bytes });
  return [job.source, job.target, job.config, '--threads', '2'];
}

describe('the network', () => {
  function guarded(args: readonly string[]) {
    const log = join(scratchFolder(), 'log');
    const env = {
      ...process.env,
      NODE_OPTIONS: `--require=${JSON.stringify(GUARD)}`,
      MNNQUANT_NETWORK_LOG: log,
    };
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    return { status, stderr, log: readFileSync(log, 'utf8') };
  }

  it.each([
    ['require("node:http").get("http://127.0.0.1:9")', /net\.connect|dns/],
    ['import("node:net").then(({ connect }) => connect(9))', /net\.connect/],
    ['import("node:dns").then(({ lookup }) => lookup("localhost", () => {}))', /dns\.lookup/],
    ['fetch("http://127.0.0.1:9")', /fetch/],
    ['new (require("worker_threads").Worker)("fetch(`http://127.0.0.1:9`)", { eval: true })', /fetch/],
  ])('the guard notices %s', (code, noted) => {
    expect(guarded(['-e', code]).log).toMatch(noted);
  });

  it.each(['auto', 'cpu'])('is not asked for anything with --backend %s', async (backend) => {
    const { status, stderr, log } = guarded([COMMAND, ...(await wholeJob()), '--backend', backend]);
    expect({ status, log }, stderr).toEqual({ status: 0, log: '' });
  });

  const separable = spawnSync('unshare', ['-rn', 'true']).status === 0;
  it.skipIf(!separable)(
    `need not be there${separable ? '' : ' (skipped: unshare -rn is not allowed)'}`,
    async () => {
      const { status } = spawnSync('unshare', ['-rn', process.execPath, COMMAND, ...(await wholeJob())]);
      expect(status).toBe(0);
    },
  );

  it('is nothing that the bundle knows of', () => {
    for (const name of readdirSync(BUNDLE).filter((file) => file.endsWith('.js'))) {
      const code = readFileSync(join(BUNDLE, name), 'utf8');
      const found = code.match(
        /(?:from |import |import\(|require\()["'](?:node:)?(?:https?|http2|net|tls|dns|dgram)["'/]|\bfetch\(|\bXMLHttpRequest\b|\bWebSocket\b/g,
      );
      expect(found, name).toBeNull();
    }
  });
});

describe('colours', () => {
  const terminal = spawnSync('script', ['-qec', 'exit 7', '/dev/null']).status === 7;
  const note = terminal ? '' : ' (skipped: no util-linux `script` here)';
  const SGR = new RegExp(`${String.fromCharCode(27)}\\[[\\d;:]*m`, 'g');

  it.skipIf(!terminal).each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['FORCE_COLOR', { FORCE_COLOR: '3', CLICOLOR_FORCE: '1' }],
  ])(`are not printed on a terminal with %s${note}`, async (_, variables) => {
    const { NO_COLOR, FORCE_COLOR, ...rest } = process.env;
    const env = { ...rest, TERM: 'xterm-256color', ...variables };
    const line = [process.execPath, COMMAND, ...(await wholeJob())].map((word) => `'${word}'`).join(' ');
    for (const ask of [
      line,
      `${line} --json`,
      `'${process.execPath}' '${COMMAND}' --help`,
      `${line} --nonsense`,
    ]) {
      const { stdout } = spawnSync('script', ['-qec', ask, '/dev/null'], { encoding: 'utf8', env });
      expect(stdout.length).toBeGreaterThan(0);
      expect(stdout.match(SGR), ask).toBeNull();
    }
  });

  it('and nothing else that steers a terminal is in the JSON', async () => {
    const env = { ...process.env, FORCE_COLOR: '3' };
    const { status, stdout } = spawnSync(process.execPath, [COMMAND, ...(await wholeJob()), '--json'], {
      encoding: 'utf8',
      env,
    });
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(JSON.parse(stdout)).toHaveProperty('debug.layers');
  });
});
