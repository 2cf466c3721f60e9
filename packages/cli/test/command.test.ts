import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill, photo, smallJob, smallNet } from './scratch.ts';

const COMMAND = fileURLToPath(new URL('../bin/mnnquant.js', import.meta.url));

function run(args: readonly string[], options: { cwd?: string } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    encoding: 'utf8',
    ...options,
  });
  return { status, stdout, stderr };
}

beforeAll(() => {
  const built = fileURLToPath(new URL('../bundle/mnnquant.js', import.meta.url));
  if (!existsSync(built)) throw new Error('these tests run the built command; build first: npm run build');
});

describe('mnnquant SRC.mnn DST.mnn config.json', () => {
  it('ends with the line of MNN, exit code 0, and only the summary on standard output', () => {
    const { source, target, config } = smallJob();
    const { status, stdout, stderr } = run([source, target, config]);
    expect({ status, stderr: stderr.includes('error') }).toEqual({ status: 0, stderr: false });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('Quantize model done!');
    expect(lines[0]).toMatch(/^Images +3 used$/);
    expect(stdout).toMatch(/^Int8 +2 of 2 convolutions, 100\.0 % of the multiply-adds/m);
    expect(stdout).toMatch(/^Size .*→/m);
    expect(stderr).toMatch(/^calibrate: 100%$/m);
    expect(stderr).not.toContain('\u001b');
    expect(existsSync(`${target}.json`)).toBe(true);
  });

  it('takes path from the working directory, as MNN does', () => {
    const { folder } = smallJob({ path: 'photos/' });
    const { status } = run(['small.mnn', 'out.mnn', 'config.json'], { cwd: folder });
    expect(status).toBe(0);
    expect(readdirSync(folder)).toContain('out.mnn');
  });

  it.skipIf(process.platform === 'win32')('reads the config from a pipe, and photos after it', () => {
    const { source, target, folder } = smallJob();
    const photos = fileURLToPath(new URL('../../../examples/digits/calibration/', import.meta.url));
    const config = { format: 'RGB', width: 8, height: 6, path: photos, used_image_num: 2 };
    fill(folder, { 'piped.json': JSON.stringify(config) });
    const line = 'cat piped.json | "$0" "$@"';
    const args = [process.execPath, COMMAND, source, target, '/dev/stdin', '--quiet'];
    const { status, stderr } = spawnSync('sh', ['-c', line, ...args], { cwd: folder, encoding: 'utf8' });
    expect({ status, stderr: stderr.includes('error') }).toEqual({ status: 0, stderr: false });
  });

  it('--quiet prints the last line and warnings only', () => {
    const { source, target, config } = smallJob({ winogradOpt: true });
    const { stdout, stderr } = run([source, target, config, '--quiet']);
    expect(stdout).toBe('Quantize model done!\n');
    expect(stderr).toMatch(/^warning: config: "winogradOpt".*\n$/);
  });

  it('--json prints one JSON value with a prediction for every op', () => {
    const { source, target, config } = smallJob();
    const { status, stdout } = run(['--json', source, target, config]);
    const outcome = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(outcome.prediction.ops.map(({ name }: { name: string }) => name)).toEqual(['conv1', 'conv2']);
    expect(outcome.images.used).toEqual(['a.bmp', 'b.bmp', 'c.bmp']);
  });

  it.each([1, 2, 3])('--threads %i computes with so many and writes the same', (threads) => {
    const one = smallJob();
    expect(run([one.source, one.target, one.config, '--threads', '1']).status).toBe(0);
    const { source, target, config } = smallJob();
    const { stdout } = run([source, target, config, '--threads', String(threads)]);
    expect(stdout).toMatch(
      new RegExp(`^Time .* on WebAssembly SIMD, ${threads} thread${threads > 1 ? 's' : ''}$`, 'm'),
    );
    expect(readFileSync(target).equals(readFileSync(one.target))).toBe(true);
  });

  it('--fast-math says that the last bits depend on the machine', () => {
    const { source, target, config } = smallJob();
    const { status, stdout } = run([source, target, config, '--fast-math']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Time .* on WebAssembly relaxed SIMD \(last bits depend on the machine\)/m);
  });

  it('works with names that hold spaces and other scripts', () => {
    const { folder } = smallJob({ path: '照片 1' });
    fill(folder, { '照片 1/ä b.bmp': photo(1) });
    const { status } = run(['small.mnn', '模型 8.mnn', 'config.json'], { cwd: folder });
    expect(status).toBe(0);
    expect(readdirSync(folder)).toContain('模型 8.mnn');
  });
});

