import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, hasNodeWebGpu } from './support/available.ts';
import { Installation } from './support/installed.ts';
import { launchChromium, PATIENCE } from './support/launch.ts';

/** A range, as whatever mode computes it. */
const WORK = `
async function rangeBy(backend) {
  const x = backend.allocate({ shape: [4], dtype: 'float32', layout: 'NCHW' });
  backend.upload(x, Float32Array.of(1, -2, NaN, 4));
  const range = await backend.range(x);
  const { name } = backend;
  await backend.dispose();
  return { name, range };
}`;

const RANGE = { min: -2, max: 4, count: 4, nonFinite: 1 };

const FIND = `
import { findGpuBackend } from '@mnnquant/tensor-gpu/node';
const { backend, findings } = await findGpuBackend({ allowSoftware: true });
await backend?.dispose();
console.log(JSON.stringify(findings));`;

describe('installed, with no gpu.js', () => {
  let installed: Installation;
  beforeAll(() => {
    installed = new Installation();
  });
  afterAll(() => installed?.remove());

  test('has the licenses of what is inside', () => {
    const text = readFileSync(
      join(installed.folder, 'node_modules/@mnnquant/tensor-gpu/dist/LICENSES.txt'),
      'utf8',
    );
    for (const name of ['gpu.js', 'acorn', 'gpu-mock.js'])
      expect(text).toMatch(new RegExp(`^${name} \\d[\\d.]* \\(MIT\\)$`, 'm'));
  });

  test('says in Node which packages bring a GPU', () => {
    expect(installed.run(FIND)).toEqual([
      { mode: 'webgpu', problem: 'the package webgpu is not installed: npm i webgpu' },
      { mode: 'headlessgl', problem: 'the package gl is not installed: npm i gl' },
    ]);
  });

  test('says in Node that there is no adapter', () => {
    installed.addWebGpu();
    const [named] = installed.run(FIND, { VK_ICD_FILENAMES: '/nowhere/icd.json' }) as { problem: string }[];
    expect(named.problem).toMatch(/^WebGPU has no adapter: VK_ICD_FILENAMES names no Vulkan driver/);
    // A driver whose library is none.
    const icd = join(installed.folder, 'icd.json');
    const manifest = {
      file_format_version: '1.0.0',
      ICD: { library_path: './icd.json', api_version: '1.0.0' },
    };
    writeFileSync(icd, JSON.stringify(manifest));
    const [webgpu] = installed.run(FIND, { VK_ICD_FILENAMES: icd }) as { problem: string }[];
    expect(webgpu.problem).toMatch(/^WebGPU has no adapter: no GPU, or no driver for it/);
  });

  test.skipIf(!hasNodeWebGpu())('computes in Node, and the process ends', () => {
    const source = `
      import { createGpuBackend } from '@mnnquant/tensor-gpu/node';
      ${WORK}
      console.log(JSON.stringify(await rangeBy(await createGpuBackend({ mode: 'webgpu' }))));`;
    expect(installed.run(source)).toEqual({ name: 'gpu:webgpu', range: RANGE });
  });

  test.skipIf(!hasChromium())('computes in a browser, bundled with Vite', async () => {
    const script = await bundled(installed.folder);
    // The script is too long for a message.
    expect(/\b(?:from|import)\s*\(?["']node:|__vite-browser-external/.test(script)).toBe(false);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.addScriptTag({ type: 'module', content: script });
      await page.waitForFunction(() => 'outcome' in window);
      expect(await page.evaluate(() => (window as unknown as { outcome: unknown }).outcome)).toEqual({
        name: 'gpu:webgl2',
        range: RANGE,
        findings: [
          // Pages without an address have no WebGPU.
          { mode: 'webgpu', problem: expect.stringContaining('WebGPU is not there') },
          {
            mode: 'webgl2',
            device: expect.stringMatching(/swiftshader/i),
            isSoftware: true,
            problem: 'computed in software',
          },
        ],
      });
    } finally {
      await browser.close();
    }
  });
});

/** A page's script in one piece. */
async function bundled(folder: string): Promise<string> {
  const { build } = await import('vite');
  const entry = join(folder, 'page.js');
  writeFileSync(
    entry,
    `import { createGpuBackend, findGpuBackend } from '@mnnquant/tensor-gpu';
    ${WORK}
    async function work() {
      const { findings } = await findGpuBackend();
      return { ...(await rangeBy(await createGpuBackend({ mode: 'webgl2' }))), findings };
    }
    work().then(
      (outcome) => Object.assign(window, { outcome }),
      (error) => Object.assign(window, { outcome: String(error) }),
    );`,
  );
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['es'], fileName: 'page' } },
  });
  const [{ output }] = result as { output: { code: string }[] }[];
  expect(output).toHaveLength(1);
  return output[0].code;
}
