// How long the command takes until work begins: from the start of the process to its end, for arguments that end it
// at known places. After the build:
//
//   node bench/startup.mjs [--rounds 20] [--json FILE] [other/packages/cli/bin/mnnquant.js …]
//
// Rounds take turns, so that a busy machine slows all; the least time is the one without disturbance. Other checkouts'
// commands are timed beside this one's. `node` alone is what Node itself takes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, json: { type: 'string' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const commands = [fileURLToPath(new URL('../packages/cli/bin/mnnquant.js', import.meta.url)), ...positionals];

/** What is run, with the exit code that tells that it ended where it should. */
function marks(folder) {
  const at = (name) => join(folder, name);
  mkdirSync(at('images'));
  writeFileSync(at('no-model.mnn'), 'text\n');
  writeFileSync(at('config.json'), JSON.stringify({ path: at('images'), width: 224, height: 224 }));
  return commands.flatMap((command) => [
    { title: `${command} --version`, args: [command, '--version'], exit: 0 },
    { title: `${command} with an unknown option`, args: [command, '--none'], exit: 2 },
    {
      title: `${command} until the model is read`,
      args: [command, at('no-model.mnn'), at('out.mnn'), at('config.json')],
      exit: 1,
    },
  ]);
}

function time({ title, args, exit }) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== exit) throw new Error(`${title}: expected exit code ${exit}, got ${status}\n${stderr}`);
  return performance.now() - start;
}

const folder = mkdtempSync(join(tmpdir(), 'mnnquant-startup-'));
try {
  const all = [{ title: 'node', args: ['-e', '0'], exit: 0 }, ...marks(folder)];
  const times = new Map(all.map(({ title }) => [title, []]));
  for (let round = 0; round < rounds; round++) for (const mark of all) times.get(mark.title).push(time(mark));
  console.log(`Node ${process.version}; milliseconds, least and median of ${rounds}\n`);
  const rows = [...times].map(([title, measured]) => {
    measured.sort((a, b) => a - b);
    return { title, least: measured[0], middle: measured[measured.length >> 1] };
  });
  for (const { title, least, middle } of rows)
    console.log(`${least.toFixed(0).padStart(5)} ${middle.toFixed(0).padStart(5)}  ${title}`);
  if (values.json) {
    const own = rows.map(({ title, least, middle }) => ({
      'From the start of the process': title.replace(commands[0], 'mnnquant'),
      'Least, ms': Math.round(least),
      'Median, ms': Math.round(middle),
    }));
    writeFileSync(values.json, JSON.stringify(own));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
