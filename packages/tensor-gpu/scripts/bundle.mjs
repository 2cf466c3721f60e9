// Puts gpu.js into the module of `dist` that imports it: as a dependency it would bring a Dawn of its own, and headless GL,
// which is compiled on installing. LICENSES.txt has the licenses of what is inside.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundledLicenses } from '../../../scripts/bundled-licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What gpu.js requires and does without where it is missing. One module serves Node and browsers, so nothing of Node is
 * imported: headless GL is required when a context is wanted, since it needs a display; `os` and `worker_threads` are for
 * ways to compute that are not used.
 */
const OPTIONAL = {
  gl: `module.exports = require('headless-gl').createContext;`,
  'headless-gl': `
const modules = globalThis.process?.getBuiltinModule?.('node:module');
let create;
export const createContext = modules && ((...args) => {
  create ??= modules.createRequire(import.meta.url)('gl');
  return create(...args);
});`,
  os: '',
  worker_threads: '',
};

const optionalModules = {
  name: 'optional modules',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(?:${Object.keys(OPTIONAL).join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'optional' }));
    onLoad({ filter, namespace: 'optional' }, ({ path }) => ({ contents: OPTIONAL[path], loader: 'js' }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/vendor.ts'],
  outfile: 'dist/vendor.js',
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  // Its sources, not the bundle that it has for browsers: that does not tell what is inside.
  mainFields: ['main'],
  plugins: [optionalModules],
  // Names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(join(root, 'dist/LICENSES.txt'), bundledLicenses(root, Object.keys(metafile.inputs)));
