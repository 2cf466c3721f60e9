// Puts the command into a few files: loading several hundred modules took longer than reading a model.
// What it loads at run time lies as it does beside the modules of `dist`, so that relative addresses hold:
//
//   bundle/mnnquant.js      the command, bundle/*.js what it loads when it is needed
//   bundle/pool-worker.js   what a worker thread runs, in one file
//   bundle/LICENSES.txt     of the packages that are inside
//   wasm/*.wasm             the kernels of tensor-cpu
//
// sharp stays outside: it loads a library of the operating system.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundledLicenses } from '../../../scripts/bundled-licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernels = join(root, '../tensor-cpu');
const target = join(root, 'bundle');

/** CommonJS packages ask for Node's own modules with `require`, which modules do not have. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // The sources of this workspace, and of packages their modules rather than CommonJS.
  conditions: ['@mnnquant/source'],
  mainFields: ['module', 'main'],
  external: ['sharp'],
  outdir: target,
  // As text, not minified: that gains no time, and stack traces stay readable.
  legalComments: 'none',
  banner: { js: REQUIRE },
  metafile: true,
  logLevel: 'warning',
};

/** Modules that are generated with a package inside, which esbuild does not see there. */
const INSIDE = { 'src/report/html/generated/page.ts': 'node_modules/uplot/' };

/** The bundles' inputs, relative to the package. */
async function bundle() {
  const command = await build({ ...COMMON, entryPoints: { mnnquant: 'src/main.ts' }, splitting: true });
  const inputs = Object.keys(command.metafile.inputs);
  const worker = join(kernels, 'src/pool-worker.ts');
  if (existsSync(worker)) {
    // A bundle of its own: sharing chunks with the command would make every worker load several files.
    const { metafile } = await build({ ...COMMON, entryPoints: { 'pool-worker': worker } });
    inputs.push(...Object.keys(metafile.inputs));
  }
  return inputs;
}

function copyKernels() {
  const folder = join(root, 'wasm');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const files = readdirSync(join(kernels, 'wasm')).filter((file) => file.endsWith('.wasm'));
  if (files.length === 0) throw new Error(`no kernels in ${kernels}/wasm; build tensor-cpu first`);
  for (const file of files) cpSync(join(kernels, 'wasm', file), join(folder, file));
}

// Files of an earlier build have other names.
rmSync(target, { recursive: true, force: true });
const inputs = await bundle();
const hidden = inputs.flatMap((input) => INSIDE[input] ?? []);
writeFileSync(join(target, 'LICENSES.txt'), bundledLicenses(root, [...inputs, ...hidden]));
copyKernels();
