import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);

/** What may be in a tarball: no tests, no sources, no maps (they would point to sources that are not there). */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/[\w/-]+\.(js|d\.ts)$/,
  /^(dist|bundle)\/LICENSES\.txt$/,
  /^wasm\/[\w-]+\.wasm$/,
];
const ALLOWED_OF_COMMAND = [
  /^bin\/mnnquant\.js$/,
  /^bundle\/[\w-]+\.js$/,
  /^schema\/[\w.]+\.json$/,
  /^man\/[\w-]+\.1$/,
];

/** Bytes of a tarball: a third above what the largest needs. */
const LARGEST = 1_200_000;

/** The packages that are published: folder, package.json and where it is packed to. */
export function published() {
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  return folders
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter(({ manifest }) => !manifest.private);
}

/** Packs what `build` made. @returns the packages with `tarball` */
export function pack(packages, target) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  run('npx', ['--yes', '--', packageManager, ...filters, 'pack', '--pack-destination', target], {
    cwd: root,
  });
  return packages.map((entry) => {
    const { name, version } = entry.manifest;
    return { ...entry, tarball: join(target, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`) };
  });
}

/** @returns what is wrong with a tarball, a line each */
export function tarballProblems({ folder, manifest: { name }, tarball }) {
  const files = run('tar', ['-tzf', tarball]).stdout.trim().split('\n').sort();
  const content = (file) => run('tar', ['-xzOf', tarball, `package/${file}`]).stdout;
  const inside = files.map((file) => file.replace(/^package\//, ''));
  const allowed = name === 'mnnquant' ? [...ALLOWED, ...ALLOWED_OF_COMMAND] : ALLOWED;
  const problems = inside
    .filter((file) => !allowed.some((pattern) => pattern.test(file)))
    .map((file) => `${file} is not needed by who installs it`);
  for (const file of ['package.json', 'README.md', 'LICENSE'])
    if (!inside.includes(file)) problems.push(`${file} is missing`);
  if (inside.includes('LICENSE') && content('LICENSE') !== readFileSync(join(root, 'LICENSE'), 'utf8'))
    problems.push("LICENSE differs from the repository's");
  for (const file of inside.filter((entry) => /^dist\/.*(?<!\.d)\.(js|ts)$/.test(entry)))
    if (!existsSync(join(folder, file.replace(/^dist/, 'src').replace(/\.js$/, '.ts'))))
      problems.push(`${file} has no source: it is of an earlier build`);
  for (const field of ['description', 'keywords', 'license', 'engines', 'exports', 'files', 'sideEffects'])
    if (JSON.parse(content('package.json'))[field] === undefined)
      problems.push(`package.json has no ${field}`);
  if (content('package.json').includes('workspace:'))
    problems.push('package.json has ranges of the workspace');
  const { size } = statSync(tarball);
  if (size > LARGEST) problems.push(`${size} bytes, at most ${LARGEST} are expected`);
  return problems.map((problem) => `${name}: ${problem}`);
}

/** What publint and arethetypeswrong say, nothing where they find nothing. */
export function lintProblems({ tarball }) {
  const tools = [
    ['publint', ['run', tarball, '--strict']],
    ['attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color', '--format', 'ascii']],
  ];
  return tools.flatMap(([tool, args]) => {
    try {
      run(bin(tool), args);
      return [];
    } catch (error) {
      return [error.message];
    }
  });
}
