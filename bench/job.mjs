// Time of the whole job, our command against MNN's own tool, each as a fresh process from start to exit.
// The two take turns within one run, so that a busy machine slows both. After the build:
//
//   MNNQUANT_PYTHON=… MNNQUANT_TEST_DATA=… node bench/job.mjs [--rounds 5] [model …]
//
// Without models: every `models/official/*.KL-MAX_ABS.config.json`. The variables are those of CONTRIBUTING.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CLI = fileURLToPath(new URL('../packages/cli/bin/mnnquant.js', import.meta.url));
// The list is the command line of quantized.out; pip's own `mnnquant` command passes three strings and aborts.
const RUN_TOOL = 'import sys, MNN, _tools; _tools.mnnquant(["mnnquant", *sys.argv[1:4]])';
const SUFFIX = '.KL-MAX_ABS.config.json';
// Both tools end with this line; MNN's exits with 0 after a failure too.
const DONE = 'Quantize model done!';
const JOB_LIMIT_MS = 600_000;

class UsageError extends Error {}

function readArguments() {
  const { MNNQUANT_PYTHON: python, MNNQUANT_TEST_DATA: data } = process.env;
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string', default: '5' } },
    allowPositionals: true,
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds: expected a whole number from 1, got "${values.rounds}"`);
  if (!python || !existsSync(python)) throw new UsageError(`MNNQUANT_PYTHON: no such file: ${python ?? ''}`);
  const official = resolve(data ?? '', 'models/official');
  if (!data || !existsSync(official)) throw new UsageError(`MNNQUANT_TEST_DATA: there is no ${official}`);
  const configs = readdirSync(official).filter((file) => file.endsWith(SUFFIX));
  const known = configs.map((file) => file.slice(0, -SUFFIX.length)).sort();
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`no config for ${unknown.join(', ')}; there is one for ${known.join(', ')}`);
  return { python, data, official, rounds, models: positionals.length > 0 ? positionals : known };
}

/** One job in a process of its own; seconds from start to exit. */
function timeJob([command, ...args], { target, folder }) {
  rmSync(target, { force: true });
  const options = { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, timeout: JOB_LIMIT_MS };
  const start = performance.now();
  const { status, error, stdout, stderr } = spawnSync(command, args, options);
  const seconds = (performance.now() - start) / 1000;
  const output = `${stdout ?? ''}${stderr ?? ''}`;
  if (error || status !== 0 || !output.includes(DONE) || !existsSync(target) || statSync(target).size === 0)
    throw new Error(`${command} ${args.join(' ')}: exit ${status}${error ?? ''}\n${output.slice(-2000)}`);
  return seconds;
}

/** Seconds of each round of both tools on one model: `{ images, ours, theirs }`. */
function compare(model, { python, data, official, rounds }, folder) {
  const config = JSON.parse(readFileSync(join(official, model + SUFFIX), 'utf8'));
  const images = resolve(official, config.path);
  const configPath = join(folder, 'config.json');
  writeFileSync(configPath, JSON.stringify({ ...config, path: `${images}/` }));
  const source = resolve(data, 'models/float', `${model}.mnn`);
  const [ourTarget, theirTarget] = ['ours.mnn', 'theirs.mnn'].map((file) => join(folder, file));
  const jobs = {
    ours: () =>
      timeJob([process.execPath, CLI, source, ourTarget, configPath], { target: ourTarget, folder }),
    theirs: () =>
      timeJob([python, '-c', RUN_TOOL, source, theirTarget, configPath], { target: theirTarget, folder }),
  };
  const times = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    // Who goes first alternates: the second one finds the files in the page cache.
    const order = round % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours'];
    for (const tool of order) times[tool].push(jobs[tool]());
  }
  return { images: readdirSync(images).length, ...times };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function describeTimes(values) {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
}

function main() {
  const options = readArguments();
  const load = () => loadavg()[0].toFixed(1);
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} threads, load ${load()}`,
  );
  console.log(`Node ${process.version}; seconds, median of ${options.rounds} (min–max)\n`);
  console.log('| Model | Images | mnnquant | MNN | MNN ÷ mnnquant |\n|---|---|---|---|---|');
  for (const model of options.models) {
    const folder = mkdtempSync(join(tmpdir(), 'mnnquant-bench-'));
    try {
      const { images, ours, theirs } = compare(model, options, folder);
      const ratio = (median(theirs) / median(ours)).toFixed(2);
      console.log(`| ${model} | ${images} | ${describeTimes(ours)} | ${describeTimes(theirs)} | ${ratio} |`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  console.log(`\nload at the end ${load()}`);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}
