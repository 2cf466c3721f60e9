import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder in which the package is installed as it is published, with what it depends on and no more. */
export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'mnnquant-installed-'));

  constructor() {
    for (const name of ['tensor-gpu', 'graph', 'mnn-format']) this.#copy(name);
    const format = createRequire(join(PACKAGES, 'mnn-format/package.json'));
    this.#link('flatbuffers', dirname(format.resolve('flatbuffers/package.json')));
  }

  /** Dawn, which is optional. */
  addWebGpu(): void {
    this.#link('webgpu', join(PACKAGES, 'tensor-gpu/node_modules/webgpu'));
  }

  /** Runs a module there; what it prints as JSON. */
  run(source: string, environment: NodeJS.ProcessEnv = {}): unknown {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      cwd: this.folder,
      encoding: 'utf8',
      // pnpm has Node look into its own folder as well.
      env: { ...process.env, NODE_PATH: '', ...environment },
    });
    if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
    return JSON.parse(stdout);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #copy(name: string): void {
    const from = join(PACKAGES, name);
    const to = join(this.folder, 'node_modules/@mnnquant', name);
    const { files } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { files: string[] };
    for (const file of ['package.json', ...files]) {
      if (file === 'dist' && !existsSync(join(from, file)))
        throw new Error(`${from} is not built; these tests need it: pnpm run build`);
      if (existsSync(join(from, file))) cpSync(join(from, file), join(to, file), { recursive: true });
    }
  }

  #link(name: string, target: string): void {
    mkdirSync(join(this.folder, 'node_modules'), { recursive: true });
    symlinkSync(target, join(this.folder, 'node_modules', name));
  }
}
