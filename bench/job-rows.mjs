import { describeSpread, megabytes, table } from './format.mjs';
import { median, spread } from './statistics.mjs';

const HEAD = ['Job', 'mnnquant, s', 'MNN, s', 'MNN ÷ mnnquant', 'Goal', 'Peak, MB', 'MNN, MB'];

/** The cells of one job's row, under `HEAD`. */
function jobCells({ title, goal, runs, failed }) {
  const { ours, mnn = [] } = runs;
  const both = Math.min(ours.length, mnn.length);
  const cell = (tool, key, describe) => {
    if (failed.includes(tool)) return 'failed';
    return runs[tool]?.length > 0 ? describe(runs[tool].map((run) => run[key])) : '–';
  };
  const compared = both > 0 && failed.length === 0;
  return [
    title,
    cell('ours', 'seconds', (all) => describeSpread(spread(all), 2)),
    cell('mnn', 'seconds', (all) => describeSpread(spread(all), 2)),
    compared ? describeSpread(ratios(ours, mnn), 1) : '–',
    `≥ ${goal}`,
    cell('ours', 'peakBytes', (all) => megabytes(Math.max(...all))),
    cell('mnn', 'peakBytes', (all) => megabytes(Math.max(...all))),
  ];
}

/** MNN's time ÷ ours: that of the medians, and the least and the greatest of one round. */
function ratios(ours, mnn) {
  const seconds = (runs) => runs.map((run) => run.seconds);
  const rounds = seconds(mnn).map((time, round) => time / ours[round].seconds);
  return { ...spread(rounds), median: median(seconds(mnn)) / median(seconds(ours)) };
}

/** Markdown; `options` are those of `table`. */
export function jobsTable(rows, options) {
  return table(HEAD, rows.map(jobCells), options);
}
