// How well the few samples that AUTO sets aside tell which settings are best: ranks settings by them, and by many other samples.
// After the build:
//
//   node bench/judging.mjs SRC.mnn config.json OTHER_SAMPLES [--samples n]
//
// All that AUTO tries is tried, with each choice of the keys that it leaves to a config; then the file is made with each of the settings
// and compared with the float network on the other samples. Prints the rank correlations (Spearman) of what the search knew of
// settings, the mean cosine and the typical error of its samples, with the mean cosine over the others; and what each would have chosen.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeConfig } from './tools.mjs';
import { withWorkspace } from './workspace.mjs';

const CLI = fileURLToPath(new URL('../packages/cli/bin/mnnquant.js', import.meta.url));
const SWITCHES = ['equalize', 'bias_correction', 'feature_asymmetric'];

function mnnquant(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args, '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`mnnquant ${args.join(' ')}: exit ${status}\n${stderr}`);
  return JSON.parse(stdout);
}

/** Every setting that was tried, by its keys, with what the search's own samples say of it. */
function tryAll(folder, source, base) {
  const tried = new Map();
  for (let chosen = 0; chosen < 2 ** SWITCHES.length; chosen++) {
    const given = Object.fromEntries(SWITCHES.map((key, i) => [key, ((chosen >> i) & 1) === 1]));
    const config = writeConfig(folder, { ...base, ...given });
    const { auto } = mnnquant('auto', source, join(folder, 'out.mnn'), config);
    for (const { settings, error, typical } of auto.trials)
      tried.set(JSON.stringify(settings), { settings, mean: error, typical });
    console.error(`${tried.size} settings tried`);
  }
  return [...tried.values()];
}

/** 1 - the mean cosine of the worst output over other samples. */
function errorOn(folder, source, base, settings, others, samples) {
  const target = join(folder, 'out.mnn');
  const config = writeConfig(folder, { ...base, ...settings });
  mnnquant(source, target, config);
  const few = samples === undefined ? [] : ['--samples', samples];
  const { outputs } = mnnquant('compare', source, target, '--config', config, '--data', others, ...few);
  return 1 - Math.min(...outputs.map(({ cosine }) => cosine ?? -1));
}

function ranks(values) {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const found = [];
  for (const [rank, i] of order.entries()) found[i] = rank;
  return found;
}

function rankCorrelation(a, b) {
  const [x, y] = [ranks(a), ranks(b)];
  const n = x.length;
  const squares = x.reduce((sum, rank, i) => sum + (rank - y[i]) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}

const { values, positionals } = parseArgs({
  options: { samples: { type: 'string' } },
  allowPositionals: true,
});
const [source, configFile, others] = positionals;
if (others === undefined) throw new Error('expected SRC.mnn config.json OTHER_SAMPLES');
const base = JSON.parse(readFileSync(configFile, 'utf8'));
await withWorkspace(async (folder) => {
  const tried = tryAll(folder, source, base).filter(({ mean, typical }) => mean !== null && typical !== null);
  const truth = tried.map(({ settings }) => errorOn(folder, source, base, settings, others, values.samples));
  console.log(
    `${tried.length} settings; mean cosine over other samples ${(1 - Math.max(...truth)).toFixed(5)} to ${(1 - Math.min(...truth)).toFixed(5)}`,
  );
  for (const measure of ['mean', 'typical']) {
    const known = tried.map((one) => one[measure]);
    const best = known.indexOf(Math.min(...known));
    console.log(
      `by ${measure}: rank correlation ${rankCorrelation(known, truth).toFixed(2)}; it would choose ${JSON.stringify(tried[best].settings)}, cosine ${(1 - truth[best]).toFixed(5)}`,
    );
  }
});
