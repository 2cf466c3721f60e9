// Checks the packages as somebody gets them: packed, linted, installed with npm into an empty project outside of the
// workspace, where the command, every library and the examples of the READMEs have to run and their types to be right.
// Needs a build and the package registry.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readmeExamples } from './packages/examples.mjs';
import { Project } from './packages/project.mjs';
import { run } from './packages/run.mjs';
import { lintProblems, pack, published, tarballProblems } from './packages/tarballs.mjs';
import { vulkanDriver } from './packages/vulkan.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const GPU = '@mnnquant/tensor-gpu';
const JOB = ['examples/digits/digits.mnn', 'installed.mnn', 'examples/digits/config.json'];
/** Of the whole installation of the command, sharp included. */
const LARGEST_INSTALL = 60_000_000;

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const say = (text) => process.stdout.write(`packages: ${text}\n`);

function checkTarballs(packages) {
  const problems = packages.flatMap((entry) => [...tarballProblems(entry), ...lintProblems(entry)]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  say(`${packages.length} tarballs hold what is needed; publint and arethetypeswrong find nothing`);
}

/** The job of the README with the installed command: the same bytes as here. */
function checkCommand(project, packages) {
  project.install(...packages.filter(({ manifest }) => manifest.name !== GPU).map(({ tarball }) => tarball));
  const size = project.size();
  if (size > LARGEST_INSTALL)
    throw new Error(
      `mnnquant: ${megabytes(size)} installed, at most ${megabytes(LARGEST_INSTALL)} are allowed`,
    );
  const { stdout } = project.mnnquant(JOB);
  for (const text of ['9 of 9 convolutions', 'Quantize model done!'])
    if (!stdout.includes(text)) throw new Error(`mnnquant: expected "${text}", got\n${stdout}`);
  const here = join(project.folder, 'here.mnn');
  run(process.execPath, ['packages/cli/bin/mnnquant.js', JOB[0], here, JOB[2]], { cwd: root });
  if (!readFileSync(here).equals(readFileSync(join(project.folder, JOB[1]))))
    throw new Error('mnnquant: the installed command wrote other bytes than the one of this checkout');
  const { stderr } = project.mnnquant([...JOB, '--backend', 'gpu'], { status: 2 });
  if (!stderr.includes(`npm i ${GPU}`))
    throw new Error(`mnnquant --backend gpu: expected what to install, got\n${stderr}`);
  say(project.audit());
  say(`mnnquant takes ${megabytes(size)} installed, runs, and says what --backend gpu needs`);
}

/** Entries that are modules, as they are imported. */
function moduleEntries({ manifest: { name, exports } }) {
  const paths = Object.entries(exports).filter(([, target]) => typeof target === 'object');
  return paths.map(([path]) => join(name, path));
}

/** @returns the examples of all READMEs; each package has one that runs */
function allExamples(packages) {
  const examples = packages.flatMap(({ folder, manifest: { name } }) => {
    const found = readmeExamples(readFileSync(join(folder, 'README.md'), 'utf8'), `${name}/README.md`);
    if (!found.some(({ prints }) => prints)) throw new Error(`${name}/README.md: no example that runs`);
    return found;
  });
  const files = examples.map(({ file }) => file);
  if (new Set(files).size < files.length) throw new Error(`examples share a name: ${files.join(', ')}`);
  return examples;
}

/** @returns how many ran */
function runExamples({ folder }, examples, driver) {
  const runnable = examples.filter(({ prints, webGpu }) => prints && (!webGpu || driver));
  for (const { file, args, prints } of runnable) {
    const { stdout } = run(process.execPath, [file, ...args], { cwd: folder, env: driver });
    if (!stdout.includes(prints)) throw new Error(`${file}: expected "${prints}", got\n${stdout}`);
  }
  return runnable.length;
}

/** The command with the GPU package beside it. */
function checkGpu(project, packages, driver) {
  project.install(packages.find(({ manifest }) => manifest.name === GPU).tarball);
  if (driver === undefined) return say('--backend gpu was not tried, for want of a Vulkan driver');
  const { stdout } = project.mnnquant([...JOB, '--backend', 'gpu'], { env: driver });
  if (!/^Backend +gpu:webgpu/m.test(stdout))
    throw new Error(`mnnquant --backend gpu: expected it to compute by WebGPU, got\n${stdout}`);
  say(`${GPU} beside it computes by WebGPU`);
}

function checkLibraries(project, packages, driver) {
  const entries = packages.flatMap(moduleEntries);
  project.importAll(entries);
  const examples = allExamples(packages);
  for (const { file, source } of examples) project.write(file, source);
  const ran = runExamples(project, examples, driver);
  const files = examples.map(({ file }) => file);
  project.checkTypes(entries, files);
  say(
    `${entries.length} entries can be imported; of ${files.length} examples ${ran} ran; all types are right`,
  );
}

const scratch = mkdtempSync(join(tmpdir(), 'mnnquant-packages-'));
try {
  const tarballs = join(scratch, 'tarballs');
  mkdirSync(tarballs);
  const packages = pack(published(), tarballs);
  checkTarballs(packages);
  const project = new Project(join(scratch, 'project'));
  checkCommand(project, packages);
  const driver = vulkanDriver();
  checkGpu(project, packages, driver);
  checkLibraries(project, packages, driver);
} catch (error) {
  process.stderr.write(`packages: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
