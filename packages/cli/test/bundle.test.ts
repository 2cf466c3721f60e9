import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { bytesOf, npy } from './sample-files.ts';
import { fill, scratchFolder, smallJob } from './scratch.ts';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const WORKER = join(PACKAGE, '../tensor-cpu/src/pool-worker.ts');

beforeAll(() => {
  if (!existsSync(join(PACKAGE, 'bundle/mnnquant.js')))
    throw new Error('these tests run the built command; build first: npm run build');
});

/** The package as it is published, in a folder without any other package. */
function unpacked(): string {
  const folder = scratchFolder();
  const { files } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { files: string[] };
  for (const name of ['package.json', ...files])
    if (existsSync(join(PACKAGE, name))) cpSync(join(PACKAGE, name), join(folder, name), { recursive: true });
  return folder;
}

function run(folder: string, args: readonly string[]) {
  const command = join(folder, 'bin/mnnquant.js');
  return spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
}

/** What loading `file` loads with it, itself included; other files of the bundle only when they are needed. */
function loadedWith(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const [, next] of readFileSync(file, 'utf8').matchAll(/^(?:\} from|import) "(\.\/[^"]+)";$/gm))
    loadedWith(join(dirname(file), next), known);
  return known;
}

describe('the command in its bundle', () => {
  it('needs no other package to read bitmaps, and writes the same as its modules do', async () => {
    const job = smallJob({ debug: true });
    const { status, stdout, stderr } = run(unpacked(), [job.source, job.target, job.config]);
    expect({ status, stderr: stderr.includes('error') }).toEqual({ status: 0, stderr: false });
    expect(stdout).toMatch(/conv1/);
    const written = readFileSync(job.target);
    const target = join(dirname(job.target), 'by-modules.mnn');
    await quantizeFile({ source: job.source, target, config: job.config, memoryBytes: 2 ** 28 });
    expect(readFileSync(target).equals(written)).toBe(true);
  });

  it('reads samples as arrays', () => {
    const values = Float32Array.from({ length: 3 * 6 * 8 }, (_, i) => Math.sin(i));
    const job = smallJob({ input_type: 'sequence' });
    fill(job.folder, { 'photos/s1/image.npy': npy('<f4', '1, 3, 6, 8', bytesOf(values)) });
    const { status, stderr } = run(unpacked(), [job.source, job.target, job.config]);
    expect({ status, stderr: stderr.includes('error') }).toEqual({ status: 0, stderr: false });
  });

  it('knows its version', () => {
    const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
    expect(run(unpacked(), ['--version']).stdout).toBe(`${version}\n`);
  });

  it('has its man page where npm looks for it', () => {
    const { man } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
    // npm passes over a man page that is not in a list.
    expect(man).toEqual([expect.any(String)]);
    expect(readFileSync(join(unpacked(), man[0]), 'utf8')).toContain('.TH MNNQUANT 1');
  });

  it('answers questions about itself without what a job needs', () => {
    const start = join(PACKAGE, 'bundle/mnnquant.js');
    const files = [...loadedWith(start)];
    expect(files.some((file) => /quantize-command|sequence|debug-table/.test(file))).toBe(false);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThan(250_000);
    expect(readFileSync(start, 'utf8')).toMatch(/import\("\.\/quantize-command-\w+\.js"\)/);
  });

  it('holds nothing of sharp, and names the licenses of what it holds', () => {
    const licenses = readFileSync(join(PACKAGE, 'bundle/LICENSES.txt'), 'utf8');
    expect(licenses).toMatch(/^zod \d[\d.]* \(MIT\)$/m);
    expect(licenses).toMatch(/^commander \d[\d.]* \(MIT\)$/m);
    expect(licenses).not.toMatch(/^sharp /m);
  });

  it.skipIf(!existsSync(WORKER))('has what a worker runs in one file, beside what starts it', () => {
    const file = join(PACKAGE, 'bundle/pool-worker.js');
    expect([...loadedWith(file)]).toEqual([file]);
    expect(readFileSync(file, 'utf8')).not.toMatch(/^(?:\} from|import\b.* from) "(?!node:)/m);
  });
});
