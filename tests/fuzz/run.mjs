#!/usr/bin/env node
// Feeds damaged models, configs and samples to what reads them, the same at every run:
//
//   node tests/fuzz/run.mjs [--inputs N] [--only TARGET] [--at INDEX]
//
// No input may end in anything but a documented error, take longer than SECONDS_PER_INPUT, or more memory than the
// limits below. What fails is named by target and index: `--only TARGET --at INDEX` repeats it alone.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const SECONDS_PER_INPUT = 5;
/** Of a thread's JavaScript objects. */
const HEAP_MEGABYTES = 256;
/** Of the whole process: where the system can enforce it, an array of 1 GiB cannot even be asked for. */
const DATA_KILOBYTES = 1_200_000;
const LIMITED = 'MNNQUANT_FUZZ_LIMITED';

/** How the inputs are shared out. */
const SHARES = {
  file: 0.3,
  structure: 0.25,
  noise: 0.1,
  weights: 0.06,
  config: 0.1,
  samples: 0.08,
  images: 0.11,
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { inputs: { type: 'string' }, only: { type: 'string' }, at: { type: 'string' } },
});
const total = Number(values.inputs ?? 104_000);

/** Again under a limit that the system keeps. */
function limited() {
  const command = `ulimit -d ${DATA_KILOBYTES} && exec "$0" "$@"`;
  const args = ['-c', command, process.execPath, ...process.argv.slice(1)];
  return spawnSync('sh', args, { stdio: 'inherit', env: { ...process.env, [LIMITED]: '1' } });
}

async function bundle(file) {
  const require = createRequire(new URL('../../packages/cli/package.json', import.meta.url));
  const { build } = await import(pathToFileURL(require.resolve('esbuild')).href);
  await build({
    absWorkingDir: root,
    entryPoints: ['tests/fuzz/targets.ts'],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@mnnquant/source'],
    mainFields: ['module', 'main'],
    alias: { vitest: fileURLToPath(new URL('no-tests.ts', import.meta.url)) },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    nodePaths: [`${root}packages/cli/node_modules`, `${root}node_modules`],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

/** Ranges of inputs, small enough that all threads have work until the end. */
function workList() {
  if (values.at !== undefined)
    return [{ target: values.only, from: Number(values.at), to: Number(values.at) + 1 }];
  const shares = Object.entries(SHARES).filter(
    ([target]) => values.only === undefined || values.only === target,
  );
  const sum = shares.reduce((all, [, share]) => all + share, 0);
  const step = 1000;
  return shares.flatMap(([target, share]) => {
    const count = Math.ceil((total * share) / sum);
    return Array.from({ length: Math.ceil(count / step) }, (_, i) => ({
      target,
      from: i * step,
      to: Math.min(count, (i + 1) * step),
    }));
  });
}

const threads = Math.min(availableParallelism(), 4);

const results = { inputs: 0, outcomes: new Map(), failures: [], slowest: { ms: 0 }, peak: 0 };

function note({ target, index, outcome, failure, ms }) {
  results.inputs++;
  const key = `${target}: ${outcome}`;
  results.outcomes.set(key, (results.outcomes.get(key) ?? 0) + 1);
  if (ms > results.slowest.ms) results.slowest = { ms, target, index };
  if (failure !== undefined) results.failures.push(`${target} ${index}: ${failure}`);
}

/** One thread through the list; one that hangs or dies is replaced, and the input named. */
async function thread(file, list) {
  let job = list.shift();
  while (job !== undefined) {
    const died = await runRange(file, job);
    if (died === undefined) job = list.shift();
    else {
      results.failures.push(`${job.target} ${died.index}: ${died.why}`);
      job = { ...job, from: died.index + 1 };
    }
  }
}

/**
 * Whether one input takes too long. All threads' processor time counts beside the clock: on a busy machine an input that computes waits for
 * its turn. What waits without computing has the clock alone, many times as long.
 */
function isStuck(ms, { user, system }) {
  const limit = SECONDS_PER_INPUT * 1000;
  return ms > 12 * limit || (ms > limit && (user + system) / 1000 > limit * threads);
}

function runRange(file, job) {
  return new Promise((resolve) => {
    const at = new Int32Array(new SharedArrayBuffer(8));
    at[0] = job.from - 1;
    const worker = new Worker(new URL('worker.mjs', import.meta.url), {
      workerData: { file, job, at, examples: `${root}examples` },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
      execArgv: ['--enable-source-maps'],
    });
    let [seen, since, cpu] = [-2, Date.now(), process.cpuUsage()];
    const end = (died) => {
      clearInterval(watch);
      worker.terminate();
      resolve(died);
    };
    const watch = setInterval(() => {
      results.peak = Math.max(results.peak, process.memoryUsage.rss());
      if (at[0] !== seen) [seen, since, cpu] = [at[0], Date.now(), process.cpuUsage()];
      else if (at[0] >= job.from && isStuck(Date.now() - since, process.cpuUsage(cpu)))
        end({ index: seen, why: `took longer than ${SECONDS_PER_INPUT} s` });
    }, 100);
    worker.on('message', (message) => {
      for (const one of message) note(one);
    });
    worker.on('error', (error) => {
      // Not an input's fault.
      if (at[0] < job.from) throw error;
      end({ index: Math.max(job.from, at[0]), why: `ended the thread: ${error.message}` });
    });
    worker.on('exit', () =>
      end(
        job.to === job.from || at[0] >= job.to
          ? undefined
          : { index: Math.max(job.from, at[0]), why: 'ended the thread' },
      ),
    );
  });
}

async function main() {
  const started = Date.now();
  const file = `${root}tests/fuzz/.bundle-${process.pid}.mjs`;
  try {
    await bundle(file);
    const list = workList();
    await Promise.all(Array.from({ length: threads }, () => thread(file, list)));
  } finally {
    rmSync(file, { force: true });
  }
  report((Date.now() - started) / 1000);
}

function report(seconds) {
  const outcomes = [...results.outcomes].sort();
  for (const [outcome, count] of outcomes) console.log(`${String(count).padStart(8)}  ${outcome}`);
  const { ms, target, index } = results.slowest;
  console.log(
    `${results.inputs} inputs in ${seconds.toFixed(1)} s; slowest ${ms.toFixed(0)} ms (${target} ${index}); peak ${(results.peak / 2 ** 20).toFixed(0)} MiB`,
  );
  for (const failure of results.failures.slice(0, 30)) console.error(`FAILED ${failure}`);
  if (results.failures.length > 0) {
    console.error(
      `${results.failures.length} failed; repeat one with: node tests/fuzz/run.mjs --only TARGET --at INDEX`,
    );
    process.exitCode = 1;
  }
}

if (process.platform === 'linux' && process.env[LIMITED] === undefined)
  process.exitCode = limited().status ?? 1;
else await main();
