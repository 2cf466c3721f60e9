// Renders bench/results into docs/performance.md (between its markers) and docs/performance-growth.svg:
//
//   node bench/report.mjs [--check]
//
// With --check says whether the committed files are those.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backendsTable } from './backend-rows.mjs';
import { growthChart } from './chart.mjs';
import { table } from './format.mjs';
import { growthTables } from './growth-rows.mjs';
import { jobsTable } from './job-rows.mjs';
import { readResults } from './results.mjs';

const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const CHART = fileURLToPath(new URL('../docs/performance-growth.svg', import.meta.url));

/** What stands between `<!-- bench NAME -->` and `<!-- /bench NAME -->`, from the part's results. */
const BLOCKS = {
  jobs: ({ jobs, rounds }) =>
    `${jobsTable(jobs)}\n\nSeconds: median (least–most), rounds: ${rounds}. The ratio is that of the medians, in brackets those of single rounds. Memory: the greatest peak.`,
  growth: ({ points }) =>
    `![Time and peak memory against the number of images and the size of the network](performance-growth.svg)\n\n${growthTables(points)}`,
  backends: ({ networks, images, rounds }) =>
    `${backendsTable(networks)}\n\nMedian (least–most), rounds: ${rounds}. Images per second: inference with a range of every tensor, ${images} images at once.`,
  kernels: ({ results }) => plainTables(results),
  startup: ({ results }) => plainTables(results),
};

/** Writes the page, and the chart where growth was measured. */
export async function writeReport() {
  for (const [file, text] of await rendered()) writeFileSync(file, text);
}

/** Pairs of a file and what belongs into it. */
async function rendered() {
  let page = readFileSync(PAGE, 'utf8');
  for (const part of Object.keys(BLOCKS)) page = withBlock(page, part, block(part));
  const growth = readResults('growth');
  const chart = growth && [[CHART, `${await growthChart(growth.points)}\n`]];
  return [[PAGE, page], ...(chart ?? [])];
}

function block(part) {
  const results = readResults(part);
  if (!results) return `No numbers yet: \`pnpm bench ${part}\` measures them.`;
  return `${BLOCKS[part](results)}\n\n${conditions(results)}`;
}

function conditions({ date, machine, versions }) {
  const memory = `${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  const load = `load ${machine.loadBefore.toFixed(1)} before, ${machine.loadAfter.toFixed(1)} after`;
  const tools = [`Node ${versions.node.slice(1)}`, versions.mnn && `MNN ${versions.mnn}`].filter(Boolean);
  const commit = `${versions.commit.slice(0, 9)}${versions.clean ? '' : ' with changes'}`;
  return `*${date}, commit ${commit}; ${machine.cpu}, ${machine.cores} cores, ${memory}, ${machine.system}; ${tools.join(', ')}; ${load}.*`;
}

/** A list of flat rows, or an object of such lists by title. */
function plainTables(results) {
  const one = (rows) => {
    const keys = [...new Set(rows.flatMap(Object.keys))];
    return table(
      keys,
      rows.map((row) => keys.map((key) => cell(row[key]))),
    );
  };
  if (Array.isArray(results)) return one(results);
  return Object.entries(results)
    .map(([title, rows]) => `${title}:\n\n${one(rows)}`)
    .join('\n\n');
}

function cell(value) {
  if (value === undefined || value === null) return '–';
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
}

function withBlock(page, part, text) {
  const [start, end] = [`<!-- bench ${part} -->`, `<!-- /bench ${part} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md: expected ${start} and then ${end}`);
  return `${page.slice(0, from + start.length)}\n${text}\n${page.slice(to)}`;
}

async function main() {
  if (!process.argv.includes('--check')) return writeReport();
  for (const [file, text] of await rendered()) {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    process.stderr.write(`${file}: not as bench/results has it; run: node bench/report.mjs\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
