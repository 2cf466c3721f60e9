// Compiles assembly/ to wasm/kernels.wasm, when a source is newer than the result.
// Also vitest's global setup, so that tests run in a fresh checkout.
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = 'wasm/kernels.wasm';

async function modified(path) {
  return (await stat(`${root}${path}`).catch(() => undefined))?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}

async function isFresh() {
  const sources = (await readdir(`${root}assembly`)).map((name) => `assembly/${name}`);
  const times = await Promise.all([...sources, 'asconfig.json'].map(modified));
  return (await modified(output)) > Math.max(...times);
}

/** Compiles if needed. The file appears under its name only when complete: test runs may overlap. */
export async function setup() {
  if (await isFresh()) return;
  const part = `wasm/kernels.${process.pid}.part.wasm`;
  await mkdir(`${root}wasm`, { recursive: true });
  const { error, stderr } = await main(['--config', 'asconfig.json', '--baseDir', root, '--outFile', part]);
  if (error) throw new Error(`asc failed on assembly/index.ts: ${error.message}\n${stderr.toString()}`);
  await rename(`${root}${part}`, `${root}${output}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup();
