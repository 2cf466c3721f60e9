import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasChromium } from '../../tensor-gpu/test/support/available.ts';
import { launchChromium, messagesOf } from '../../tensor-gpu/test/support/launch.ts';
import { sorted } from '../src/report/html/columns.ts';
import { renderReport } from '../src/report/html/index.ts';
import type { Report } from '../src/report/schema.ts';
import { exampleReport } from './report-example.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const TIMEOUT = 60_000; // milliseconds
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1440, height: 900 };
const WORST = 'isolated-cosine';

/** A name that tries everything a file could hold. */
const EVIL = `</script><script>document.title='taken'</script><img src=x onerror="document.title='taken'">"'&\u202egnp\u0007\u2028`;

describe.skipIf(!hasChromium())('the page of a report, in Chromium', () => {
  let browser: Browser;
  let folder: string;
  let report: Report;
  beforeAll(async () => {
    [browser, report] = await Promise.all([launchChromium(), exampleReport(60)]);
    folder = mkdtempSync(join(tmpdir(), 'mnnquant-report-'));
  }, TIMEOUT);
  afterAll(async () => {
    await browser?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  interface Opened {
    readonly page: Page;
    readonly messages: readonly string[];
    /** Everything that was asked for but the file itself and what it has inside. */
    readonly requests: readonly string[];
  }

  async function open(options: BrowserContextOptions = {}, shown = report): Promise<Opened> {
    const file = join(folder, 'report.html');
    writeFileSync(file, renderReport(shown));
    const context = await browser.newContext({ viewport: DESKTOP, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT);
    const messages = messagesOf(page);
    const requests: string[] = [];
    const { href } = pathToFileURL(file);
    page.on('request', (request) => {
      if (request.url() !== href && !request.url().startsWith('data:')) requests.push(request.url());
    });
    await page.goto(href);
    return { page, messages, requests };
  }

  const rowIds = (page: Page): Promise<number[]> =>
    page
      .locator('#layer-table tbody tr[data-layer]:visible')
      .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.layer)));
  const header = (page: Page, key: string) => page.locator(`#layer-table th[data-key="${key}"]`);
  const opener = (page: Page, layer: number) => page.locator(`#layer-${layer} button.open`);
  const worst = (): number => sorted(report.layers, WORST, 'ascending')[0];

  /** How many pixels of a canvas are painted at all. */
  const painted = (page: Page, selector: string): Promise<number[]> =>
    page.locator(`${selector} canvas`).evaluateAll((list) =>
      list.map((one) => {
        const { width, height } = one as HTMLCanvasElement;
        const { data } = (one as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
        return data.filter((value, i) => i % 4 === 3 && value > 0).length;
      }),
    );

  test('loads nothing, says nothing on the console, and draws the chart', async () => {
    const { page, messages, requests } = await open();
    expect((await painted(page, '#error-plot'))[0]).toBeGreaterThan(2000);
    await opener(page, worst()).click();
    await page.getByRole('radio', { name: 'Dark' }).check();
    expect(messages).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('sorts by any column, with the pointer and with keys', async () => {
    const { page } = await open();
    expect(await rowIds(page)).toEqual(sorted(report.layers, WORST, 'ascending'));
    expect(await header(page, WORST).getAttribute('aria-sort')).toBe('ascending');
    for (const [key, first, second] of [
      ['clipped', 'descending', 'ascending'],
      ['order', 'ascending', 'descending'],
      ['op', 'ascending', 'descending'],
    ] as const) {
      await header(page, key).getByRole('button').click();
      expect(await rowIds(page)).toEqual(sorted(report.layers, key, first));
      expect(await header(page, key).getAttribute('aria-sort')).toBe(first);
      await header(page, key).getByRole('button').press('Enter');
      expect(await rowIds(page)).toEqual(sorted(report.layers, key, second));
      expect(await page.locator('#layer-table [aria-sort]').count()).toBe(1);
    }
  });

  test('finds layers by text and by where they run', async () => {
    const { page } = await open();
    await page.getByLabel('Find').fill('  CONV_3/ ');
    const found = report.layers.flatMap(({ op }, i) => (op.includes('conv_3/') ? [i] : []));
    expect((await rowIds(page)).sort((a, b) => a - b)).toEqual(found);
    expect(await page.locator('#shown').textContent()).toBe(`${found.length} of 60 layers`);
    await page.getByLabel('Find').fill('');
    await page.getByRole('combobox', { name: 'Runs in' }).selectOption('float');
    expect(await rowIds(page)).toEqual([59]);
    // Whoever follows a link to a layer gets there.
    await page.locator('#summary a[data-layer]').first().click();
    expect(await rowIds(page)).toHaveLength(60);
    expect(await opener(page, worst()).getAttribute('aria-expanded')).toBe('true');
  });

  test('opens details with charts by keys alone, and they move with their row', async () => {
    const { page } = await open();
    const layer = worst();
    await opener(page, layer).focus();
    await page.keyboard.press('Enter');
    const details = `#details-${layer}`;
    expect(await page.locator(`${details} h4`).allTextContents()).toEqual([
      'Values of its tensor (float)',
      expect.stringContaining('range per output channel'),
      'Weights, SNR per output channel',
    ]);
    const pixels = await painted(page, details);
    expect(pixels).toHaveLength(3);
    for (const count of pixels) expect(count).toBeGreaterThan(1000);
    expect(await page.locator(details).textContent()).toMatch(/Int8 represents .* lie below and .* above/);
    await header(page, 'order').getByRole('button').click();
    expect(await page.locator(`#layer-${layer} + tr`).getAttribute('id')).toBe(`details-${layer}`);
    await page.locator(`${details} summary`).click();
    const channels = report.weights.find(({ op }) => op === report.layers[layer].op)!.min.length;
    expect(await page.locator(`${details} tbody tr`).count()).toBe(channels);
    await opener(page, layer).press('Space');
    expect(await page.locator(details).count()).toBe(0);
    expect(await opener(page, layer).getAttribute('aria-expanded')).toBe('false');
  });

  test('goes from a point of the chart to its layer, with keys and with a click', async () => {
    const { page } = await open();
    const slider = page.getByRole('slider', { name: 'Layer in the chart' });
    await slider.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuenow')).toBe('59');
    expect(await page.locator('#error-readout').textContent()).toContain(report.layers[58].op);
    await page.keyboard.press('Enter');
    expect(await opener(page, 58).evaluate((button) => button === document.activeElement)).toBe(true);
    const { width, height } = (await page.locator('#error-plot .u-over').boundingBox())!;
    await page.locator('#error-plot .u-over').click({ position: { x: width - 2, y: height / 2 } });
    expect(await opener(page, 59).getAttribute('aria-expanded')).toBe('true');
  });

  test('gives the config that leaves the chosen layers in float, and what it costs', async () => {
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const [a, b] = sorted(report.layers, WORST, 'ascending');
    const names = [a, b].map((i) => report.layers[i].op);
    expect(await page.locator('#what-if').isVisible()).toBe(false);
    for (const op of names) await page.getByLabel(`Leave ${op} in float`).check();
    const chosen = [a, b].reduce((sum, i) => sum + report.layers[i].multiplyAdds, 0);
    const share = ((100 * chosen) / report.summary.multiplyAdds.total).toFixed(1);
    expect(await page.locator('#what-if-text').textContent()).toBe(
      `2 ops left in float: ${share} % of the multiply-adds in float, now 0 %`,
    );
    await page.getByRole('button', { name: 'Copy the changed config' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual({
      ...report.reproduce.config,
      skip_quant_op_names: ['type:Softmax', ...names],
    });
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('#what-if').isVisible()).toBe(false);
    expect(await page.locator('.pick input:checked').count()).toBe(0);
  });

  test('selects the text where there is no clipboard', async () => {
    const { page } = await open();
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    });
    await page.locator('.pick input').first().check();
    await page.getByRole('button', { name: 'Copy the changed config' }).click();
    await page.getByRole('button', { name: 'Selected: press Ctrl+C' }).waitFor();
    const selected = await page.evaluate(() => getSelection()!.toString());
    expect(JSON.parse(selected).skip_quant_op_names).toHaveLength(2);
    await page.locator('[data-copy="command"]').click();
    await page.waitForFunction((text) => getSelection()!.toString() === text, report.reproduce.command);
  });

  test('is dark where the system is, and the switch changes that and charts with it', async () => {
    const { page } = await open({ colorScheme: 'dark' });
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await background();
    const picture = (): Promise<string> =>
      page.locator('#error-plot canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await picture();
    await page.getByRole('radio', { name: 'Light' }).check();
    expect(await background()).not.toBe(dark);
    expect(await picture()).not.toBe(before);
    await page.reload();
    expect(await page.getByRole('radio', { name: 'Light' }).isChecked()).toBe(true);
    expect(await background()).not.toBe(dark);
    await page.getByRole('radio', { name: 'System' }).check();
    expect(await background()).toBe(dark);
  });

  test('fits a phone: nothing makes the page scroll sideways', async () => {
    const { page } = await open({ viewport: PHONE });
    const sideways = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await sideways()).toBe(PHONE.width);
    await opener(page, worst()).click();
    await page.locator('.pick input').first().check();
    expect(await sideways()).toBe(PHONE.width);
    // Columns that have no room here can still be sorted by.
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('overflow');
    expect(await rowIds(page)).toEqual(sorted(report.layers, 'overflow', 'descending'));
    // Neither does the table itself where it has room.
    for (const width of [1024, 1280, 1300, 1366, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await sideways(), `${width} pixels`).toBe(width);
    }
  });

  test.each(['light', 'dark'] as const)('has nothing that axe finds, in %s', async (colorScheme) => {
    const { page } = await open({ colorScheme });
    await opener(page, worst()).click();
    await page.locator('.pick input').nth(1).check();
    for (const summary of await page.locator('summary:visible').all()) await summary.click();
    // The policy forbids the page to load it; what a test evaluates is not the page.
    await page.evaluate(readFileSync(AXE, 'utf8'));
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      const results = await axe.run(document, { resultTypes: ['violations'] });
      return results.violations.map(
        ({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`,
      );
    });
    expect(violations).toEqual([]);
  });

  test('exchanges red and blue in the pictures, without its script as well', async () => {
    const { page, messages } = await open({ javaScriptEnabled: false });
    const picture = page.locator('#sample-0 img');
    const colour = async (): Promise<number[]> => {
      // The sky, above the sun's height.
      const png = await picture.screenshot();
      const { width, height } = await sharp(png).metadata();
      const corner = { left: width >> 2, top: Math.round(height * 0.1), width: 1, height: 1 };
      return [...(await sharp(png).removeAlpha().extract(corner).raw().toBuffer())];
    };
    const [red, green, blue] = await colour();
    expect(blue).toBeGreaterThan(red + 40);
    await page.getByLabel('Exchange red and blue').check();
    expect(await colour()).toEqual([blue, green, red]);
    expect(messages).toEqual([]);
  });

  test('can be read without its script', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await rowIds(page)).toEqual(sorted(report.layers, WORST, 'ascending'));
    const [text] = await page.locator('main').allInnerTexts();
    for (const { text: finding } of report.summary.findings) expect(text).toContain(finding);
    expect(await page.locator('button:visible, input:visible:not(#exchange), .chart:visible').count()).toBe(
      0,
    );
  });

  test('takes nothing in a name for markup or code, and steers no text with it', async () => {
    const evil = await exampleReport(8);
    for (const layer of evil.layers)
      Object.assign(layer, {
        op: layer.op + EVIL,
        tensorName: EVIL,
        type: layer.type === 'Input' ? 'Input' : EVIL,
        reason: EVIL,
      });
    for (const layer of evil.layers) layer.accumulated.worst.name = EVIL;
    for (const weights of evil.weights) Object.assign(weights, { op: weights.op + EVIL });
    evil.summary.findings = [{ level: 'problem', text: EVIL, advice: EVIL, op: evil.layers[3].op }];
    evil.summary.float = [{ reason: EVIL, ops: [{ op: EVIL, type: EVIL }] }];
    evil.summary.warnings = [EVIL];
    evil.outputs[0].name = EVIL;
    evil.samples.skipped = [{ name: EVIL, reason: EVIL }];
    for (const sample of evil.samples.list) {
      sample.name = EVIL;
      sample.inputs[0].name = EVIL;
    }
    evil.source.file = EVIL;
    evil.reproduce.command = EVIL;
    evil.reproduce.device = EVIL;
    evil.reproduce.versions = { [EVIL]: EVIL };
    evil.reproduce.config = { path: EVIL };
    evil.timings = [{ phase: EVIL, seconds: 1 }];
    const { page, messages, requests } = await open(
      { permissions: ['clipboard-read', 'clipboard-write'] },
      evil,
    );
    await opener(page, 3).click();
    await page.locator('#layer-3 .pick input').check();
    expect(await page.title()).toBe('mobilenet_v2-int8.mnn – quantization report');
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.locator('img').count()).toBe(8);
    expect(messages).toEqual([]);
    expect(requests).toEqual([]);
    const [seen] = await page.locator('body').allInnerTexts();
    expect(seen).not.toMatch(/[\p{Zl}\p{Zp}]|[^\P{C}\n\t]/u);
    // The config has the name as it is.
    await page.getByRole('button', { name: 'Copy the changed config' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual({
      path: EVIL,
      skip_quant_op_names: [evil.layers[3].op],
    });
  });

  test('shows a report with nothing in it', async () => {
    const empty: Report = {
      ...report,
      layers: [],
      outputs: [],
      histograms: [],
      weights: [],
      samples: { used: 0, skipped: [], list: [] },
    };
    const { page, messages } = await open({}, empty);
    expect(await page.locator('#shown').textContent()).toBe('0 layers');
    expect(messages).toEqual([]);
  });

  test('shows what is constant, empty or no number', async () => {
    const odd = await exampleReport(8);
    const none = { cosine: null, snr: null, maxError: null, worst: { sample: 0, name: 'a', cosine: null } };
    Object.assign(odd.layers[1], { accumulated: none, isolated: none, overflow: null, clipped: null });
    Object.assign(odd.histograms[1], { min: 2, max: 2, lowest: 2, highest: 2, counts: [7], deviation: 0 });
    Object.assign(odd.histograms[2], { min: 0, max: 0, counts: [0, 0], notFinite: 12 });
    const [zeros, broken] = odd.weights;
    Object.assign(zeros, { min: [0, 0], max: [0, 0], scale: [0, 0], snr: [null, null] });
    Object.assign(broken, { min: [null, -1], max: [null, 1], scale: undefined, snr: undefined });
    const { page, messages } = await open({}, odd);
    expect((await rowIds(page))[0]).toBe(1);
    for (const layer of [1, 2]) await opener(page, layer).click();
    const [first, second] = await page.locator('tr.details').allTextContents();
    expect(first).toContain('From 2 to 2');
    expect(first).toContain('2 channels have only zeros');
    expect(first).toContain('Rounding changes no weight');
    expect(second).toContain('12 values are NaN or infinite');
    expect(second).toContain('1 channel has weights that are not finite');
    for (const count of await painted(page, '#details-1')) expect(count).toBeGreaterThan(200);
    expect(messages).toEqual([]);
  });

  test('opens a layer of a large network that the address names', async () => {
    const { page, messages } = await open({}, await exampleReport(300));
    await page.goto(`${page.url()}#layer-250`);
    await page.reload();
    expect(await page.locator('#details-250 canvas').count()).toBe(3);
    // Only what is open is drawn.
    expect(await page.locator('canvas').count()).toBe(4);
    expect(messages).toEqual([]);
  });
});
