// Builds the wheel and the sdist into out/, after `pnpm build`:
//
//   node packages/python-shim/scripts/build.mjs [FOLDER]
//
// The package gets the command as packages/cli has it after a build, and beside it, in node_modules, the image library:
// sharp's JavaScript with libvips as WebAssembly, which runs on every platform (docs/decisions/0021). The same sources
// give the same bytes: SOURCE_DATE_EPOCH, or else the time of the commit, is in the archives.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageLicenses } from './package-licenses.mjs';
import { createVenv } from './venv.mjs';

const shim = fileURLToPath(new URL('..', import.meta.url));
const repository = join(shim, '../..');
const cli = join(repository, 'packages/cli');
const target = join(shim, 'src/mnnquant/_cli');

/** Of the npm packages: what is loaded, with their licenses.. */
const IMAGE_LIBRARY = {
  sharp: { from: cli, files: ['dist', 'package.json', 'LICENSE'], suffixes: ['.mjs'] },
  '@img/colour': { from: 'sharp', files: ['color.cjs', 'index.cjs', 'package.json', 'LICENSE.md'] },
  'detect-libc': { from: 'sharp', files: ['lib', 'package.json', 'LICENSE'], suffixes: ['.js'] },
  semver: {
    from: 'sharp',
    files: [
      'classes',
      'functions',
      'internal',
      'ranges',
      'index.js',
      'preload.js',
      'range.bnf',
      'package.json',
      'LICENSE',
    ],
  },
  '@img/sharp-wasm32': {
    from: repository,
    files: ['index.cjs', 'lib', 'package.json', 'versions.json', 'LICENSE', 'README.md'],
  },
  '@emnapi/runtime': {
    from: '@img/sharp-wasm32',
    files: ['index.js', 'dist/emnapi.cjs.js', 'dist/emnapi.cjs.min.js', 'package.json', 'LICENSE'],
  },
};

/** The folder of a package, as Node finds it from another. */
function folderOf(name, from) {
  for (const place of createRequire(join(from, 'here.js')).resolve.paths(name)) {
    const folder = join(place, name);
    if (existsSync(join(folder, 'package.json'))) return realFolder(folder);
  }
  throw new Error(`${name} is not installed for ${from}; run pnpm install`);
}

/** pnpm's folders are links, and what a package needs lies beside where they lead. */
function realFolder(folder) {
  return dirname(createRequire(import.meta.url).resolve(join(folder, 'package.json')));
}

function copyCommand() {
  for (const folder of ['bin', 'bundle', 'wasm', 'schema']) {
    const source = join(cli, folder);
    if (!existsSync(source)) throw new Error(`there is no ${source}; run pnpm build first`);
    cpSync(source, join(target, folder), { recursive: true });
  }
  const { name, version, license, type, engines } = JSON.parse(
    readFileSync(join(cli, 'package.json'), 'utf8'),
  );
  const text = JSON.stringify({ name, version, license, type, engines }, undefined, 2);
  writeFileSync(join(target, 'package.json'), `${text}\n`);
}

/** The folders that were copied, by package. */
function copyImageLibrary() {
  const folders = {};
  for (const [name, { from, files, suffixes }] of Object.entries(IMAGE_LIBRARY)) {
    const source = folderOf(name, folders[from] ?? from);
    folders[name] = source;
    for (const file of files)
      copyFiles(join(source, file), join(target, 'node_modules', name, file), suffixes);
  }
  pinWebAssembly();
  return folders;
}

function copyFiles(source, to, suffixes) {
  const isWanted = (path) => !suffixes || !/\.\w+$/.test(path) || suffixes.some((end) => path.endsWith(end));
  if (!suffixes || /package\.json$|LICENSE/.test(source)) cpSync(source, to, { recursive: true });
  else {
    mkdirSync(to, { recursive: true });
    for (const entry of readdirSync(source, { withFileTypes: true })) {
      if (entry.isFile() && isWanted(entry.name)) cpSync(join(source, entry.name), join(to, entry.name));
    }
  }
}

/**
 * sharp looks for a library of the platform before it takes WebAssembly, also in the node_modules of the folders above: those
 * of a JavaScript project in which the virtual environment lies. Before that it looks for one that was built in its own
 * folder, and finds this.
 */
function pinWebAssembly() {
  const [version, binaries] = ['sharp', '@img/sharp-wasm32'].map((name) => {
    return JSON.parse(readFileSync(join(target, 'node_modules', name, 'package.json'), 'utf8')).version;
  });
  if (version !== binaries)
    throw new Error(
      `sharp is ${version}, but @img/sharp-wasm32 is ${binaries}; give package.json the same version`,
    );
  const folder = join(target, 'node_modules/sharp/src/build/Release');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `sharp-wasm32-${version}.node.js`),
    "// Not of sharp: libvips as WebAssembly, whatever else is installed.\nmodule.exports = require('@img/sharp-wasm32/sharp.node');\n",
  );
}

function commitTime() {
  try {
    return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: repository, encoding: 'utf8' }).trim();
  } catch {
    throw new Error('expected SOURCE_DATE_EPOCH, or a git checkout to take the time of the commit from');
  }
}

const { env } = process;
const out = resolve(process.argv[2] ?? join(shim, 'out'));
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
copyCommand();
const folders = copyImageLibrary();
writeFileSync(join(shim, 'licenses/NPM-PACKAGES.txt'), packageLicenses(folders));
cpSync(join(repository, 'LICENSE'), join(shim, 'LICENSE'));

rmSync(out, { recursive: true, force: true });
const python = createVenv(join(shim, '.venv-build'), join(shim, 'scripts/requirements-build.txt'));
execFileSync(python, ['-m', 'build', '--no-isolation', '--outdir', out, shim], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...env, SOURCE_DATE_EPOCH: env.SOURCE_DATE_EPOCH ?? commitTime() },
});
for (const file of readdirSync(out)) process.stdout.write(`${join(out, file)}\n`);
