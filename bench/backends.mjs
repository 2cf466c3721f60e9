import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UsageError, wholeNumber } from './arguments.mjs';
import { backendsTable } from './backend-rows.mjs';
import { JOBS } from './job-list.mjs';
import { prepareJob } from './jobs.mjs';
import { attempt, findTools } from './tools.mjs';
import { withWorkspace } from './workspace.mjs';

const THROUGHPUT = fileURLToPath(new URL('throughput.mjs', import.meta.url));
const MEASURED = ['mobilenet-kl-100', 'resnet50-kl-32'];

/**
 * `pnpm bench backends [--backend gpu] [--images N] [--rounds N] [job …]`: a GPU against the CPU backend and MNN's own tool, as
 * images per second of inference with ranges, and as whole jobs. Returns `{ results, failed, incomplete }`.
 */
export async function benchBackends(args) {
  const { values, positionals } = parseArgs({
    args,
    options: {
      backend: { type: 'string', default: 'gpu' },
      images: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '3' },
    },
    allowPositionals: true,
  });
  const options = {
    backends: ['cpu', values.backend],
    images: wholeNumber('--images', values.images),
    rounds: wholeNumber('--rounds', values.rounds),
  };
  const names = positionals.length > 0 ? positionals : MEASURED;
  const jobs = names.map((name) => jobCalled(name));
  const found = findTools();
  const rows = await withWorkspace(async (folder, signal) => {
    const done = [];
    for (const job of jobs) done.push(await measureNetwork(job, { ...options, ...found, folder, signal }));
    console.log(backendsTable(done));
    return done;
  });
  if (!rows) return { failed: true };
  return {
    results: { ...options, networks: rows },
    failed: rows.some(({ failed }) => failed),
    incomplete: whyNotKept(rows, found, positionals),
  };
}

/** Numbers of a GPU in software say nothing about GPUs. */
function whyNotKept(rows, { tools }, positionals) {
  return [
    rows.some(({ runs }) => runs.some(({ isSoftware }) => isSoftware)) && 'the GPU is computed in software',
    !tools.mnn && 'without MNN',
    positionals.length > 0 && 'not all networks',
  ]
    .filter(Boolean)
    .join(', ');
}

function jobCalled(name) {
  const job = JOBS.find((candidate) => candidate.name === name);
  if (!job) throw new UsageError(`no job ${name}; there are ${JOBS.map((one) => one.name).join(', ')}`);
  return job;
}

/** `{ title, count, failed, runs: [{ backend, device, perSecond, seconds: [per round] }], mnn: [seconds per round] }` */
async function measureNetwork(job, { backends, images, rounds, python, tools, folder, signal }) {
  const own = join(folder, job.name);
  mkdirSync(own, { recursive: true });
  const prepared = await prepareJob(job, own, signal);
  const row = { title: job.title, count: job.count, failed: false, runs: [], mnn: [] };
  const timed = async (label, command, target) => {
    const run = await attempt(`${job.name}, ${label}`, { python, command, target, folder: own, signal });
    row.failed ||= !run;
    return run?.seconds;
  };
  for (const backend of backends) {
    const run = { backend, ...throughput(prepared.source, backend, images, rounds), seconds: [] };
    row.failed ||= run.perSecond === undefined;
    row.runs.push(run);
  }
  for (let round = 0; round < rounds; round++) {
    const target = join(own, 'out.mnn');
    for (const run of row.runs) {
      const command = tools.ours({ ...prepared, target, flags: ['--backend', run.backend] });
      run.seconds.push(await timed(run.backend, command, target));
    }
    if (tools.mnn) row.mnn.push(await timed('mnn', tools.mnn({ ...prepared, target }), target));
  }
  rmSync(own, { recursive: true });
  return row;
}

/** In a process of its own, so that neither backend has the other's memory. */
function throughput(source, backend, images, rounds) {
  const args = [THROUGHPUT, source, backend, '--images', images, '--rounds', rounds].map(String);
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${backend}: failed, ${stderr.trim().slice(-1500)}`);
    return {};
  }
  const { device, isSoftware, seconds, fallbacks } = JSON.parse(stdout.trim().split('\n').at(-1));
  return { device, isSoftware, fallbacks, perSecond: seconds.map((taken) => images / taken) };
}
