import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './arguments.mjs';
import { withWorkspace } from './workspace.mjs';

/**
 * Runs a benchmark, addressed from this folder, that takes `--json FILE` and prints its own table; returns `{ results, failed }`. What it writes is
 * a list of flat rows, or an object of such lists by title, as the page shows it.
 */
export async function runScript(name, args) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  if (!existsSync(script)) throw new UsageError(`there is no ${script}`);
  const done = await withWorkspace(async (folder) => {
    const json = join(folder, 'results.json');
    const { status } = spawnSync(process.execPath, [script, '--json', json, ...args], { stdio: 'inherit' });
    const results = existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : undefined;
    return { results: results && { results }, failed: status !== 0 };
  });
  return done ?? { failed: true };
}
