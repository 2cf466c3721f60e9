import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError, wholeNumber } from './arguments.mjs';
import { makeImages } from './images.mjs';
import { JOBS } from './job-list.mjs';
import { jobsTable } from './job-rows.mjs';
import { writeNetwork } from './networks.mjs';
import { attempt, findTools, sameBytes, writeConfig } from './tools.mjs';
import { gatherImages, withWorkspace } from './workspace.mjs';

const PREPROCESSING = ['format', 'mean', 'normal', 'width', 'height'];

/**
 * `pnpm bench jobs [--rounds N] [name …]`: whole jobs, ours and MNN's own tool in turns, so that a busy machine slows both.
 * Returns `{ results, failed, incomplete }`; `incomplete` says why the results are none to keep.
 */
export async function benchJobs(args) {
  const { values, positionals } = parseArgs({
    args,
    options: { rounds: { type: 'string', default: '5' } },
    allowPositionals: true,
  });
  const rounds = wholeNumber('--rounds', values.rounds);
  const jobs = chosenJobs(positionals);
  const { python, tools } = findTools();
  if (!tools.mnn) console.log('MNNQUANT_PYTHON is not set: only our times.');
  const rows = await withWorkspace(async (folder, signal) => {
    const done = [];
    for (const job of jobs) {
      const own = join(folder, job.name);
      done.push(await measureJob(job, { python, tools, rounds, folder: own, signal }));
      rmSync(own, { recursive: true });
      console.log(jobsTable(done.slice(-1), { head: done.length === 1 }));
    }
    return done;
  });
  if (!rows) return { failed: true };
  const incomplete = [!tools.mnn && 'without MNN', rows.length < JOBS.length && 'not all jobs'].filter(
    Boolean,
  );
  return {
    results: { rounds, jobs: rows },
    failed: rows.some(({ failed }) => failed.length > 0),
    incomplete: incomplete.join(', '),
  };
}

/** Without names all jobs whose models are there. */
function chosenJobs(names) {
  const unknown = names.filter((name) => !JOBS.some((job) => job.name === name));
  if (unknown.length > 0)
    throw new UsageError(
      `no job ${unknown.join(', ')}; there are ${JOBS.map(({ name }) => name).join(', ')}`,
    );
  const chosen = JOBS.filter(({ name }) => names.length === 0 || names.includes(name));
  const data = process.env.MNNQUANT_TEST_DATA;
  if (data && existsSync(resolve(data, 'models/float'))) return chosen;
  const missing = `MNNQUANT_TEST_DATA: ${data ? `there is no ${resolve(data, 'models/float')}` : 'not set'}`;
  const possible = chosen.filter(({ network }) => network);
  if (possible.length === 0) throw new UsageError(missing);
  console.log(`${missing}; only jobs with made-up networks.`);
  return possible;
}

/** `{ name, title, goal, runs: { ours: [], mnn: [] }, failed: [tool …] }`; a tool that failed is not run again. */
async function measureJob(job, { python, tools, rounds, folder, signal }) {
  const row = { name: job.name, title: job.title, goal: job.goal, runs: {}, failed: [] };
  for (const name of Object.keys(tools)) row.runs[name] = [];
  const prepared = await prepareJob(job, folder, signal).catch((error) => {
    signal.throwIfAborted();
    console.error(`${job.name}: failed, ${error.message}`);
  });
  if (!prepared) return { ...row, failed: Object.keys(tools) };
  for (let round = 0; round < rounds; round++) {
    // Who goes first alternates: the second one finds the files in the page cache.
    const order = round % 2 === 0 ? Object.keys(tools) : Object.keys(tools).reverse();
    for (const name of order.filter((tool) => !row.failed.includes(tool))) {
      const target = join(folder, `${name}.mnn`);
      const command = tools[name]({ ...prepared, target });
      const run = await attempt(`${job.name}, ${name}`, { python, command, target, folder, signal });
      if (run) row.runs[name].push(run);
      else row.failed.push(name);
    }
  }
  if (!sameBytes(job.name, row.runs.ours)) row.failed.push('ours');
  return row;
}

/** `{ source, config }`: the model and the config file. */
export async function prepareJob({ model, network, images, count, config }, folder, signal) {
  mkdirSync(folder, { recursive: true });
  const path = `${join(folder, 'images')}/`;
  if (network) {
    const source = join(folder, `${network}.mnn`);
    writeNetwork(network, source);
    await makeImages(path, count, signal);
    return { source, config: writeConfig(folder, { ...config, path }) };
  }
  const data = resolve(process.env.MNNQUANT_TEST_DATA);
  gatherImages(
    path,
    images.map((name) => join(data, 'images', name)),
    count,
  );
  const official = JSON.parse(readFileSync(join(data, `models/official/${model}.KL-MAX_ABS.config.json`)));
  const preprocessing = Object.fromEntries(PREPROCESSING.map((key) => [key, official[key]]));
  const source = join(data, 'models/float', `${model}.mnn`);
  return { source, config: writeConfig(folder, { ...preprocessing, ...config, path }) };
}