describe('exit codes', () => {
  it.each([
    [['--help'], /Usage: mnnquant \[options\] <SRC\.mnn> <DST\.mnn> <config\.json>[\s\S]*Examples:/],
    [['--version'], /^\d+\.\d+\.\d+\n$/],
  ])('0 for %j', (args, output) => {
    const { status, stdout } = run(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(output);
  });

  it.each([
    [[], /missing required argument 'SRC\.mnn'/],
    [['a.mnn', 'b.mnn'], /missing required argument 'config\.json'/],
    [['a', 'b', 'c', 'd'], /too many arguments/],
    [['--fast', 'a', 'b', 'c'], /unknown option '--fast'/],
    [['--memory', 'much', 'a', 'b', 'c'], /expected a size such as 800M or 2G/],
    [['--memory', '0', 'a', 'b', 'c'], /expected a size/],
    [['--threads', '0', 'a', 'b', 'c'], /expected a whole number from 1 to 64/],
    [['--threads', '65', 'a', 'b', 'c'], /expected a whole number from 1 to 64/],
    [['--threads', '1.5', 'a', 'b', 'c'], /expected a whole number from 1 to 64/],
    [['--threads', 'many', 'a', 'b', 'c'], /expected a whole number from 1 to 64/],
    [['a.mnn', 'b.mnn', 'none.json'], /cannot read the config file none\.json/],
  ])('2 for the arguments %j', (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  it('2 for a wrong config, with nothing written', () => {
    const { source, target, config, folder } = smallJob({ format: 'RGBB', quant_bits: 9 });
    const before = readdirSync(folder);
    const { status, stdout, stderr } = run([source, target, config]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error: .*config\.json:\n {2}format: expected .*\n {2}quant_bits: expected at most 8, got 9/,
    );
    expect(readdirSync(folder)).toEqual(before);
  });

  it('2 where the source would be overwritten', () => {
    const { source, config } = smallJob();
    const before = readFileSync(source);
    expect(run([source, source, config]).status).toBe(2);
    expect(readFileSync(source).equals(before)).toBe(true);
  });

  it('1 when no image can be read, with nothing written', () => {
    const { source, target, config, at, folder } = smallJob();
    fill(folder, { 'photos/a.bmp': 'x', 'photos/b.bmp': 'x', 'photos/c.bmp': 'x' });
    const { status, stderr } = run([source, target, config]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/no readable image in .*photos/);
    expect(existsSync(at('small-int8.mnn'))).toBe(false);
  });

  it('1 for a file that is not a model', () => {
    const { source, target, config, folder } = smallJob();
    fill(folder, { 'small.mnn': 'nothing like a model' });
    expect(run([source, target, config]).status).toBe(1);
  });
});

describe.skipIf(process.platform === 'win32')('while it runs', () => {
  /** Large enough to be interrupted. */
  function longJob() {
    const job = smallJob({ width: 512, height: 512 }, smallNet(512, 512));
    for (let i = 0; i < 120; i++) fill(job.folder, { [`photos/more${i}.bmp`]: photo(i) });
    return job;
  }

  /** Moments that a run shows. */
  const moments = ['images: ', 'calibrate: '];
  /**
   * What it shows seconds later on an idle machine, and more on a busy one: no clock tells there what is at once, and whoever
   * reads and sends the signal waits as well. The last step before the result is made, which a run that takes no notice until it
   * writes shows.
   */
  const later = 'calibrate: 100%';
  const cases = (['SIGINT', 'SIGTERM'] as const).flatMap((signal) =>
    moments.flatMap((moment) => ['1', '2'].map((threads) => ({ signal, moment, threads }))),
  );

  it.each(cases)(
    '$signal at "$moment" stops $threads thread(s) at once and leaves nothing',
    async ({ signal, moment, threads }) => {
      const { source, target, config, folder } = longJob();
      const before = readdirSync(folder);
      // In so little memory the images are gone through a few at a time, and how far it is shows early.
      const options = ['--threads', threads, '--memory', '100M'];
      const child = spawn(process.execPath, [COMMAND, source, target, config, ...options]);
      let asked = false;
      const ended = new Promise<NodeJS.Signals | null>((resolve) => {
        child.on('close', (_, by) => resolve(by));
      });
      let seen = '';
      child.stdout.on('data', (text) => {
        seen += text;
      });
      child.stderr.on('data', (text) => {
        seen += text;
        if (asked || !seen.includes(moment)) return;
        asked = true;
        child.kill(signal);
      });
      expect(await ended).toBe(signal);
      expect(seen).not.toContain(later);
      expect(readdirSync(folder)).toEqual(before);
    },
  );

  it('readers that go away do not disturb it', async () => {
    const { source, target, config } = smallJob();
    const child = spawn(process.execPath, [COMMAND, source, target, config]);
    child.stdout.destroy();
    child.stderr.destroy();
    const code = await new Promise<number | null>((resolve) => {
      child.on('exit', resolve);
    });
    expect(code).toBe(0);
    expect(existsSync(target)).toBe(true);
  });
});
