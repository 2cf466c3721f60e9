import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantizeFile } from 'mnnquant';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BackendName } from './page/messages.ts';
import { hasChromium } from './support/available.ts';
import { type Built, buildPage, serve } from './support/built-page.ts';
import { launchChromium, messagesOf, PATIENCE } from './support/launch.ts';

const BUILT = fileURLToPath(new URL('../../cli/dist/browser/index.js', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../../examples/digits/', import.meta.url));

/** Of the CPU's scale: sums that differ in their last bits may move a KL threshold by a few of 2048 bins. */
const NEAR = 0.02;

interface Result {
  readonly model: Buffer;
  readonly scales: Buffer;
}

/** The example's config with other values. */
async function configText(change: object): Promise<string> {
  const text = await readFile(join(EXAMPLE, 'config.json'), 'utf8');
  return JSON.stringify({ ...JSON.parse(text), ...change });
}

/** What the command writes for the example. */
async function byCommand(change: object = {}): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'mnnquant-example-'));
  try {
    const config = join(folder, 'config.json');
    const target = join(folder, 'digits-int8.mnn');
    await writeFile(config, await configText({ ...change, path: join(EXAMPLE, 'calibration') }));
    await quantizeFile({ source: join(EXAMPLE, 'digits.mnn'), target, config });
    return { model: await readFile(target), scales: await readFile(`${target}.json`) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every scale of a `DST.mnn.json`, in its order. */
function scalesOf(json: Buffer): number[] {
  type Entry = { readonly scales: readonly number[] };
  const ops: { readonly inputs?: readonly Entry[]; readonly outputs?: readonly Entry[] }[] = JSON.parse(
    json.toString(),
  );
  return ops.flatMap(({ inputs = [], outputs = [] }) =>
    [...inputs, ...outputs].flatMap(({ scales }) => scales),
  );
}

/** Fills in the form and starts, as a person does, and waits for the end. */
async function submit(page: Page, backend: BackendName, change: object): Promise<void> {
  const buffer = Buffer.from(await configText(change));
  await page.getByLabel('Model').setInputFiles(join(EXAMPLE, 'digits.mnn'));
  await page
    .getByLabel('Config')
    .setInputFiles({ name: 'config.json', mimeType: 'application/json', buffer });
  await page.getByLabel('Folder of images').setInputFiles(join(EXAMPLE, 'calibration'));
  await page.getByLabel('Computed by').selectOption(backend);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await page.getByRole('heading', { name: 'Result' }).or(page.getByRole('alert')).waitFor();
}

/** Quantizes the example and saves what is offered. */
async function byPage(
  page: Page,
  backend: BackendName,
  change: object = {},
): Promise<Result & { readonly summary: string }> {
  await submit(page, backend, change);
  expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  const save = async (name: string): Promise<Buffer> => {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name, exact: true }).click();
    return readFile(await (await download).path());
  };
  return {
    model: await save('digits-int8.mnn'),
    scales: await save('digits-int8.mnn.json'),
    summary: (await page.locator('#summary').textContent())!,
  };
}

describe.skipIf(!hasChromium())('the page that quantizes, built with Vite, in Chromium', () => {
  let browser: Browser;
  let expected: Result;
  beforeAll(async () => {
    [browser, expected] = await Promise.all([launchChromium(), byCommand()]);
  });
  afterAll(() => browser?.close());

  describe.each(['built', 'sources'] as const)('with packages as %s', (packages) => {
    let built: Built;
    let server: Awaited<ReturnType<typeof serve>>;
    beforeAll(async () => {
      if (packages === 'built' && !existsSync(BUILT))
        throw new Error('these tests take built packages; build first: npm run build');
      built = await buildPage(packages);
      server = await serve(built.folder);
    });
    afterAll(async () => {
      await server?.close();
      await built?.remove();
    });

    async function open(): Promise<{ page: Page; messages: readonly string[] }> {
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      page.setDefaultTimeout(PATIENCE);
      const messages = messagesOf(page);
      await page.goto(server.url);
      return { page, messages };
    }

    test('needs nothing of Node, and Vite has nothing to warn of', () => {
      expect(built.warnings).toEqual([]);
      expect(built.modules.filter((id) => /^node:|__vite-browser-external|\/sharp\//.test(id))).toEqual([]);
      // That the list is one: what the page and its worker are made of.
      const files = built.modules.map((id) => id.replaceAll('\\', '/'));
      const kind = packages === 'built' ? 'dist/' : 'src/';
      for (const name of ['graph', 'calibrate', 'mnn-format', 'tensor-cpu', 'tensor-gpu', 'cli'])
        expect(
          files.some((file) => file.includes(`/packages/${name}/${kind}`)),
          name,
        ).toBe(true);
    });

    test('gives the bytes that the command writes, without memory that threads share', async () => {
      const { page, messages } = await open();
      expect(await page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([
        false,
        'undefined',
      ]);
      const { model, scales, summary } = await byPage(page, 'cpu');
      expect(model.equals(expected.model)).toBe(true);
      expect(scales.equals(expected.scales)).toBe(true);
      expect(summary).toMatch(/100 used/);
      expect(messages).toEqual([]);
    });

    // The way through the GPU's kernels is the same in both.
    if (packages === 'built') return;

    test.each(['webgpu', 'webgl2'] as const)(
      'on a GPU through %s: gives scales near those of the CPU',
      async (mode) => {
        const few = { used_image_num: 16 };
        const { page } = await open();
        const { model, scales, summary } = await byPage(page, `gpu:${mode}`, few);
        expect(summary).toContain(`gpu.js, ${mode}`);
        const cpu = await byCommand(few);
        expect(model.length).toBe(cpu.model.length);
        const [given, wanted] = [scalesOf(scales), scalesOf(cpu.scales)];
        expect(given.length).toBe(wanted.length);
        const far = given.filter((scale, i) => Math.abs(scale - wanted[i]) > NEAR * wanted[i]);
        expect(far).toEqual([]);
      },
    );

    test('tells what is wrong, and can be started again', async () => {
      const { page } = await open();
      await submit(page, 'cpu', { format: 'RGB', mean: [0, 0, 0], normal: [1, 1, 1], fromat: 'GRAY' });
      expect(await page.getByRole('alert').textContent()).toContain('has 1 channels, RGB gives 3');
      expect(await page.getByRole('listitem').allTextContents()).toEqual([
        expect.stringContaining('did you mean "format"?'),
      ]);
      const { model } = await byPage(page, 'cpu');
      expect(model.equals(expected.model)).toBe(true);
    });
  });
});
