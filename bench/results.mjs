import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UsageError } from './arguments.mjs';

const MNN_VERSION = 'import MNN; print(MNN.version())';
const file = (part) => new URL(`results/${part}.json`, import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

/** What a number depends on besides the code: taken before the part runs. */
export function environment() {
  const python = process.env.MNNQUANT_PYTHON;
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown processor',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      system: `${platform()} ${arch()}`,
      loadBefore: loadavg()[0],
    },
    versions: {
      node: process.version,
      mnn: python ? mnnVersion(python) : null,
      commit: git('rev-parse', 'HEAD'),
      // Results and the page made from them change by measuring.
      clean: git('status', '--porcelain', '--', '.', ':!bench/results', ':!docs') === '',
    },
  };
}

function mnnVersion(python) {
  const { status, stdout, stderr, error } = spawnSync(python, ['-c', MNN_VERSION], { encoding: 'utf8' });
  if (status !== 0)
    throw new UsageError(
      `MNNQUANT_PYTHON: expected a Python with MNN, got ${python}: ${error?.message ?? stderr.trimEnd()}`,
    );
  return stdout.trim().split('\n').at(-1);
}

function git(...args) {
  const { status, stdout, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${error?.message ?? `exit ${status}`}`);
  return stdout.trim();
}

/** Replaces the part's results. */
export function saveResults(part, results) {
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  writeFileSync(file(part), `${JSON.stringify(results, null, 2)}\n`);
}

/** The part's results, or undefined before its first run. */
export function readResults(part) {
  return existsSync(file(part)) ? JSON.parse(readFileSync(file(part), 'utf8')) : undefined;
}
