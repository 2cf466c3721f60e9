import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './arguments.mjs';

const CLI = fileURLToPath(new URL('../packages/cli/bin/mnnquant.js', import.meta.url));
const MEASURE = fileURLToPath(new URL('measure.py', import.meta.url));
// The list is the command line of quantized.out; pip's own `mnnquant` command passes three strings and aborts.
const RUN_MNN = 'import sys, MNN, _tools; _tools.mnnquant(["mnnquant", *sys.argv[1:4]])';
// Both tools end with this line. MNN's exits with 0 after most failures, so its exit code says nothing.
const DONE = 'Quantize model done!';
const JOB_LIMIT_MS = 1_800_000;
const SHOWN_OUTPUT = 1500; // characters of a failed job's output

/** A tool did not write its model. */
class JobError extends Error {}

/**
 * The tools to compare: ours always, MNN's own where `MNNQUANT_PYTHON` names a Python with MNN. Each is a function from
 * `{ source, target, config, flags }` to a command line. `python` is the one that measures.
 */
export function findTools() {
  const withMnn = process.env.MNNQUANT_PYTHON;
  const python = withMnn ?? 'python3';
  if (spawnSync(python, ['--version']).status !== 0)
    throw new UsageError(
      `${python}: does not run; a Python measures the memory (python3, or MNNQUANT_PYTHON to compare with MNN)`,
    );
  const ours = ({ source, target, config, flags = [] }) => [
    process.execPath,
    CLI,
    ...flags,
    source,
    target,
    config,
  ];
  const mnn = ({ source, target, config }) => [python, '-c', RUN_MNN, source, target, config];
  return { python, tools: withMnn ? { ours, mnn } : { ours } };
}

/**
 * One job in a process of its own, in `folder`. Returns `{ seconds, cpuSeconds, peakBytes, sha256 }`, the hash being that
 * of the written model. Throws `JobError` with the end of the output where the model was not written.
 */
async function runJob({ python, command, target, folder, signal }) {
  const took = join(folder, 'took.json');
  for (const file of [target, took]) rmSync(file, { force: true });
  const { stdout, stderr, late } = await output(python, [MEASURE, took, ...command], { cwd: folder, signal });
  const { exit, ...measured } = existsSync(took) ? JSON.parse(readFileSync(took, 'utf8')) : {};
  const model = existsSync(target) ? readFileSync(target) : Buffer.alloc(0);
  if (exit !== 0 || !stdout.trimEnd().endsWith(DONE) || model.length === 0) {
    const how = late ? `no end within ${JOB_LIMIT_MS / 60_000} minutes` : `exit ${exit}`;
    throw new JobError(
      `${how}, model of ${model.length} bytes\n${`${stdout}${stderr}`.slice(-SHOWN_OUTPUT)}`,
    );
  }
  return { ...measured, sha256: createHash('sha256').update(model).digest('hex') };
}

/** A run of `runJob`, or undefined after saying on stderr that it failed. */
export async function attempt(label, job) {
  try {
    return await runJob(job);
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    console.error(`${label}: failed, ${error.message}`);
    return undefined;
  }
}

/** Whether all runs wrote the same model, as the same input must; says so on stderr where they did not. */
export function sameBytes(label, runs) {
  const same = new Set(runs.map(({ sha256 }) => sha256)).size <= 1;
  if (!same) console.error(`${label}: failed, the same input gave different models`);
  return same;
}

/** Writes the config of one job into `folder` and returns its path. */
export function writeConfig(folder, config) {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

async function output(command, args, options) {
  const child = spawn(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: JOB_LIMIT_MS,
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of Object.keys(texts))
    child[name].setEncoding('utf8').on('data', (text) => {
      texts[name] += text;
    });
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  return { ...texts, late: child.killed };
}
