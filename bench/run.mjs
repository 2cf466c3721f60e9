// Measures, keeps the numbers in bench/results and renders them into docs/performance.md. After the build:
//
//   pnpm bench jobs [--rounds 5] [name …]      whole jobs against MNN's own tool
//   pnpm bench growth [--rounds 1] [--quick]   time and memory against images and size of the network
//   pnpm bench backends [--backend gpu] …      images per second and whole jobs, a GPU against the CPU and MNN's own tool
//   pnpm bench kernels | startup               what kernels.mjs, startup.mjs measure
//
// CONTRIBUTING.md says what the variables MNNQUANT_PYTHON and MNNQUANT_TEST_DATA are. Exit code 1 if a job failed, 2 for
// wrong arguments.
import { loadavg } from 'node:os';
import { UsageError } from './arguments.mjs';
import { benchBackends } from './backends.mjs';
import { benchGrowth } from './growth.mjs';
import { benchJobs } from './jobs.mjs';
import { writeReport } from './report.mjs';
import { environment, saveResults } from './results.mjs';
import { runScript } from './script.mjs';

const PARTS = {
  jobs: benchJobs,
  growth: benchGrowth,
  backends: benchBackends,
  kernels: (args) => runScript('../packages/tensor-cpu/bench/kernels.mjs', args),
  startup: (args) => runScript('startup.mjs', args),
};

function describe({ machine, versions }) {
  const mnn = versions.mnn ? `MNN ${versions.mnn}` : 'no MNN';
  const memory = (machine.memoryBytes / 2 ** 30).toFixed(0);
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${memory} GiB, load ${machine.loadBefore.toFixed(1)}; Node ${versions.node}, ${mnn}, ${versions.commit.slice(0, 9)}${versions.clean ? '' : ' and changes'}\n`,
  );
}

async function main(given) {
  // `pnpm bench --backend gpu` says as much as `pnpm bench backends --backend gpu`.
  const [part, ...args] = given[0]?.startsWith('--backend') ? ['backends', ...given] : given;
  if (!Object.hasOwn(PARTS, part ?? ''))
    throw new UsageError(`expected one of ${Object.keys(PARTS).join(', ')}; got ${part ?? 'nothing'}`);
  const taken = environment();
  describe(taken);
  const { results, failed, incomplete } = await PARTS[part](args);
  if (failed) process.exitCode ||= 1;
  if (!results) return;
  taken.machine.loadAfter = loadavg()[0];
  if (incomplete) {
    console.log(`\nbench/results/${part}.json stays as it was: ${incomplete}.`);
    return;
  }
  saveResults(part, { ...taken, ...results });
  await writeReport();
  console.log(`\nWritten: bench/results/${part}.json, docs/performance.md`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(usage ? error.message : error);
  process.exitCode = usage ? 2 : 1;
}
