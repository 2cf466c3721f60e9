// Checks what no linter sees: no registry host in the lockfile, no absolute path of somebody's machine,
// no large binary, no dependency without a reason, and that what is generated (TypeScript from the schema, pages, the chart) is the committed one.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { DEPENDENCIES_PAGE, dependencyProblems } from './dependencies.mjs';

const LARGEST_FILE = 1_000_000; // bytes; examples have to stay under 5 MB in all
const problems = [];

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) problems.push(`${command} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  return stdout;
}

const files = run('git', ['ls-files', '-z']).split('\0').filter(Boolean);
for (const file of files) {
  const size = statSync(file).size;
  if (size > LARGEST_FILE) problems.push(`${file}: ${size} bytes, at most ${LARGEST_FILE} are allowed`);
}

const lockfile = readFileSync('pnpm-lock.yaml', 'utf8');
for (const [index, line] of lockfile.split('\n').entries()) {
  if (/tarball:|https?:\/\//.test(line))
    problems.push(`pnpm-lock.yaml:${index + 1}: names an address: ${line.trim()}`);
}

const examples = files.filter((file) => file.startsWith('examples/'));
const total = examples.reduce((sum, file) => sum + statSync(file).size, 0);
if (total > 5_000_000) problems.push(`examples/: ${total} bytes in all, at most 5000000 are allowed`);

const manifests = files
  .filter((file) => /(^|\/)package\.json$/.test(file))
  .map((file) => [file, JSON.parse(readFileSync(file, 'utf8'))]);
problems.push(...dependencyProblems(manifests, readFileSync(DEPENDENCIES_PAGE, 'utf8')));

run('node', ['packages/mnn-format/scripts/generate-schema.mjs', '--check']);
run('node', ['scripts/operators-page.mjs', '--check']);
run('node', ['packages/cli/scripts/man-page.mjs', '--check']);
run('node', ['packages/cli/scripts/report-page.mjs', '--check']);
run('node', ['packages/cli/scripts/schemas.mjs', '--check']);
run('node', ['bench/report.mjs', '--check']);

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(
  `repository: ${files.length} files, examples ${(total / 1e6).toFixed(2)} MB, generated code up to date\n`,
);
