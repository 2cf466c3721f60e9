import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasNodeWebGpu } from '../../tensor-gpu/test/support/available.ts';
import { Installation } from '../../tensor-gpu/test/support/installed.ts';
import { scratchFolder, smallJob } from './scratch.ts';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const NO_DRIVER = { VK_ICD_FILENAMES: '/nowhere/icd.json' };

/** The command as it is published, below `folder`. */
function unpack(folder: string): string {
  const { files } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { files: string[] };
  for (const name of ['package.json', ...files])
    if (existsSync(join(PACKAGE, name))) cpSync(join(PACKAGE, name), join(folder, name), { recursive: true });
  return join(folder, 'bin/mnnquant.js');
}

describe('where the package for the GPU is looked for', () => {
  let installed: Installation;
  /** The command beside the package. */
  let beside: string;
  beforeAll(() => {
    installed = new Installation();
    installed.addWebGpu();
    beside = unpack(join(installed.folder, 'node_modules/mnnquant'));
  });
  afterAll(() => installed?.remove());

  function run(command: string, cwd: string, backend: string, environment: NodeJS.ProcessEnv = NO_DRIVER) {
    const job = smallJob();
    const args = [command, '--json', '--backend', backend, job.source, job.target, job.config];
    // pnpm has Node look into its own folder as well.
    const env = { ...process.env, NODE_PATH: '', ...environment };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
    return { status, stderr, outcome: stdout && JSON.parse(stdout), written: existsSync(job.target) };
  }

  it('nowhere else: without it the GPU is a wrong argument, and auto takes the CPU', () => {
    const away = scratchFolder();
    const alone = unpack(scratchFolder());
    const { status, stderr, written } = run(alone, away, 'gpu');
    expect({ status, written }).toEqual({ status: 2, written: false });
    expect(stderr).toBe(
      'error: --backend gpu needs the package @mnnquant/tensor-gpu: npm i @mnnquant/tensor-gpu\n',
    );
    const auto = run(alone, away, 'auto');
    expect(auto).toMatchObject({ status: 0, stderr: '', written: true });
    expect(auto.outcome.backend).toEqual({
      name: 'cpu',
      device: 'WebAssembly SIMD, 1 thread',
      asked: 'auto',
      reproducible: true,
      why: 'the package @mnnquant/tensor-gpu is not installed beside the command',
    });
  });

  it('beside the command', () => {
    const away = scratchFolder();
    const { status, stderr, written } = run(beside, away, 'gpu:webgpu');
    expect({ status, written }).toEqual({ status: 1, written: false });
    expect(stderr).toMatch(
      /^error: --backend gpu:webgpu: no GPU can be used here:\n {2}webgpu: WebGPU has no adapter: /m,
    );
    const auto = run(beside, away, 'auto');
    expect(auto).toMatchObject({ status: 0, stderr: '' });
    expect(auto.outcome.backend).toMatchObject({
      name: 'cpu',
      why: expect.stringContaining('so little work'),
    });
  });

  it('in the folder that is worked in, but only where the GPU was asked for', () => {
    // As if it were installed for all, away from the work.
    const command = unpack(scratchFolder());
    const { status, stderr } = run(command, installed.folder, 'gpu');
    expect(status).toBe(1);
    expect(stderr).toContain('webgpu: WebGPU has no adapter');
    expect(stderr).toContain('headlessgl: the package gl is not installed');
    expect(run(command, installed.folder, 'auto').outcome.backend.why).toContain('is not installed');
  });

  it.skipIf(!hasNodeWebGpu())('computes, and the process ends', () => {
    const { status, outcome, written } = run(beside, scratchFolder(), 'gpu', {});
    expect({ status, written }).toEqual({ status: 0, written: true });
    expect(outcome.backend).toMatchObject({ name: 'gpu:webgpu', asked: 'gpu', reproducible: false });
  });
});
