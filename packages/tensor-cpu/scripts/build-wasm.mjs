// Compiles assembly/ to wasm/kernels.wasm and, with relaxed SIMD, to wasm/kernels-fast.wasm, when a source is newer than the
// result. Also vitest's global setup, so that tests run in a fresh checkout.
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The targets of asconfig.json; results carry their names. */
const targets = ['kernels', 'kernels-fast'];

async function modified(path) {
  return (await stat(`${root}${path}`).catch(() => undefined))?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}

async function lastChange() {
  const sources = (await readdir(`${root}assembly`)).map((name) => `assembly/${name}`);
  return Math.max(...(await Promise.all([...sources, 'asconfig.json'].map(modified))));
}

/** Compiles if needed. A file appears under its name only when complete: test runs may overlap. */
export async function setup() {
  const changed = await lastChange();
  await mkdir(`${root}wasm`, { recursive: true });
  for (const target of targets) {
    const output = `wasm/${target}.wasm`;
    if ((await modified(output)) > changed) continue;
    const part = `wasm/${target}.${process.pid}.part.wasm`;
    const { error, stderr } = await main([
      '--config',
      'asconfig.json',
      '--baseDir',
      root,
      '--target',
      target,
      '--outFile',
      part,
    ]);
    if (error) throw new Error(`asc failed on ${target}: ${error.message}\n${stderr.toString()}`);
    await rename(`${root}${part}`, `${root}${output}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup();
